"""Holds variables from elsewhere against the graph: every array must be there, of the right shape, and nothing else."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.module import build_module, require_sound
from flaxstudio.codegen.shapes import abstract_arrays
from flaxstudio.codegen.source import generate
from flaxstudio.graph.entries import call_inputs, entry_shape
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.misfit import misfit
from flaxstudio.project.project import Project
from flaxstudio.project.results import Tree
from flaxstudio.project.variables import leaves


def fit(tree: Tree, project: Project, catalogue: Catalogue) -> Tree:
    """Return the variables in the types that the project's Module has; ProblemError naming what does not fit.

    `tree` holds all collections ({"params": ..., "batch_stats": ...}), or the params alone if there are no others.
    """
    expected = expected_variables(project, catalogue)
    tree = in_collections(tree, expected)
    wanted = {path: tuple(leaf.shape) for path, leaf in leaves(expected)}
    given = {path: np.shape(value) for path, value in leaves(tree)}
    if found := misfit(wanted, given):
        what = f"The variables do not fit the graph. {found.sentence}"
        remedy = "Use variables of this very model, or change the graph to match."
        raise ProblemError(what, remedy, found.node(project.graph.names()))
    return _typed(tree, expected)


def in_collections(tree: Tree, expected: Mapping[str, Any]) -> Tree:
    """Return the tree by collections; params alone are taken for what they are where there is nothing else."""
    return {"params": tree} if "params" not in tree and expected.keys() == {"params"} else tree


def expected_variables(project: Project, catalogue: Catalogue) -> dict[str, Any]:
    """Return the tree of shapes and types that the Module's init would give."""
    require_sound(project.graph, catalogue)
    module = build_module(generate(project.graph, project.name, catalogue))
    samples = abstract_arrays(tuple(entry_shape(node, catalogue) for node in call_inputs(project.graph, catalogue)))
    key = jax.ShapeDtypeStruct((2,), jnp.uint32)
    return dict(jax.eval_shape(lambda key, *arrays: module.init(key, *arrays), key, *samples))


def _typed(tree: Mapping[str, Any], expected: Mapping[str, Any]) -> Tree:
    """Return a tree in the order and the types of the expected one."""
    return {
        name: _typed(tree[name], value) if isinstance(value, Mapping) else np.asarray(tree[name], dtype=value.dtype)
        for name, value in expected.items()
    }
