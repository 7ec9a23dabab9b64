"""Checks a layer written as code by running it: shapes, gradients, jit, independence of the batch, randomness, state.

It runs the user's code, so the window calls it only in a process of its own (`codegen.layer_check_process`).
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import flax
import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.layer_finding import NOT_TESTED, Finding, Key
from flaxstudio.codegen.layer_subject import BATCH, Subject, begin, building, construct, default_inputs, shift_of, told
from flaxstudio.graph.graph import Value
from flaxstudio.graph.library import Code
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.layers.code_layer import spec_of_code, with_imports

_TOLERANCE = 1e-4
_USUAL_INPUT = ArrayShape((8,))


class _Fault(Exception):
    """Something that does not hold, as a sentence."""


def check_layer(
    text: str, name: str, attributes: Mapping[str, Value], input_shapes: tuple[ArrayShape, ...] = ()
) -> tuple[Finding, ...]:
    """Return all findings. A layer that does not build, or cannot be called once, has only those up to there."""
    return tuple(findings(text, name, attributes, input_shapes))


def findings(
    text: str, name: str, attributes: Mapping[str, Value], input_shapes: tuple[ArrayShape, ...] = ()
) -> Iterator[Finding]:
    """Yield the findings one by one."""
    shift, whole = shift_of(text), with_imports(text)
    inputs = input_shapes or default_inputs(spec_of_code(Code(name, whole), True), _USUAL_INPUT)
    try:
        with building(whole) as namespace:
            module = construct(namespace, whole, name, attributes)
            yield Finding("builds", True)
            try:
                subject = begin(module, whole, name, attributes, inputs)
            except (Exception, SystemExit) as error:
                yield Finding("shapes", False, told(error, shift))
                return
            yield from (_finding(key, check, subject, shift) for key, check in _CHECKS)
    except (Exception, SystemExit) as error:
        yield Finding("builds", False, told(error, shift))


def _finding(key: Key, check: Callable[[Subject], str], subject: Subject, shift: int) -> Finding:
    try:
        return Finding(key, True, check(subject))
    except _Fault as fault:
        return Finding(key, False, str(fault))
    except (Exception, SystemExit) as error:
        return Finding(key, False, told(error, shift))


def _shapes(subject: Subject) -> str:
    output = subject.use(subject.arrays)
    leaves = jax.tree.leaves(output)
    if not leaves or not all(hasattr(leaf, "shape") for leaf in leaves):
        raise _Fault("It gives out something that is no array.")
    if not all(bool(jnp.isfinite(leaf).all()) for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.inexact)):
        raise _Fault("It gives out values that are not numbers or are infinite.")
    expected = len(subject.spec.outputs)
    if expected > 1 and (not isinstance(output, tuple) or len(output) != expected):
        raise _Fault(f"It has {expected} outputs in its text, but gives out something else.")
    params = sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(subject.variables.get("params", {})))
    given = ", ".join(_shape_text(array) for array in subject.arrays)
    return f"{given} gives {', '.join(map(_shape_text, leaves))}, with {params:,} params."


def _batch(subject: Subject) -> str:
    fewer = tuple(array[: BATCH - 1] for array in subject.arrays)
    for whole, part in zip(_leaves(subject.use(subject.arrays)), _leaves(subject.use(fewer)), strict=True):
        if whole.ndim == 0 or whole.shape[0] != BATCH or part.shape != (BATCH - 1, *whole.shape[1:]):
            raise _Fault(f"The first dimension of its output {tuple(whole.shape)} is not the batch.")
    return ""


def _gradients(subject: Subject) -> str:
    """Raise unless every float param and input has an effect and finite gradients."""
    params = _moved(subject.variables.get("params", {}))
    floats = [place for place, array in enumerate(subject.arrays) if jnp.issubdtype(array.dtype, jnp.floating)]

    def loss(params: Any, given: list[Any]) -> jax.Array:
        arrays = list(subject.arrays)
        for place, array in zip(floats, given, strict=True):
            arrays[place] = array
        output, _ = subject.call({**subject.variables, "params": params}, tuple(arrays), train=True)
        leaves = [leaf for leaf in jax.tree.leaves(output) if jnp.issubdtype(leaf.dtype, jnp.floating)]
        if not leaves:
            raise _Fault("No gradient flows: its output is not of floating-point numbers.")
        return sum((jnp.sum(leaf * _weights(leaf.shape)) for leaf in leaves), start=jnp.zeros(()))

    gradients = jax.grad(loss, argnums=(0, 1))(params, [subject.arrays[place] for place in floats])
    named = {"/".join(str(key.key) for key in path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(gradients[0])}
    inputs = [port.name for port in subject.spec.inputs if not port.is_optional]
    for place, leaf in zip(floats, gradients[1], strict=True):
        named[f"the input {inputs[min(place, len(inputs) - 1)]}"] = leaf
    if endless := [name for name, leaf in named.items() if not bool(jnp.isfinite(leaf).all())]:
        raise _Fault(f"Gradients of {_listed(endless)} are not finite.")
    if without := [name for name, leaf in named.items() if not bool(jnp.any(leaf != 0))]:
        raise _Fault(f"No gradient reaches {_listed(without)}.")
    return ""


def _jit(subject: Subject) -> str:
    for train in (False, True):

        def call(variables: Any, arrays: Any, train: bool = train) -> Any:
            return subject.call(variables, arrays, train)[0]

        plain, compiled = (f(subject.variables, subject.arrays) for f in (call, jax.jit(call)))
        if not _is_close(plain, compiled):
            raise _Fault("Compiled by jit it gives other values.")
    return ""


def _independent(subject: Subject) -> str:
    if subject.spec.rngs and not subject.spec.call:
        return f"{NOT_TESTED}it draws random numbers at every call."
    if _changes_state(subject):
        return f"{NOT_TESTED}it keeps statistics of the batch at every call."
    whole = _leaves(subject.use(subject.arrays))
    for row in range(BATCH):
        alone = _leaves(subject.use(tuple(array[row : row + 1] for array in subject.arrays)))
        if not all(_is_close(a[row : row + 1], b) for a, b in zip(whole, alone, strict=True)):
            raise _Fault("A sample's output depends on the other samples of the batch.")
    return ""


def _random(subject: Subject) -> str:
    first, second = (_leaves(subject.call(subject.variables, subject.arrays, train=True)[0]) for _ in range(2))
    if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(first, second, strict=True)):
        raise _Fault("Two calls with the same random key differ. Draw by self.make_rng, not by random or NumPy.")
    return f"It draws from: {', '.join(subject.spec.rngs)}." if subject.spec.rngs else ""


def _state(subject: Subject) -> str:
    """Raise where state would go on changing its shape; tell what else is worth knowing of it."""
    if not subject.states:
        return "It keeps no state."
    if moved := _changed_shapes(subject, steps=2):
        raise _Fault(f"{moved[0]}, and so at every step.")
    remarks = [f"{words} at the first step." for words in _changed_shapes(subject, steps=1)]
    try:
        subject.call(subject.variables, subject.arrays, train=False, mutable=False)
    except flax.errors.ModifyScopeVariableError:
        names = _listed(subject.states)
        remarks.insert(0, f"It changes {names} at every call; outside training the change is thrown away.")
    return " ".join(remarks)


_CHECKS: tuple[tuple[Key, Callable[[Subject], str]], ...] = (
    ("shapes", _shapes),
    ("batch", _batch),
    ("gradients", _gradients),
    ("jit", _jit),
    ("independent", _independent),
    ("random", _random),
    ("state", _state),
)


def _changed_shapes(subject: Subject, steps: int) -> list[str]:
    """Return which state is of another shape after the last of some training steps than before it, in words."""
    variables = dict(subject.variables)
    before: Mapping[str, Any] = variables
    for _ in range(steps):
        before = dict(variables)
        variables |= subject.call(variables, subject.arrays, train=True)[1]
    found = []
    for name in subject.states:
        old, new = (jax.tree_util.tree_leaves_with_path(tree[name]) for tree in (before, variables))
        for (path, was), (_, now) in zip(old, new, strict=False):
            if was.shape != now.shape:
                place = "/".join(str(key.key) for key in path)
                found.append(f"{name}/{place} changes its shape from {tuple(was.shape)} to {tuple(now.shape)}")
    return found


def _changes_state(subject: Subject) -> bool:
    """Return whether a call outside training would change the state."""
    _, state = subject.call(subject.variables, subject.arrays, train=False)
    return any(not _is_close(subject.variables[name], state[name]) for name in state)


def _leaves(output: Any) -> list[Any]:
    return jax.tree.leaves(output)


def _is_close(first: Any, second: Any) -> bool:
    pairs = zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True)
    return all(a.shape == b.shape and _are_near(np.asarray(a), np.asarray(b)) for a, b in pairs)


def _are_near(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> bool:
    if not np.issubdtype(first.dtype, np.inexact):
        return bool(np.array_equal(first, second))
    size = max(1.0, float(np.abs(first).max(initial=0.0)))
    return bool(np.allclose(first, second, rtol=_TOLERANCE, atol=_TOLERANCE * size, equal_nan=True))


def _moved(params: Any) -> Any:
    """Return params a little away from where they begin: a scale that begins at 0 would hide gradients behind it."""

    def moved(leaf: Any) -> Any:
        return leaf + 0.1 * _weights(leaf.shape).astype(leaf.dtype) if jnp.issubdtype(leaf.dtype, jnp.floating) else leaf

    return jax.tree.map(moved, params)


def _weights(shape: tuple[int, ...]) -> jax.Array:
    return jnp.asarray(np.random.default_rng(len(shape)).normal(size=shape), dtype=jnp.float32)


def _shape_text(array: Any) -> str:
    return str(ArrayShape(tuple(array.shape[1:]))) if array.ndim and array.shape[0] == BATCH else str(tuple(array.shape))


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
