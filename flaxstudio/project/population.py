"""A population: several runs of one project that differ in one number. Which they are, and which of them is the best."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.project.optim_steering import Knob, knobs_of, steered
from flaxstudio.project.optimizer import RATE
from flaxstudio.project.project import Project
from flaxstudio.project.results import RunRecord
from flaxstudio.project.watch import improves

SEED = "seed"
MOST = 256
SEEDS = 2**32
_SPAN = 10.0
"""Values offered at first reach from the present one divided by this to as many times it."""


def members_of(project: Project, varied: str, values: Sequence[float]) -> tuple[Project, ...]:
    """Return the project once for each value, as the run alone would be told; ProblemError where that is no population.

    `varied` is "seed", "learning_rate" or the name of another number of the optimizer, as `knobs_of` has them.
    """
    if not 2 <= len(values) <= MOST:
        raise ProblemError(f"A population has 2 to {MOST} members.", "Choose as many values.")
    if len(set(values)) < len(values):
        raise ProblemError("Two members would be the same run.", "Choose another value for each.")
    if varied == SEED:
        return _of_seeds(project, values)
    if varied == RATE and not all(math.isfinite(rate) and rate > 0 for rate in values):
        raise ProblemError("The learning rate must be a number above 0.", "Try 0.001.")
    if varied != RATE:
        _check(project, varied, values)
    return tuple(with_value(project, varied, float(value)) for value in values)


def with_value(project: Project, varied: str, value: float) -> Project:
    """Return the project with a number of its optimizer set."""
    training, optimizer = project.training, project.training.optimizer
    if varied == RATE:  # also where nothing steps by it, which is told where the run begins
        optimizer = replace(optimizer, learning_rate=value)
    return replace(project, training=replace(training, optimizer=steered(optimizer, {varied: value})))


def _of_seeds(project: Project, values: Sequence[float]) -> tuple[Project, ...]:
    config = project.training
    if all(own is not None for own in (config.seeds.init, config.seeds.data, config.seeds.dropout)):
        raise ProblemError(
            "All members would be the same run: each of the run's own seeds is set.", "Leave at least one of them empty."
        )
    return tuple(replace(project, training=replace(config, seed=int(value))) for value in values)


def _check(project: Project, varied: str, values: Sequence[float]) -> None:
    """Raise ProblemError unless the optimizer has a number of that name that can have those values."""
    knob = knobs_by_name(project).get(varied)
    if knob is None:
        raise ProblemError(f"The optimizer has no number “{varied}”.", f"It has {', '.join(knobs_by_name(project)) or 'none'}.")
    for value in values:
        fault = knob.spec.fault(value) if math.isfinite(value) else "must be a finite number"
        if fault is not None:
            raise ProblemError(f"{varied} {fault}, and one of the values is {value:g}.", "Choose another value.")


def knobs_by_name(project: Project) -> Mapping[str, Knob]:
    """Return the numbers of the optimizer in which members may differ, the learning rate first."""
    return {knob.name: knob for knob in knobs_of(project.training.optimizer)}


def seeds_from(first: int, count: int) -> tuple[int, ...]:
    """Return so many seeds, one after the other; of more than a population may have, one too many."""
    return tuple((first + index) % SEEDS for index in range(min(count, MOST + 1)))


def rates_between(low: float, high: float, count: int) -> tuple[float, ...]:
    """Return so many rates, each the same multiple of the one before it, in three digits."""
    return tuple(float(f"{rate:.3g}") for rate in np.geomspace(low, high, count))


def values_between(spec: AttributeSpec, low: float, high: float, count: int) -> tuple[float, ...]:
    """Return so many values of a number: multiples of one another, of a share near 1 what it lacks; from 0 on even steps."""
    if _is_share_near_one(spec, low):
        return tuple(float(f"{1 - lack:.6g}") for lack in np.geomspace(1 - low, 1 - high, count))
    if low > 0 and high > 0:
        return rates_between(low, high, count)
    return tuple(float(f"{value:.3g}") for value in np.linspace(low, high, count))


def bounds_around(knob: Knob) -> tuple[float, float]:
    """Return values that are worth trying at both sides of a number's present one."""
    if _is_share_near_one(knob.spec, knob.value):
        lack = 1 - knob.value
        return float(f"{1 - min(0.5, 4 * lack):.6g}"), float(f"{1 - lack / 4:.6g}")
    if knob.value == 0:
        return 0.0, 0.1
    low, high = sorted((knob.value / _SPAN, knob.value * _SPAN))
    least, most = knob.spec.minimum, knob.spec.maximum
    return (low if least is None else max(low, least)), (high if most is None else min(high, most))


def _is_share_near_one(spec: AttributeSpec, value: float) -> bool:
    return spec.maximum is not None and spec.maximum <= 1 and 0.5 <= value < 1


def varied_in(member: Project, members: Sequence[Project]) -> Mapping[str, float]:
    """Return what sets a member apart beside its seed, by name."""
    optimizers = [other.training.optimizer for other in members]
    if len({other.learning_rate for other in optimizers}) > 1:
        return {RATE: member.training.optimizer.learning_rate}
    own = knobs_by_name(member)
    others = [{knob.name: knob.value for knob in knobs_of(other)} for other in optimizers]
    return {name: knob.value for name, knob in own.items() if len({other.get(name) for other in others}) > 1}


def group_of(runs: Sequence[RunRecord], number: int) -> tuple[RunRecord, ...]:
    """Return the runs of the group whose first run has that number."""
    return tuple(run for run in runs if run.group == number)


def best_of(runs: Sequence[RunRecord], metric: str) -> int | None:
    """Return the run whose last evaluation of the validation split, else last loss, is the best; None if all have failed."""
    best: float | None = None
    found = None
    for index, run in enumerate(runs):
        told = next((one for one in reversed(run.evaluations) if one.split == "validation"), None)
        if run.reason == "failed" or not (told or len(run.losses)):
            continue
        value = float(run.losses[-1]) if told is None else {**told.metrics, "loss": told.loss}.get(metric, told.loss)
        is_told = told is not None and metric in told.metrics
        if found is None or improves(metric if is_told else "loss", value, best):
            best, found = value, index
    return found
