"""A step computed operation by operation, to find the first that gives what is not finite from numbers that are."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax.extend import core

from flaxstudio.codegen.source import Source

Phase = Literal["forward", "backward", "update"]
Array = npt.NDArray[Any]

_INSIDE = ("jaxpr", "call_jaxpr", "fun_jaxpr")
_OPAQUE = ("while", "custom_lin")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the step an operation stands: its phase and node, each as far as is known."""

    phase: Phase = "update"
    node: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """The operation where it began: its name in JAX, what went in and came out, and where it stands."""

    operation: str
    phase: Phase
    node: str
    inputs: tuple[Array, ...]
    output: Array
    exponent: float | None = None

    def rows(self, count: int) -> tuple[int, ...]:
        """Return which samples of a batch of that many are concerned, if the output has one row for each."""
        if self.output.ndim == 0 or self.output.shape[0] != count or count == 1:
            return ()
        wrong = ~np.isfinite(self.output.astype(np.float64)).reshape(count, -1)
        return tuple(int(row) for row in np.flatnonzero(wrong.any(axis=1)))


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    equation: Any
    place: _Place
    inputs: list[Any]
    outputs: list[Any]


def find_origin(step: Any, arguments: Sequence[Any], healthy: Sequence[Any] | None, source: Source) -> Origin | None:
    """Return where a step first goes wrong, None where it does not.

    Some models compute infinities on purpose, as masks do: what does so with the `healthy` arguments too is passed over.
    """
    closed = jax.make_jaxpr(step)(*arguments)
    usual = {id(told.equation) for told in _wrong_ones(closed, healthy, source)} if healthy is not None else set()
    for told in _wrong_ones(closed, arguments, source):
        if id(told.equation) not in usual:
            return _origin(told)
    return None


def _wrong_ones(closed: Any, arguments: Sequence[Any], source: Source) -> Generator[_Told, None, None]:
    """Yield the operations that give what is not finite from what is."""
    flat = jax.tree.leaves(tuple(arguments))
    for told in _run(closed.jaxpr, closed.consts, flat, _Place(), source):
        if not _all_finite(told.outputs) and _all_finite(told.inputs):
            yield told


def _run(
    jaxpr: Any, consts: Sequence[Any], arguments: Sequence[Any], place: _Place, source: Source
) -> Generator[_Told, None, list[Any]]:
    """Compute a program, yielding every operation; returns its outputs."""
    known: dict[Any, Any] = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*consts, *arguments), strict=True))
    last_use = {var: index for index, equation in enumerate(jaxpr.eqns) for var in equation.invars if not _is_literal(var)}
    kept = {var for var in jaxpr.outvars if not _is_literal(var)}

    def read(var: Any) -> Any:
        return var.val if _is_literal(var) else known[var]

    for index, equation in enumerate(jaxpr.eqns):
        inputs = [read(var) for var in equation.invars]
        outputs = yield from _compute(equation, inputs, _placed(equation, place, source), source)
        known.update(zip(equation.outvars, outputs, strict=True))
        for var in equation.invars:
            if not _is_literal(var) and last_use[var] == index and var not in kept:
                known.pop(var, None)
    return [read(var) for var in jaxpr.outvars]


def _compute(equation: Any, inputs: list[Any], place: _Place, source: Source) -> Generator[_Told, None, list[Any]]:
    name, params = equation.primitive.name, equation.params
    if name == "cond":
        index = int(np.clip(int(inputs[0]), 0, len(params["branches"]) - 1))
        branch = params["branches"][index]
        return (yield from _run(branch.jaxpr, branch.consts, inputs[1:], place, source))
    if name == "scan":
        return (yield from _run_scan(equation, inputs, place, source))
    inner = next((params[key] for key in _INSIDE if key in params), None)
    if inner is not None and name not in _OPAQUE and hasattr(inner, "eqns" if not hasattr(inner, "jaxpr") else "jaxpr"):
        jaxpr, consts = (inner.jaxpr, inner.consts) if hasattr(inner, "jaxpr") else (inner, ())
        return (yield from _run(jaxpr, consts, inputs[len(inputs) - len(jaxpr.invars) :], place, source))
    outputs = _computed(equation, inputs)
    yield _Told(equation, place, inputs, outputs)
    return outputs


def _computed(equation: Any, inputs: list[Any]) -> list[Any]:
    """Compute one operation."""
    given = equation.primitive.get_bind_params(equation.params)
    functions, params = given if isinstance(given, tuple) else ((), given)  # JAX before 0.10 tells functions apart
    outputs = equation.primitive.bind(*functions, *inputs, **params)
    return list(outputs) if equation.primitive.multiple_results else [outputs]


def _run_scan(equation: Any, inputs: list[Any], place: _Place, source: Source) -> Generator[_Told, None, list[Any]]:
    """Compute a scan round by round."""
    params = equation.params
    consts, carries = params["num_consts"], params["num_carry"]
    body = params["jaxpr"]
    fixed, carried, columns = inputs[:consts], inputs[consts : consts + carries], inputs[consts + carries :]
    rounds: Any = range(params["length"])
    gathered: dict[int, list[Any]] = {}
    for index in reversed(rounds) if params["reverse"] else rounds:
        given = [*fixed, *carried, *(column[index] for column in columns)]
        outputs = yield from _run(body.jaxpr, body.consts, given, place, source)
        carried = outputs[:carries]
        gathered[index] = outputs[carries:]
    stacked = [jnp.stack([gathered[index][place_] for index in rounds]) for place_ in range(len(gathered.get(0, [])))]
    return [*carried, *stacked]


def _placed(equation: Any, before: _Place, source: Source) -> _Place:
    stack = str(equation.source_info.name_stack)
    phase: Phase = before.phase
    if "transpose(" in stack:
        phase = "backward"
    elif "jvp(" in stack and before.phase != "backward":
        phase = "forward"
    return _Place(phase, _node_in(equation, stack, source) or before.node)


def _node_in(equation: Any, stack: str, source: Source) -> str:
    """Return the node whose line wrote an operation, or whose submodule it lies in."""
    traceback, file = equation.source_info.traceback, f"<model {source.class_name}>"
    for frame in reversed(traceback.frames) if traceback is not None else ():
        if frame.file_name == file and (node := source.node_at(frame.line_num)):
            return node
    return next((part for part in stack.replace(")", "").split("/") if part in source.lines), "")


def _origin(told: _Told) -> Origin:
    output = next(value for value in told.outputs if not _all_finite([value]))
    params = told.equation.params
    exponent = params.get("y") if told.equation.primitive.name == "integer_pow" else None
    inputs = tuple(
        np.asarray(value) for value in told.inputs if not jnp.issubdtype(jnp.asarray(value).dtype, jax.dtypes.prng_key)
    )
    return Origin(told.equation.primitive.name, told.place.phase, told.place.node, inputs, np.asarray(output), exponent)


def _all_finite(values: Sequence[Any]) -> bool:
    return all(not _is_number(value) or bool(jnp.isfinite(value).all()) for value in values)


def _is_number(value: Any) -> bool:
    dtype = getattr(value, "dtype", None)
    return dtype is not None and jnp.issubdtype(dtype, jnp.inexact)


def _is_literal(var: Any) -> bool:
    return isinstance(var, core.Literal)
