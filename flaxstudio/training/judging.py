"""What an evaluation means for a run: whether it is among the best, and whether the run has waited long enough."""

from collections.abc import Callable
from dataclasses import replace

from flaxstudio.data.dataset import Split, at_rows
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.results import Best, Standing, Tree
from flaxstudio.project.watch import Watch, improves, is_lower_better
from flaxstudio.training.events import Evaluated
from flaxstudio.training.scoring import Scorer

_ENOUGH = 64
"""Samples in which some metric of any kind shows."""


def judged(standing: Standing, told: Evaluated, watch: Watch, variables: Callable[[], Tree]) -> Standing:
    """Return the standing after an evaluation. `variables` copies the present ones; asked only if they are to be kept."""
    value = _metric(told, watch.metric)
    stopping = watch.early_stopping
    is_improved = improves(watch.metric, value, standing.value, stopping.min_delta if stopping else 0.0)
    standing = replace(
        standing,
        value=value if is_improved else standing.value,
        waited=0 if is_improved else standing.waited + 1,
        evaluated=told.step,
    )
    kept = standing.best
    if watch.kept and (len(kept) < watch.kept or improves(watch.metric, value, kept[-1].value)):
        kept = (*kept, Best(told.step, value, variables()))
        # of equal ones the earlier stands first: sorting keeps the order
        ranked = sorted(kept, key=lambda one: one.value if is_lower_better(watch.metric) else -one.value)
        standing = replace(standing, best=tuple(ranked[: watch.kept]))
    return standing


def check_metric(watch: Watch, scorer: Scorer, variables: Tree, split: Split) -> None:
    """Raise ProblemError, before the first step, where the validation split has no metric of the watch's name."""
    if watch.metric == "loss" or len(split) == 0:
        return
    rows = slice(_ENOUGH)
    few = Split(at_rows(split.features, rows), at_rows(split.targets, rows), split.rows[rows])
    score = scorer.score(variables, few)
    _metric(Evaluated(0, "validation", score.loss, score.metrics), watch.metric)


def has_waited(standing: Standing, watch: Watch) -> bool:
    """Return whether the run is to end early."""
    return watch.early_stopping is not None and standing.waited >= watch.early_stopping.patience


def _metric(told: Evaluated, name: str) -> float:
    """Return an evaluation's value of a metric; ProblemError where it has none of that name."""
    values = {**told.metrics, "loss": told.loss}
    if name not in values:
        raise ProblemError(
            f"The validation split has no metric “{name}” to compare evaluations by.", f"Choose one of {', '.join(values)}."
        )
    return values[name]
