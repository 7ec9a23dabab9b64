"""What a schedule gives at each step, computed as Optax does: for its curve, without the engine."""

import math
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from flaxstudio.project.optim_schedules import RESTART, schedule_option
from flaxstudio.project.optimizer import Schedule

Curve = Callable[[float], float]


def curve_of(schedule: Schedule, number: float, steps: int) -> Curve:
    """Return step -> value of a checked schedule of an argument whose own number is `number`, in a run of `steps`."""
    if schedule.name in ("join_schedules", "sgdr_schedule"):
        lengths = lengths_of_parts(schedule, steps)
        is_restart = schedule.name == "sgdr_schedule"
        parts = [Schedule(RESTART, part.arguments) if is_restart else part for part in schedule.parts]
        curves = [curve_of(part, number, length) for part, length in zip(parts, lengths, strict=True)]
        ends = [whole_length(part, length) for part, length in zip(parts, lengths, strict=True)] if is_restart else lengths
        return _joined(curves, [sum(ends[: index + 1]) for index in range(len(ends) - 1)])
    return _CURVES[schedule.name](values_of(schedule, number, steps))


def lengths_of_parts(schedule: Schedule, steps: int) -> list[int]:
    """Return how long each part lasts: as it is told, and what is left of the run in equal parts."""
    told = sum(part.steps or 0 for part in schedule.parts)
    free = sum(part.steps is None for part in schedule.parts)
    rest = max(1, (steps - told) // free) if free else 0
    return [part.steps or rest for part in schedule.parts]


def whole_length(schedule: Schedule, steps: int) -> int:
    """Return the step at which a schedule that counts its own length ends."""
    return int(values_of(schedule, 1.0, steps)["decay_steps"])


def values_of(schedule: Schedule, number: float, steps: int) -> dict[str, Any]:
    """Return all arguments: those not set are the number itself, the whole length, or a tenth of it."""
    option = schedule_option(schedule.name)
    given: dict[str, Any] = {spec.name: schedule.arguments.get(spec.name, spec.default) for spec in option.arguments}
    if option.warmup and given[option.warmup] is None:
        given[option.warmup] = max(1, steps // 10)
    if option.value and given[option.value] is None:
        given[option.value] = number
    if option.steps and given[option.steps] is None:
        warmup = given[option.warmup] if option.warmup and option.steps == "decay_steps" else 0
        given[option.steps] = max(1, steps, int(warmup) + bool(warmup))  # its length counts the warm-up too, and goes beyond
    return given


def _joined(curves: list[Curve], boundaries: list[int]) -> Curve:
    def curve(step: float) -> float:
        place = bisect_right(boundaries, step)
        return curves[place](step - (boundaries[place - 1] if place else 0))

    return curve


def _polynomial(first: float, last: float, power: float, steps: int, begin: int = 0) -> Curve:
    return lambda step: (first - last) * (1 - min(max(step - begin, 0), steps) / steps) ** power + last


def _cosine(first: float, steps: int, alpha: float, exponent: float) -> Curve:
    def curve(step: float) -> float:
        part = 0.5 * (1 + math.cos(math.pi * min(step, steps) / steps))
        return float(first * ((1 - alpha) * part**exponent + alpha))

    return curve


def _exponential(given: dict[str, Any], first: float) -> Curve:
    steps, rate, end = given["transition_steps"], given["decay_rate"], given["end_value"]

    def curve(step: float) -> float:
        passed = (step - given["transition_begin"]) / steps
        value = first * rate ** (math.floor(passed) if given["staircase"] else passed) if passed > 0 else first
        bounded: float = value if end is None else max(value, end) if rate < 1 else min(value, end)
        return bounded

    return curve


def _pairs(text: str) -> dict[int, float]:
    return {int(step): float(factor) for step, factor in (part.split(":") for part in text.split(","))}


def _stairs(given: dict[str, Any]) -> Curve:
    scales = sorted(_pairs(given["boundaries_and_scales"]).items())
    return lambda step: given["init_value"] * math.prod(scale for boundary, scale in scales if step >= boundary)


def _lines(kind: str, first: float, scales: dict[int, float]) -> Curve:
    places, values = [0], [first]
    for boundary, scale in sorted(scales.items()):
        places.append(boundary)
        values.append(values[-1] * scale)

    def curve(step: float) -> float:
        index = bisect_right(places, step) - 1
        if index >= len(places) - 1:
            return values[-1]
        part = (step - places[index]) / (places[index + 1] - places[index])
        if kind == "cosine":
            part = (1 - math.cos(math.pi * part)) / 2
        return values[index] + (values[index + 1] - values[index]) * part

    return curve


def _warmed(given: dict[str, Any], rest: Curve) -> Curve:
    rise = _polynomial(given["init_value"], given["peak_value"], 1.0, given["warmup_steps"])
    return _joined([rise, rest], [given["warmup_steps"]])


def _warm_cosine(given: dict[str, Any]) -> Curve:
    peak = given["peak_value"]
    alpha = given["end_value"] / peak if peak else 0.0
    return _warmed(given, _cosine(peak, given["decay_steps"] - given["warmup_steps"], alpha, given["exponent"]))


def _one_cycle(given: dict[str, Any], kind: str) -> Curve:
    steps, rise, fall = given["transition_steps"], given["div_factor"], given["final_div_factor"]
    top = int(given["pct_start"] * steps)
    if kind == "cosine":
        scales = {top: rise, int(steps): 1 / (rise * fall)}
    else:
        scales = {top: rise, int(given["pct_final"] * steps): 1 / rise, int(steps): 1 / fall}
    return _lines(kind, given["peak_value"] / rise, scales)


_CURVES: dict[str, Callable[[dict[str, Any]], Curve]] = {
    "constant_schedule": lambda given: lambda _: given["value"],
    "linear_schedule": lambda g: _polynomial(
        g["init_value"], g["end_value"], 1.0, g["transition_steps"], g["transition_begin"]
    ),
    "polynomial_schedule": lambda g: _polynomial(
        g["init_value"], g["end_value"], g["power"], g["transition_steps"], g["transition_begin"]
    ),
    "cosine_decay_schedule": lambda g: _cosine(g["init_value"], g["decay_steps"], g["alpha"], g["exponent"]),
    "exponential_decay": lambda g: _exponential(g, g["init_value"]),
    "piecewise_constant_schedule": _stairs,
    "piecewise_interpolate_schedule": lambda g: _lines(
        g["interpolate_type"], g["init_value"], _pairs(g["boundaries_and_scales"])
    ),
    "warmup_constant_schedule": lambda g: _warmed(g, lambda _: g["peak_value"]),
    "warmup_cosine_decay_schedule": _warm_cosine,
    "warmup_exponential_decay_schedule": lambda g: _warmed(g, _exponential(g, g["peak_value"])),
    "cosine_onecycle_schedule": lambda g: _one_cycle(g, "cosine"),
    "linear_onecycle_schedule": lambda g: _one_cycle(g, "linear"),
}
