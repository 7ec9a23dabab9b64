"""How a run is watched over: when it is evaluated, when it ends early, what of it is kept."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

_LOWER = ("loss", "mae", "mse", "rmse", "error", "perplexity")


@dataclass(frozen=True, slots=True)
class EarlyStopping:
    """End a run once the metric has not improved by more than `min_delta` for `patience` evaluations in a row.

    With `restores_best` the run leaves the variables of the best evaluation instead of the last.
    """

    patience: int = 10
    min_delta: float = 0.0
    restores_best: bool = True


@dataclass(frozen=True, slots=True)
class Watch:
    """What happens beside the steps.

    The validation split is evaluated every `evaluation_steps`, None for about each epoch, or every so many seconds. By
    `metric` evaluations are compared; the variables of the `keep_best` best ones are kept. The whole state is written
    down every `checkpoint_seconds`. A loss that leaps up stops the run if `stops_at_spikes`.
    """

    evaluation_steps: int | None = None
    evaluation_seconds: float | None = None
    metric: str = "loss"
    early_stopping: EarlyStopping | None = None
    keep_best: int = 0
    checkpoint_seconds: float = 30.0
    stops_at_spikes: bool = True

    @property
    def kept(self) -> int:
        """Return the variables of how many evaluations are kept."""
        return max(self.keep_best, 1 if self.early_stopping and self.early_stopping.restores_best else 0)


def is_lower_better(metric: str) -> bool:
    """Return whether a metric is the better the smaller it is."""
    return metric.rpartition(".")[2].lower().endswith(_LOWER)


def improves(metric: str, value: float, best: float | None, min_delta: float = 0.0) -> bool:
    """Return whether a value is better than the best so far by more than `min_delta`."""
    if best is None or not math.isfinite(best):
        return math.isfinite(value)
    return best - value > min_delta if is_lower_better(metric) else value - best > min_delta


def watch_faults(watch: Watch) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a watch in itself, each with its remedy."""
    if watch.evaluation_steps is not None and watch.evaluation_steps < 1:
        yield "Evaluations must be at least 1 step apart.", "Set the steps between evaluations, or leave them empty."
    for seconds, what in ((watch.evaluation_seconds, "evaluations"), (watch.checkpoint_seconds, "checkpoints")):
        if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
            yield f"The seconds between {what} must be above 0.", "Try 30."
    if watch.keep_best < 0:
        yield "The number of best states to keep cannot be below 0.", "Set it to 0 or more."
    stopping = watch.early_stopping
    if stopping is not None and stopping.patience < 1:
        yield "The patience of early stopping must be at least 1 evaluation.", "Try 10."
    if stopping is not None and not (math.isfinite(stopping.min_delta) and stopping.min_delta >= 0):
        yield "The least improvement of early stopping must be 0 or more.", "Try 0."
