"""Holds variables from elsewhere against the graph: every array must be there, of the right shape, and nothing else."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.module import build_module, require_sound
from flaxstudio.codegen.shapes import abstract_arrays
from flaxstudio.codegen.source import generate
from flaxstudio.export.params import flatten
from flaxstudio.graph.entries import entry_shape
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Tree

Shapes = Mapping[str, tuple[int, ...]]
_NAMED = 3


def fit(tree: Tree, project: Project, catalogue: Catalogue) -> Tree:
    """Return the variables in the types that the project's Module has; ProblemError naming what does not fit.

    `tree` holds all collections ({"params": ..., "batch_stats": ...}), or the params alone if there are no others.
    """
    expected = expected_variables(project, catalogue)
    tree = in_collections(tree, expected)
    wanted = {name: tuple(leaf.shape) for name, leaf in _leaves(expected)}
    given = {name: value.shape for name, value in flatten(tree).items()}
    _require_same(wanted, given)
    return _typed(tree, expected)


def in_collections(tree: Tree, expected: Mapping[str, Any]) -> Tree:
    """Return the tree by collections; params alone are taken for what they are where there is nothing else."""
    return {"params": tree} if "params" not in tree and expected.keys() == {"params"} else tree


def expected_variables(project: Project, catalogue: Catalogue) -> dict[str, Any]:
    """Return the tree of shapes and types that the Module's init would give."""
    require_sound(project.graph, catalogue)
    module = build_module(generate(project.graph, project.name, catalogue))
    samples = abstract_arrays(tuple(entry_shape(node, catalogue) for node in project.graph.of_layer("Input")))
    key = jax.ShapeDtypeStruct((2,), jnp.uint32)
    return dict(jax.eval_shape(lambda key, *arrays: module.init(key, *arrays), key, *samples))


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in tree.items():
        found += _leaves(value, f"{prefix}{name}/") if isinstance(value, Mapping) else [(prefix + name, value)]
    return found


def _require_same(wanted: Shapes, given: Shapes) -> None:
    missing = [name for name in wanted if name not in given]
    extra = [name for name in given if name not in wanted]
    other = [name for name in wanted if name in given and given[name] != wanted[name]]
    if not (missing or extra or other):
        return
    shapes = [f"{name} is {given[name]} and should be {wanted[name]}" for name in other]
    parts = [("missing: ", missing), ("not in the graph: ", extra), ("of another shape: ", shapes)]
    told = "; ".join(title + _listed(names) for title, names in parts if names)
    first = (missing or other or extra)[0].split("/")
    raise ProblemError(
        f"The variables do not fit the graph. {told[0].upper()}{told[1:]}.",
        "Use variables of this very model, or change the graph to match.",
        first[1] if len(first) > 1 else "",
    )


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def _typed(tree: Mapping[str, Any], expected: Mapping[str, Any]) -> Tree:
    """Return a tree in the order and the types of the expected one."""
    return {
        name: _typed(tree[name], value) if isinstance(value, Mapping) else np.asarray(tree[name], dtype=value.dtype)
        for name, value in expected.items()
    }
