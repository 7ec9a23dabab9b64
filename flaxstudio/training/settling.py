"""State that changes its shape in the first step, as the Flax basics notebook's running mean does, is given that shape at once.

Many steps run in one compiled loop, in which nothing may change its shape.
"""

from collections.abc import Mapping
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp

from flaxstudio.codegen.applying import arguments_of
from flaxstudio.graph.problem import ProblemError


def settled(
    module: nn.Module, variables: Mapping[str, Any], samples: Any, rngs: Mapping[str, Any], *, uses_train: bool
) -> dict[str, Any]:
    """Return the variables with their state in the shape it has after a step.

    A value is repeated along the dimensions it gets, as NumPy would in the step itself, so no result differs.
    ProblemError where the shape would change at every step. Nothing is computed: shapes are inferred.
    """
    state = {name: tree for name, tree in variables.items() if name != "params"}
    flags: dict[str, Any] = {"train": True} if uses_train else {}

    def step(state: Mapping[str, Any], samples: Any) -> Any:
        given = {**variables, **state}
        return module.apply(given, *arguments_of(samples), **flags, rngs=dict(rngs), mutable=list(state))[1]

    after: Any = jax.eval_shape(step, state, samples) if state else {}
    if _shapes(after) == _shapes(state):
        return dict(variables)
    try:
        grown = jax.tree.map(lambda old, new: jnp.broadcast_to(old, new.shape), state, dict(after))
        if _shapes(jax.eval_shape(step, grown, samples)) != _shapes(grown):
            raise ValueError
    except ValueError as error:
        name = next(key for key, shape in _shapes(after).items() if shape != _shapes(state).get(key))
        raise ProblemError(
            f"{name} changes its shape at every step, which training cannot follow.",
            "Give it the shape that it has after a step from the beginning.",
        ) from error
    return {**variables, **grown}


def _shapes(tree: Any) -> dict[str, tuple[int, ...]]:
    leaves = jax.tree_util.tree_leaves_with_path(dict(tree))
    return {"/".join(str(key.key) for key in path): tuple(leaf.shape) for path, leaf in leaves}
