"""A population: several runs of one project that differ in one number. Which they are, and which of them is the best."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.project import Project
from flaxstudio.project.results import RunRecord
from flaxstudio.project.watch import improves

Varied = Literal["seed", "learning_rate"]
MOST = 256
SEEDS = 2**32


def members_of(project: Project, varied: Varied, values: Sequence[float]) -> tuple[Project, ...]:
    """Return the project once for each value, as the run alone would be told; ProblemError where that is no population."""
    config = project.training
    if not 2 <= len(values) <= MOST:
        raise ProblemError(f"A population has 2 to {MOST} members.", "Choose as many values.")
    if len(set(values)) < len(values):
        raise ProblemError("Two members would be the same run.", "Choose another value for each.")
    if varied == "seed":
        if all(own is not None for own in (config.seeds.init, config.seeds.data, config.seeds.dropout)):
            raise ProblemError(
                "All members would be the same run: each of the run's own seeds is set.", "Leave at least one of them empty."
            )
        return tuple(replace(project, training=replace(config, seed=int(value))) for value in values)
    if not all(math.isfinite(rate) and rate > 0 for rate in values):
        raise ProblemError("The learning rate must be a number above 0.", "Try 0.001.")
    return tuple(
        replace(project, training=replace(config, optimizer=replace(config.optimizer, learning_rate=float(value))))
        for value in values
    )


def seeds_from(first: int, count: int) -> tuple[int, ...]:
    """Return so many seeds, one after the other; of more than a population may have, one too many."""
    return tuple((first + index) % SEEDS for index in range(min(count, MOST + 1)))


def rates_between(low: float, high: float, count: int) -> tuple[float, ...]:
    """Return so many rates, each the same multiple of the one before it, in three digits."""
    return tuple(float(f"{rate:.3g}") for rate in np.geomspace(low, high, count))


def varied_in(member: Project, members: Sequence[Project]) -> Mapping[str, float]:
    """Return what sets a member apart beside its seed, by name."""
    rates = {other.training.optimizer.learning_rate for other in members}
    return {"learning_rate": member.training.optimizer.learning_rate} if len(rates) > 1 else {}


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
