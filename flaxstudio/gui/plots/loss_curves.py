"""What a loss plot draws: the curves of one run as points ready for the screen, never more than the screen can show."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from flaxstudio.gui.plots.extents import Extents, union
from flaxstudio.gui.plots.loss_series import LossSeries, bin_starts, log_bin_starts
from flaxstudio.training.growing import Growing

Smoothing = Literal["none", "light", "strong"]
Points = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
SMOOTHINGS: tuple[Smoothing, ...] = ("none", "light", "strong")
LOG_SPAN = 100.0
_STAGES = (8, 4, 2)


@dataclass(frozen=True, slots=True)
class Axes:
    """Which axes are logarithmic. Points are then logarithms to base 10; what has none is NaN."""

    log_step: bool = False
    log_loss: bool = False

    def place(self, steps: npt.NDArray, losses: npt.NDArray) -> Points:
        """Return steps and losses as positions on the axes."""
        return _positions(steps, self.log_step), _positions(losses, self.log_loss)

    def place_of_step(self, step: int) -> float:
        """Return a step's position on its axis."""
        return math.log10(max(step, 1)) if self.log_step else float(step)


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several runs, and the lower and upper edge of a band of some kind."""

    median: Points
    low: Points
    high: Points
    kind: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Positions to draw: every loss or its extremes, the smoothed losses (empty if not smoothed), each split's evaluations.

    Of `members` runs together `smoothed` and the evaluations are medians. `lines` are the members' own, apart by a NaN;
    `beside` are the bands of older groups by name.
    """

    raw: Points
    smoothed: Points
    evaluations: Mapping[str, Points]
    members: int = 0
    lines: Points = (np.empty(0), np.empty(0))
    band: Spread | None = None
    beside: tuple[tuple[str, Spread], ...] = ()


@dataclass(frozen=True, slots=True)
class EdgeText:
    """A text and where its curve ends on the loss axis."""

    text: str
    position: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the step axis and what it is called."""

    position: float
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The values of all curves at one step. An evaluation is the nearest one, with its own step.

    Of several runs together `smoothed` is the median; the first of `count` members stand by name with their values.
    """

    step: int
    loss: float | None
    smoothed: float | None
    evaluations: Mapping[str, tuple[int, float]]
    members: tuple[tuple[str, float], ...] = ()
    count: int = 0


class RunCurves:
    """The curves of one run as it goes on. `planned_end` is the step at which it is to end.

    `recorded` is where its losses are kept by another.
    """

    def __init__(self, first_step: int = 0, planned_end: int = 0, recorded: Growing | None = None) -> None:
        self.series = LossSeries(first_step, recorded)
        self.planned_end = planned_end
        self.evaluations: dict[str, tuple[list[int], list[float]]] = {}
        self._told = Extents()
        self._last_told = first_step

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return len(self.series) == 0 and not self.evaluations

    @property
    def runs(self) -> "tuple[RunCurves, ...]":
        """The curves themselves, as where several runs are drawn."""
        return (self,)

    def like(self) -> "RunCurves":
        """Return empty curves of the same run, for another quantity."""
        return RunCurves(self.series.first_step)

    @property
    def end_step(self) -> int:
        """The step after the last one known."""
        return self.series.end_step

    def plan(self, end: int) -> None:
        """Note the step at which the run is to end."""
        self.planned_end = end

    def named_ends(self, _smoothing: Smoothing) -> dict[str, float]:
        """Return nothing: a run alone needs no name."""
        return {}

    def add_evaluation(self, split: str, step: int, loss: float) -> None:
        """Add the loss of a split after `step` updates."""
        if split == "train":
            return  # the losses of the steps already show it
        steps, losses = self.evaluations.setdefault(split, ([], []))
        steps.append(step)
        losses.append(loss)
        self._told.widen(np.array([loss]))
        self._last_told = max(self._last_told, step)

    def half_window(self, smoothing: Smoothing) -> int:
        """Return over how many steps to either side the mean goes: a share of the run, to look the same at any length."""
        steps = max(self.planned_end - self.series.first_step, len(self.series))
        return {"none": 0, "light": max(2, steps // 400), "strong": max(8, steps // 50)}[smoothing]

    def step_range(self, is_finished: bool) -> tuple[int, int]:
        """Return the steps to show. While the run goes on the end lies ahead and moves only three times, at each doubling."""
        first, end = self.series.first_step, max(self.last_step, self.series.first_step + 1)
        if is_finished or self.planned_end <= first:
            return first, end
        lengths = ((self.planned_end - first) // stage for stage in _STAGES)
        return first, next((first + n for n in lengths if end <= first + 0.95 * n), max(self.planned_end, end))

    def loss_range(self, *, is_log: bool) -> tuple[float, float] | None:
        """Return the least and the greatest loss of all curves that the axis can show, or None."""
        steps, told = self.series.extent(is_positive=is_log), self._told.of(is_positive=is_log)
        return union([steps, told]) if steps and told else steps or told

    def spans_decades(self) -> bool:
        """Whether the losses differ so much that only a logarithmic axis shows them all."""
        extent = self.loss_range(is_log=True)
        return extent is not None and extent[1] > LOG_SPAN * extent[0]

    def drawing(self, first: float, last: float, columns: int, smoothing: Smoothing, axes: Axes) -> Drawing:
        """Return what is seen between two steps on a screen of so many pixel columns: at most 2 * columns points a curve."""
        empty = (np.empty(0), np.empty(0))
        start = int(np.clip(math.floor(first) - 1 - self.series.first_step, 0, len(self.series)))
        stop = int(np.clip(math.ceil(last) + 2 - self.series.first_step, 0, len(self.series)))
        evaluations = {
            split: axes.place(*_bounded(np.asarray(steps), np.asarray(losses), columns))
            for split, (steps, losses) in self.evaluations.items()
        }
        if start >= stop:
            return Drawing(empty, empty, evaluations)
        # the length comes from what is shown, not from what is there, which grows all the time
        length = max(1, math.ceil((last - first) / columns))
        starts = log_bin_starts(start, stop, columns) if axes.log_step else bin_starts(start, stop, length)
        raw = axes.place(*self._extremes(starts, stop))
        half = self.half_window(smoothing)
        if half == 0:
            return Drawing(raw, empty, evaluations)
        middles = (starts + np.append(starts[1:], stop) - 1) // 2
        middles[-1] = stop - 1
        smoothed = axes.place(middles + self.series.first_step, self.series.smoothed(middles, half))
        return Drawing(raw, smoothed, evaluations)

    def reading(self, step: float, smoothing: Smoothing) -> Reading | None:
        """Return the values at the nearest step that has any, or None if there is nothing."""
        if self.is_empty:
            return None
        nearest = int(np.clip(round(step), self.series.first_step, self.last_step))
        index = min(nearest - self.series.first_step, len(self.series) - 1)
        evaluations = {split: _nearest(steps, losses, nearest) for split, (steps, losses) in self.evaluations.items()}
        if index < 0:
            return Reading(nearest, None, None, evaluations)
        half = self.half_window(smoothing)
        mean = float(self.series.smoothed(np.array([index]), half)[0]) if half else None
        return Reading(index + self.series.first_step, float(self.series.losses[index]), mean, evaluations)

    def last_values(self, smoothing: Smoothing) -> dict[str, float]:
        """Return each curve's last finite value, smoothed if the curve is; the training losses go by "train"."""
        values = {}
        if len(self.series):
            last = self.series.smoothed(np.array([len(self.series) - 1]), self.half_window(smoothing))
            values["train"] = float(last[0])
        values |= {split: losses[-1] for split, (_, losses) in self.evaluations.items()}
        return {name: value for name, value in values.items() if math.isfinite(value)}

    @property
    def last_step(self) -> int:
        """The last step of which anything is known."""
        return max(self.series.end_step - 1, self._last_told)

    def _extremes(self, starts: npt.NDArray[np.int64], stop: int) -> tuple[npt.NDArray, npt.NDArray]:
        """Return steps and losses: each as it is where bins hold one, else each bin's least and greatest."""
        offset = self.series.first_step
        if len(starts) == stop - starts[0]:
            return starts + offset, self.series.losses[starts[0] : stop].astype(np.float64)
        low, high = self.series.envelope(starts, stop)
        return np.repeat(starts + offset, 2), np.column_stack([low, high]).astype(np.float64).ravel()


def _bounded(steps: npt.NDArray, losses: npt.NDArray, columns: int) -> tuple[npt.NDArray, npt.NDArray]:
    if len(steps) <= 2 * columns:
        return steps, losses
    starts = bin_starts(0, len(steps), -(-len(steps) // columns))
    low, high = np.fmin.reduceat(losses, starts), np.fmax.reduceat(losses, starts)
    return np.repeat(steps[starts], 2), np.column_stack([low, high]).ravel()


def _nearest(steps: list[int], losses: list[float], step: int) -> tuple[int, float]:
    index = int(np.argmin(np.abs(np.asarray(steps) - step)))
    return steps[index], losses[index]


def _positions(values: npt.NDArray, is_log: bool) -> npt.NDArray[np.float64]:
    positions = np.asarray(values, dtype=np.float64)
    is_shown = np.isfinite(positions) & (positions > 0) if is_log else np.isfinite(positions)
    shown = np.where(is_shown, positions, np.nan)
    return np.log10(shown) if is_log else shown
