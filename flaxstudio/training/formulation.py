"""The same step computed by other operations where XLA is slow on a CPU: the gradient of max pooling.

XLA walks over the windows one by one there, and a small convolutional network spends three quarters of its step so. The step
is traced, and each such operation replaced by comparisons of whole arrays, which choose the same values and add them in order;
source and params stay as they are. What XLA fuses with them may round otherwise in its last bits.
"""

import math
import os
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal, jaxpr_as_fun

SWITCH = "FLAXSTUDIO_REFORMULATE"
"""An environment variable: with 0, every step is computed by XLA's own operations."""

_SLOW = "select_and_scatter_add"
_MOST_PLACES = 32
"""A larger window gains nothing: its places are looked at one after the other, each in the whole array."""


def suited(step: Callable[..., Any], device: jax.Device) -> Callable[..., Any]:
    """Return a function of arrays as it is best computed on a device."""
    is_wanted = device.platform == "cpu" and os.environ.get(SWITCH) != "0"
    return reformulated(step) if is_wanted else step


def reformulated(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of arrays that gives what another one gives, sooner on a CPU."""

    def run(*arguments: Any) -> Any:
        traced, shape = jax.make_jaxpr(step, return_shape=True)(*arguments)
        leaves = jax.tree.leaves(arguments)
        is_slow = _SLOW in str(traced)
        results = _evaluated(traced.jaxpr, traced.consts, leaves) if is_slow else jaxpr_as_fun(traced)(*leaves)
        return jax.tree.unflatten(jax.tree.structure(shape), results)

    return run


def scattered(
    source: jax.Array,
    operand: jax.Array,
    is_kept: Callable[[Any, Any], Any],
    window: Sequence[int],
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
) -> jax.Array:
    """Return zeros like `operand` with each value of `source` added where its window's chosen value is.

    The first value is chosen, then each next one that the chosen one is not kept against: XLA's order, and its sums too.
    """
    chosen = _chosen(operand, source.shape, is_kept, window, strides, padding)
    low = [before for before, _ in padding]
    if all(size == stride for size, stride in zip(window, strides, strict=True)):
        return _spread(source, chosen, window, low, operand.shape)
    total = jnp.zeros(operand.shape, source.dtype)
    places = list(enumerate(product(*map(range, window))))
    for number, place in reversed(places):  # a later place of the window is an earlier window of the value
        part = jnp.where(chosen == number, source, jnp.zeros((), source.dtype))
        edges = [
            (at - before, size - (at - before) - (count - 1) * stride - 1, stride - 1)
            for at, before, size, count, stride in zip(place, low, operand.shape, source.shape, strides, strict=True)
        ]
        total = total + lax.pad(part, jnp.zeros((), source.dtype), edges)
    return total


def _chosen(
    operand: jax.Array,
    shape: Sequence[int],
    is_kept: Callable[[Any, Any], Any],
    window: Sequence[int],
    strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
) -> jax.Array:
    """Return which place of its window each window chooses, counted row by row."""
    zero = jnp.zeros((), operand.dtype)
    covered = [(count - 1) * stride + size for count, stride, size in zip(shape, strides, window, strict=True)]
    edges = [(before, full - size - before, 0) for (before, _), full, size in zip(padding, covered, operand.shape, strict=True)]
    padded = lax.pad(operand, zero, edges)
    best = number = is_found = None
    for index, place in enumerate(product(*map(range, window))):
        until = [at + (count - 1) * stride + 1 for at, count, stride in zip(place, shape, strides, strict=True)]
        value = lax.slice(padded, place, until, strides)
        is_inside = _inside(place, shape, strides, padding, operand.shape)
        if best is None or number is None:
            best, number, is_found = value, jnp.full(shape, index, jnp.int32), is_inside
            continue
        is_taken = jnp.logical_not(is_kept(best, value))
        if is_found is not None:
            is_taken = is_taken | ~is_found
            is_found = jnp.ones(shape, bool) if is_inside is None else is_found | is_inside
        if is_inside is not None:
            is_taken = is_taken & is_inside
        best, number = jnp.where(is_taken, value, best), jnp.where(is_taken, jnp.int32(index), number)
    assert number is not None
    # a window that lies in the padding alone chooses nothing
    return number if is_found is None else jnp.where(is_found, number, jnp.int32(-1))


def _inside(
    place: Sequence[int], shape: Sequence[int], strides: Sequence[int], padding: Sequence[tuple[int, int]], sizes: Sequence[int]
) -> jax.Array | None:
    """Return in which windows a place lies in the array and not in its padding; None where in all."""
    result = None
    for axis, (at, count, stride, (before, _), size) in enumerate(zip(place, shape, strides, padding, sizes, strict=True)):
        if at - before >= 0 and at - before + (count - 1) * stride < size:
            continue
        position = lax.broadcasted_iota(jnp.int32, tuple(shape), axis) * stride + (at - before)
        here = (position >= 0) & (position < size)
        result = here if result is None else result & here
    return result


def _spread(source: jax.Array, chosen: jax.Array, window: Sequence[int], low: Sequence[int], sizes: Sequence[int]) -> jax.Array:
    """Return each value at its chosen place, where windows neither overlap nor leave gaps."""
    apart = [part for count, size in zip(source.shape, window, strict=True) for part in (count, size)]
    own = tuple(range(0, 2 * source.ndim, 2))
    number = jnp.zeros(tuple(apart), jnp.int32)
    for axis, size in enumerate(window):
        number = number * size + lax.broadcasted_iota(jnp.int32, tuple(apart), 2 * axis + 1)
    whole = jnp.where(
        lax.broadcast_in_dim(chosen, tuple(apart), own) == number,
        lax.broadcast_in_dim(source, tuple(apart), own),
        jnp.zeros((), source.dtype),
    )
    covered = [count * size for count, size in zip(source.shape, window, strict=True)]
    edges = [(-before, size - full + before, 0) for before, size, full in zip(low, sizes, covered, strict=True)]
    return lax.pad(whole.reshape(covered), jnp.zeros((), source.dtype), edges)


def _evaluated(jaxpr: Jaxpr, consts: Sequence[Any], arguments: Sequence[Any]) -> list[Any]:
    """Return what a traced program gives for arguments, its slow operations replaced."""
    known: dict[Any, Any] = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*consts, *arguments), strict=True))

    def value_of(name: Any) -> Any:
        return name.val if isinstance(name, Literal) else known[name]

    for equation in jaxpr.eqns:
        given = [value_of(name) for name in equation.invars]
        with equation.ctx.manager:
            results = _result(equation, given)
        known.update(zip(equation.outvars, results, strict=True))
    return [value_of(name) for name in jaxpr.outvars]


def _result(equation: Any, given: Sequence[Any]) -> list[Any]:
    params, primitive = equation.params, equation.primitive
    if primitive.name == _SLOW and math.prod(params["window_dimensions"]) <= _MOST_PLACES:
        shape = (params["window_dimensions"], params["window_strides"], params["padding"])
        return [scattered(given[0], given[1], params["select_prim"].bind, *shape)]
    if _SLOW in str(equation) and not primitive.name.startswith("custom_"):
        params = {name: _rewritten(value) for name, value in params.items()}
    binding = primitive.get_bind_params(params)  # of newer JAX; of older ones a pair, with the functions apart
    functions, settings = binding if isinstance(binding, tuple) else ((), binding)
    result = primitive.bind(*functions, *given, **settings)
    return list(result) if primitive.multiple_results else [result]


def _rewritten(value: Any) -> Any:
    """Return a parameter of an operation, the slow ones in the programs it holds replaced."""
    if isinstance(value, tuple) and any(isinstance(part, ClosedJaxpr) for part in value):
        return tuple(map(_rewritten, value))
    if isinstance(value, ClosedJaxpr):
        return jax.make_jaxpr(lambda *given: _evaluated(value.jaxpr, value.consts, given))(*value.in_avals)
    if isinstance(value, Jaxpr) and not value.constvars:
        shapes = [name.aval for name in value.invars]
        return jax.make_jaxpr(lambda *given: _evaluated(value, (), given))(*shapes).jaxpr
    return value
