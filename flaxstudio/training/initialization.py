"""The first variables of a Module, drawn from the run's key."""

from collections.abc import Callable
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from flax.errors import LazyInitError

from flaxstudio.codegen.applying import arguments_of
from flaxstudio.project.compute import Seeds
from flaxstudio.project.config import Initialization

Variables = dict[str, Any]


def run_keys(seed: int, seeds: Seeds = Seeds()) -> tuple[jax.Array, jax.Array]:
    """Return a run's two keys, split as in the Flax basics notebook: the root of dropout keys, and the one for init."""
    own = seeds.or_else(seed)
    root, init_key = (jax.random.split(jax.random.PRNGKey(given))[i] for i, given in enumerate((own.dropout, own.init)))
    return root, init_key


def initialize(module: nn.Module, key: jax.Array, samples: Any, way: Initialization) -> Variables:
    """Return the Module's variables for a batch of samples, initialised as a whole or layer by layer.

    `samples` are one array, or a tuple with one for each Input.
    """
    inputs = arguments_of(samples)
    if way == "layer":
        return _initialize_layers(module, key, jax.tree.map(jnp.asarray, inputs))
    try:
        # the very operations that `init` does, bit for bit, without those that the outputs alone need: less to compile
        return dict(module.lazy_init(key, *(jax.ShapeDtypeStruct(given.shape, given.dtype) for given in inputs)))
    except LazyInitError:  # a variable is made of the samples' values
        return dict(module.init(key, *jax.tree.map(jnp.asarray, inputs)))


def _initialize_layers(module: nn.Module, key: jax.Array, inputs: Any) -> Variables:
    """Return the variables that each layer gets when it is initialised alone: the first with the key itself."""
    variables: Variables = {}
    count, is_inside = 0, False

    def intercept(call: Callable[..., Any], args: Any, kwargs: Any, context: nn.module.InterceptorContext) -> Any:
        nonlocal count, is_inside
        layer = context.module
        if is_inside or layer.scope is None or not layer.path or context.method_name != "__call__":
            return call(*args, **kwargs)
        is_inside = True
        try:
            own = key if count == 0 else jax.random.fold_in(key, count)
            outputs, drawn = layer.clone(parent=None, name=None).init_with_output(own, *args, **kwargs)
        finally:
            is_inside = False
        count += bool(drawn)
        for collection, tree in drawn.items():
            variables.setdefault(collection, {})[layer.name] = tree
        return outputs

    with nn.intercept_methods(intercept):
        module.init(key, *inputs)
    return variables
