"""What of a state is kept with a project, and the state made of it again, bit for bit.

The variables that are kept are those in use: where an optimizer lets the model be judged with other params than those
it steps (a running mean, slow params), the latter are kept beside its own state.
"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import serialization

from flaxstudio.project.results import Tree
from flaxstudio.training.steps import TrainState, variables_in_use

_STEPPED, _STATE = "stepped_params", "state"


def kept(state: TrainState) -> tuple[Tree, Tree]:
    """Return the variables in use, and the optimizer's state as plain arrays, copied to the host."""
    variables, optimizer_state = variables_in_use(state), dict(serialization.to_state_dict(state.opt_state))
    if state.params_in_use is not None:
        optimizer_state = {_STEPPED: state.params, _STATE: optimizer_state}
    return on_host(variables), on_host(optimizer_state)


def restored(state: TrainState, variables: Mapping[str, Any], optimizer_state: Tree) -> TrainState:
    """Return a fresh state with what was kept; ValueError, KeyError, AttributeError or TypeError where it does not fit."""
    params = variables.get("params", {})
    if state.params_in_use is not None:
        params, optimizer_state = optimizer_state[_STEPPED], optimizer_state[_STATE]
        if jax.tree.map(np.shape, params) != jax.tree.map(np.shape, dict(state.params)):
            raise ValueError("the kept params are of other shapes")
    fresh = jax.tree.map(_plain, state.opt_state)
    opt_state = serialization.from_state_dict(fresh, optimizer_state)
    keyed = jax.tree.map(_like, state.opt_state, opt_state)
    return state.replace(params=jax.tree.map(_like, dict(state.params), dict(params)), opt_state=keyed)


def taken_back(state: TrainState, variables: Tree) -> TrainState:
    """Return a state with the variables that were in use at an earlier step."""
    placed = jax.tree.map(jnp.array, variables)
    collections = {name: tree for name, tree in placed.items() if name != "params"}
    in_use = None if state.params_in_use is None else lambda _, params: params  # they are what was in use then
    return state.replace(params=placed.get("params", {}), collections=collections, params_in_use=in_use)


def on_host(tree: Any) -> Tree:
    """Return a tree with its arrays copied to the host; random keys as numbers."""
    copied: Tree = jax.tree.map(lambda leaf: np.array(_plain(leaf)), tree)
    return copied


def _plain(leaf: Any) -> Any:
    """Return a random key as the numbers it is made of; anything else as it is."""
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf


def _like(fresh: Any, leaf: Any) -> Any:
    """Return a kept array in the type of a fresh one: what was kept in another precision goes on in that of this run."""
    return jax.random.wrap_key_data(jnp.array(leaf)) if _is_key(fresh) else jnp.array(leaf, fresh.dtype)


def _is_key(leaf: Any) -> bool:
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
