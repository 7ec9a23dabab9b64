"""What a loss plot draws of the runs of one population: a line for each, their median and the band that most lie in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from flaxstudio.gui.plots.loss_curves import Axes, Drawing, Points, Reading, RunCurves, Smoothing, Spread
from flaxstudio.gui.plots.loss_series import bin_starts, log_bin_starts, windows

Band = Literal["deciles", "extremes", "none"]
BANDS: tuple[Band, ...] = ("deciles", "extremes", "none")
_SHARES: Mapping[Band, tuple[float, float]] = {"deciles": (0.1, 0.9), "extremes": (0.0, 1.0), "none": (0.5, 0.5)}
MOST_BESIDE = 3
"""So many older groups can be told apart."""
_MAX_POINTS = 40_000
_FEWEST_COLUMNS = 100
_NAMED = 6
"""So many members have room for their names at the edge."""
_READ = 12
"""So many members have room in the box at the crosshair."""
_FAR = 10.0
"""A failed member may leave the picture by this factor of the others' greatest loss."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MemberName:
    """What a member is called; `is_shown` at the end of its line too, where names tell more than a seed."""

    text: str
    is_shown: bool = False


class GroupCurves:
    """The curves of several runs as they go on together. `beside` are older groups to compare with, by name."""

    def __init__(self, names: Sequence[MemberName], first_step: int = 0, planned_end: int = 0) -> None:
        self.names = tuple(names)
        self.runs = [RunCurves(first_step, planned_end) for _ in names]
        self.failed: set[int] = set()
        self.band: Band = "deciles"
        self.beside: tuple[tuple[str, GroupCurves], ...] = ()
        self._told_of: dict[str, tuple[int, tuple[npt.NDArray[np.int64], Matrix]]] = {}  # with how many evaluations
        self._medians_of: dict[str, Points] = {}

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return all(run.is_empty for run in self.runs)

    def like(self) -> "GroupCurves":
        """Return empty curves of the same runs, for another quantity."""
        return GroupCurves(self.names, self._first_step)

    @property
    def end_step(self) -> int:
        """The step after the last one known."""
        return max(run.end_step for run in self.runs)

    def plan(self, end: int) -> None:
        """Note the step at which the runs are to end."""
        for run in self.runs:
            run.planned_end = end

    def step_range(self, is_finished: bool) -> tuple[int, int]:
        """Return the steps to show: those of the longest run."""
        whole = (*self.runs, *(run for _, group in self.beside for run in group.runs))
        return max(whole, key=lambda run: run.last_step).step_range(is_finished)

    def loss_range(self, *, is_log: bool) -> tuple[float, float] | None:
        """Return the least and the greatest loss to show. One that failed may leave the picture."""
        extents = [(run.loss_range(is_log=is_log), index in self.failed) for index, run in enumerate(self.runs)]
        extents += [(group.loss_range(is_log=is_log), False) for _, group in self.beside]
        whole = [extent for extent, _ in extents if extent]
        if not whole:
            return None
        low, high = min(low for low, _ in whole), max(high for _, high in whole)
        sound = [extent[1] for extent, has_failed in extents if extent and not has_failed]
        return low, min(high, _FAR * max(sound)) if sound and max(sound) > 0 else high

    def spans_decades(self) -> bool:
        """Whether the losses differ so much that only a logarithmic axis shows them all."""
        return any(run.spans_decades() for index, run in enumerate(self.runs) if index not in self.failed)

    def drawing(self, first: float, last: float, columns: int, smoothing: Smoothing, axes: Axes) -> Drawing:
        """Return what is seen between two steps on a screen of so many pixel columns."""
        empty = (np.empty(0), np.empty(0))
        evaluations = {
            split: axes.place(*points) for split in ("validation", "test") if len((points := self._medians(split))[0])
        }
        found = self._matrix(first, last, columns, smoothing, axes)
        if found is None:
            return Drawing(empty, empty, evaluations)
        steps, losses = found
        spread = _spread(steps, losses, self.band, axes)
        median = spread.median if self._count else empty  # of evaluations it is drawn as such
        beside = []
        for name, group in self.beside:
            if (other := group._matrix(first, last, columns, smoothing, axes)) is not None:
                beside.append((name, _spread(*other, "extremes" if self.band == "extremes" else "deciles", axes)))
        lines = np.column_stack([losses, np.full(len(losses), np.nan)]).ravel()
        places = axes.place(np.tile(np.append(steps, steps[-1]), len(losses)), lines)
        shown = None if self.band == "none" else spread
        return Drawing(empty, median, evaluations, len(self.runs), places, shown, tuple(beside))

    def reading(self, step: float, smoothing: Smoothing) -> Reading | None:
        """Return the members' values at the nearest step, the least first, with their median."""
        if self.is_empty:
            return None
        if self._count:
            index = int(np.clip(round(step) - self._first_step, 0, self._count - 1))
            values = self._values(np.array([index]), self.runs[0].half_window(smoothing))[:, 0]
            place = index + self._first_step
        else:
            steps, told = self._told("validation" if self._told("validation")[0].size else "test")
            nearest = int(np.argmin(np.abs(steps - step)))
            place, values = int(steps[nearest]), told[:, nearest]
        order = [int(row) for row in np.argsort(values) if np.isfinite(values[row])]
        members = tuple((self.names[row].text, float(values[row])) for row in order)
        median = float(np.median(values[order])) if order else None
        return Reading(place, None, median, {}, members[:_READ], len(members))

    def last_values(self, smoothing: Smoothing) -> dict[str, float]:
        """Return the last median of each split; the losses of the steps go by "train"."""
        values = {}
        if self._count:
            ends = self._ends(smoothing)
            values["train"] = float(np.nanmedian(ends)) if np.isfinite(ends).any() else np.nan
        values |= {split: float(points[1][-1]) for split in ("validation", "test") if len((points := self._medians(split))[0])}
        return {name: value for name, value in values.items() if np.isfinite(value)}

    def named_ends(self, smoothing: Smoothing) -> dict[str, float]:
        """Return the last value of each member whose name is to stand at the end of its line."""
        if not self._count or len(self.runs) > _NAMED:
            return {}
        pairs = zip(self.names, self._ends(smoothing), strict=True)
        return {name.text: float(value) for name, value in pairs if name.is_shown and np.isfinite(value)}

    @property
    def _first_step(self) -> int:
        return self.runs[0].series.first_step

    @property
    def _count(self) -> int:
        return max([len(run.series) for run in self.runs])

    def _ends(self, smoothing: Smoothing) -> Matrix:
        last = np.array([self._count - 1])
        return self._values(last, self.runs[0].half_window(smoothing))[:, 0]

    def _matrix(
        self, first: float, last: float, columns: int, smoothing: Smoothing, axes: Axes
    ) -> tuple[npt.NDArray[np.int64], Matrix] | None:
        """Return steps, and the loss of each member there: a mean over what one pixel holds at least.

        Of a quantity that only evaluations give, these are the values of the validation.
        """
        if not self._count:
            steps, told = self._told("validation")
            return (steps, told) if steps.size else None
        start = int(np.clip(np.floor(first) - 1 - self._first_step, 0, self._count))
        stop = int(np.clip(np.ceil(last) + 2 - self._first_step, 0, self._count))
        if start >= stop:
            return None
        columns = min(columns, max(_FEWEST_COLUMNS, _MAX_POINTS // len(self.runs)))
        length = max(1, int(np.ceil((last - first) / columns)))
        starts = log_bin_starts(start, stop, columns) if axes.log_step else bin_starts(start, stop, length)
        middles = (starts + np.append(starts[1:], stop) - 1) // 2
        middles[-1] = stop - 1
        half = max(self.runs[0].half_window(smoothing), length // 2)
        return middles + self._first_step, self._values(middles, half)

    def _values(self, indices: npt.NDArray[np.int64], half: int) -> Matrix:
        """Return a row for each member; NaN where it has no loss, as after its end."""
        rows = np.full((len(self.runs), len(indices)), np.nan)
        counts: dict[int, int] = {}
        around: dict[int, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = {}
        for row, run in zip(rows, self.runs, strict=True):
            length = len(run.series)
            if length not in around:  # most are as long as each other
                counts[length] = count = int(np.searchsorted(indices, length))
                around[length] = windows(indices[:count], half, length)
            row[: counts[length]] = run.series.means(*around[length])
        return rows

    def _medians(self, split: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the steps at which a split was evaluated, and the median of the members' losses there."""
        steps, told = self._told(split)
        if split not in self._medians_of:
            ranked, counts = np.sort(told, axis=0), np.isfinite(told).sum(axis=0)
            self._medians_of[split] = steps.astype(np.float64), _quantile(ranked, counts, 0.5)
        return self._medians_of[split]

    def _told(self, split: str) -> tuple[npt.NDArray[np.int64], Matrix]:
        """Return the steps at which a split was evaluated, and a row of losses there for each member, NaN where it was not."""
        every = [run.evaluations.get(split, ([], [])) for run in self.runs]
        count = sum(len(steps) for steps, _ in every)
        known = self._told_of.get(split)
        if known is not None and known[0] == count:
            return known[1]
        pairs = [dict(zip(*told, strict=True)) for told in every]
        steps = sorted(set().union(*pairs))
        rows = [[own.get(step, np.nan) for step in steps] for own in pairs]
        found = np.array(steps, np.int64), np.array(rows, np.float64).reshape(len(self.runs), len(steps))
        self._told_of[split] = count, found
        self._medians_of.pop(split, None)
        return found


def _spread(steps: npt.NDArray[np.int64], losses: Matrix, band: Band, axes: Axes) -> Spread:
    """Return the median of each column and what the band reaches from and to."""
    ranked, counts = np.sort(losses, axis=0), np.isfinite(losses).sum(axis=0)
    low, high = _SHARES[band]
    middle, bottom, top = (axes.place(steps, _quantile(ranked, counts, share)) for share in (0.5, low, high))
    return Spread(middle, *_both(bottom, top), band)


def _quantile(ranked: Matrix, counts: npt.NDArray[np.int64], share: float) -> npt.NDArray[np.float64]:
    """Return a quantile of each column's first `counts` values, which are sorted."""
    place = share * np.maximum(counts - 1, 0)
    low = np.floor(place).astype(np.int64)
    columns = np.arange(ranked.shape[1])
    below, above = ranked[low, columns], ranked[np.minimum(low + 1, np.maximum(counts - 1, 0)), columns]
    return np.where(counts > 0, below + (place - low) * (above - below), np.nan)


def _both(low: Points, high: Points) -> tuple[Points, Points]:
    """Return the edges of a band where both can be shown."""
    there = np.isfinite(low[1]) & np.isfinite(high[1]) & np.isfinite(low[0])
    return (low[0][there], low[1][there]), (high[0][there], high[1][there])
