"""Whether two Modules are the same network: equal params but for their names, and equal outputs for equal values of them."""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.reader import Reading
from flaxstudio.codegen.source import generate
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of

FOLDER = Path(__file__).parent / "modules"
_USUAL = "from typing import *\nimport flax.linen as nn\nimport jax\nimport jax.numpy as jnp\n"


def text_of(file: str) -> str:
    return (FOLDER / f"{file}.py.txt").read_text(encoding="utf-8")


def original(file: str, name: str, **fields: Any) -> nn.Module:
    """Return the Module that a text defines. Only tests run the user's text."""
    space: dict[str, Any] = {"__name__": "original"}
    exec(compile(_USUAL + text_of(file), file, "exec", flags=0, dont_inherit=True), space)
    return space[name](**fields)


def arrays(inputs: Sequence[ArrayShape]) -> list[jax.Array]:
    chance = np.random.default_rng(0)
    return [
        jnp.asarray(
            chance.integers(0, 7, (2, *like.sizes)) if like.dtype == "int32" else chance.normal(size=(2, *like.sizes)),
            like.dtype,
        )
        for like in inputs
    ]


def assert_same(module: nn.Module, found: Reading, inputs: Sequence[ArrayShape], keywords: Mapping[str, Any]) -> None:
    """Assert that what was read computes what the original does."""
    own = catalogue_of(found.library, catalogue(), frozenset(code.hash for code in found.library.codes))
    drawn = build_module(generate(found.graph, found.name, own))
    given, key = arrays(inputs), jax.ShapeDtypeStruct((2,), jnp.uint32)
    theirs = _filled(jax.eval_shape(lambda k: module.init({"params": k, "dropout": k}, *given, **keywords), key))
    ours = _filled(jax.eval_shape(lambda k: drawn.init(k, *given), key))
    assert shapes_of(theirs["params"]) == shapes_of(ours["params"])
    wanted = jax.jit(lambda v: module.apply(v, *given, **keywords))(theirs)
    computed = jax.jit(lambda v: drawn.apply(v, *given))(ours)
    for one, other in zip(jax.tree.leaves(wanted), jax.tree.leaves(computed), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def shapes_of(params: Any) -> list[tuple[str, tuple[int, ...]]]:
    """Return the kinds and shapes of params, sorted."""
    return sorted((path[-1].key, leaf.shape) for path, leaf in jax.tree_util.tree_leaves_with_path(params))


def _filled(variables: Any) -> Any:
    """Return variables with values that depend on their kind and shape alone."""

    def values(path: Any, leaf: Any) -> Any:
        chance = np.random.default_rng(zlib.crc32(repr((path[-1].key, leaf.shape)).encode()))
        scale = max(1, leaf.shape[0] if leaf.ndim > 1 else 1) ** 0.5
        return jnp.asarray(chance.uniform(0.2, 1.0, leaf.shape) / scale, leaf.dtype)

    return jax.tree_util.tree_map_with_path(values, variables)
