"""The precision of a run, as a policy around the Module's `apply`: what is cast, and what of it is computed twice."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from jax.ad_checkpoint import checkpoint_name

from flaxstudio.project.compute import Compute

Apply = Callable[..., Any]
Paths = frozenset[tuple[str, ...]]

_DTYPES: Mapping[str, Any] = {"bfloat16": jnp.bfloat16, "float16": jnp.float16, "float64": jnp.float64}
_KEPT = "given_by_a_node"


def applied(module: nn.Module, compute: Compute) -> Apply:
    """Return the Module's `apply` as the run uses it: of float32 without remat the very method."""
    apply: Apply = module.apply
    if (dtype := _DTYPES.get(compute.precision)) is not None:
        apply = partial(_apply_in, module, dtype)
    return partial(_apply_twice, apply) if compute.remat else apply


def stored(
    module: nn.Module, variables: Mapping[str, Any], inputs: tuple[Any, ...], rngs: Mapping[str, Any], compute: Compute
) -> dict[str, Any]:
    """Return variables as the run keeps them: for float64 in float64, where a layer has no dtype of its own."""
    if not compute.is_double:
        return dict(variables)
    own = _own_layers(module, variables, inputs, {"mutable": True, "rngs": rngs})
    return {name: _cast_tree(tree, jnp.float64, own) for name, tree in variables.items()}


def _apply_in(module: nn.Module, dtype: Any, variables: Mapping[str, Any], *inputs: Any, **options: Any) -> Any:
    """Apply with inputs and params cast; outputs narrower than float32 are given as float32."""
    own = _own_layers(module, variables, inputs, options)
    cast = {**variables, "params": _cast_tree(variables.get("params", {}), dtype, own)}
    with nn.intercept_methods(_casting(dtype)):
        given = module.apply(cast, *jax.tree.map(partial(_cast, dtype), inputs), **options)
    if options.get("mutable", False) is False:
        return _widened(given)
    outputs, collections = given
    return _widened(outputs), collections


def _casting(dtype: Any) -> Callable[..., Any]:
    """Return what casts the arguments of each layer that could have a dtype of its own and has none.

    Else a wider array, from a layer of its own dtype or out of a collection, would make all that follows wide. Cells keep
    the state they carry as it is: in a loop nothing may change its type.
    """
    inside = 0

    def intercept(call: Callable[..., Any], args: Any, kwargs: Any, context: nn.module.InterceptorContext) -> Any:
        nonlocal inside
        layer = context.module
        _begin_double(layer, dtype)
        if context.method_name != "__call__" or inside or not hasattr(layer, "dtype"):
            return call(*args, **kwargs)
        if layer.dtype is None and not _is_cell(layer):
            args, kwargs = jax.tree.map(partial(_cast, dtype), (args, kwargs))
            return call(*args, **kwargs)
        inside += 1
        try:
            return call(*args, **kwargs)
        finally:
            inside -= 1

    return intercept


def _own_layers(module: nn.Module, variables: Mapping[str, Any], inputs: tuple[Any, ...], options: Mapping[str, Any]) -> Paths:
    """Return the paths of the layers that have a dtype of their own. Nothing is computed: shapes are inferred."""
    found: set[tuple[str, ...]] = set()

    def intercept(call: Callable[..., Any], args: Any, kwargs: Any, context: nn.module.InterceptorContext) -> Any:
        _begin_double(context.module, jnp.result_type(float))  # that of 64 bits where these are allowed
        if getattr(context.module, "dtype", None) is not None:
            found.add(tuple(context.module.path))
        return call(*args, **kwargs)

    with nn.intercept_methods(intercept):
        jax.eval_shape(lambda *given: module.apply(given[0], *given[1:], **options), variables, *inputs)
    return frozenset(found)


def _begin_double(layer: nn.Module, dtype: Any) -> None:
    """Let a recurrent layer make its first state in float64; what a cell does then stays of one type."""
    if isinstance(layer, nn.RNN) and dtype == jnp.float64 and layer.cell.dtype is None:
        object.__setattr__(layer.cell, "param_dtype", dtype)


def _cast_tree(tree: Any, dtype: Any, own: Paths) -> Any:
    def cast(path: Any, leaf: Any) -> Any:
        names = tuple(str(key.key) for key in path)
        return leaf if any(names[:length] in own for length in range(len(names) + 1)) else _cast(dtype, leaf)

    return jax.tree_util.tree_map_with_path(cast, tree)


def _cast(dtype: Any, leaf: Any) -> Any:
    """Return an array of real numbers in that type, anything else as it is."""
    is_real = hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating)
    return jnp.asarray(leaf, dtype) if is_real else leaf


def _widened(outputs: Any) -> Any:
    def widen(array: Any) -> Any:
        return _cast(jnp.promote_types(array.dtype, jnp.float32), array)

    return jax.tree.map(widen, outputs)


def _is_cell(layer: nn.Module) -> bool:
    return hasattr(layer, "initialize_carry")


def _apply_twice(apply: Apply, variables: Mapping[str, Any], *inputs: Any, **options: Any) -> Any:
    """Apply so that gradients need only what the model's nodes give; all else is computed again when it is wanted."""

    def intercept(call: Callable[..., Any], args: Any, kwargs: Any, context: nn.module.InterceptorContext) -> Any:
        given = call(*args, **kwargs)
        is_node = context.method_name == "__call__" and len(context.module.path) == 1
        return jax.tree.map(lambda array: checkpoint_name(array, _KEPT), given) if is_node else given

    def run(variables: Mapping[str, Any], *inputs: Any) -> Any:
        with nn.intercept_methods(intercept):
            return apply(variables, *inputs, **options)

    policy = jax.checkpoint_policies.save_only_these_names(_KEPT)
    return jax.checkpoint(run, policy=policy)(variables, *inputs)
