"""The losses of a run in a growing buffer, cut down for drawing to a bounded number of points. Knows neither Qt nor axes."""

import numpy as np
import numpy.typing as npt

from flaxstudio.training.growing import Growing

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


class LossSeries:
    """The loss of every step from `first_step` on. Losses that are not finite are kept and left out of all means."""

    def __init__(self, first_step: int = 0) -> None:
        self.first_step = first_step
        self._losses = Growing(np.float32)
        # sums over all losses before an index give any moving average in constant time
        self._sums = Growing(np.float64)
        self._sums.append(np.zeros(1))
        self._holes = np.empty(0, np.int64)
        self._extents: dict[bool, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._losses)

    @property
    def losses(self) -> Floats:
        """All losses, shape (steps,); a view that later appends may leave behind."""
        return self._losses.values

    @property
    def end_step(self) -> int:
        """The step after the last one known."""
        return self.first_step + len(self)

    def append(self, first_step: int, losses: Floats) -> None:
        """Add the losses of consecutive steps; steps already known are skipped, and a gap is filled with NaN."""
        gap = first_step - self.end_step
        if gap > 0:
            self.append(self.end_step, np.full(gap, np.nan, np.float32))
        new = losses[-gap:] if gap < 0 else losses
        if len(new) == 0:
            return
        start = len(self)
        self._losses.append(new)
        holes = np.flatnonzero(~np.isfinite(new))
        kept = np.where(np.isfinite(new), new, 0.0) if len(holes) else new
        self._sums.append(np.cumsum(kept, dtype=np.float64) + self._sums.values[start])
        self._holes = np.append(self._holes, holes + start)
        self._widen(new, False)
        self._widen(new, True)

    def extent(self, *, is_positive: bool) -> tuple[float, float] | None:
        """Return the least and the greatest finite loss, of those above zero if `is_positive`, or None."""
        return self._extents.get(is_positive)

    def envelope(self, starts: Indices, stop: int) -> tuple[Floats, Floats]:
        """Return the least and the greatest finite loss of each run of indices starts[i]..starts[i + 1], the last to `stop`."""
        losses = self.losses[:stop]
        if len(self._holes):
            losses = np.where(np.isfinite(losses), losses, np.float32(np.nan))
        return np.fmin.reduceat(losses, starts), np.fmax.reduceat(losses, starts)

    def smoothed(self, indices: Indices, half_window: int) -> npt.NDArray[np.float64]:
        """Return the mean over up to `half_window` losses on both sides of each index; NaN where none is finite.

        Near the beginning the window shrinks on both sides, so that the steep first fall is not drawn too low or late.
        """
        half = np.minimum(indices, half_window)
        low, high = indices - half, np.minimum(indices + half, len(self) - 1) + 1
        counts = high - low - (np.searchsorted(self._holes, high) - np.searchsorted(self._holes, low))
        sums = self._sums.values
        means = (sums[high] - sums[low]) / np.maximum(counts, 1)
        return np.where(counts > 0, means, np.nan)

    def _widen(self, losses: Floats, is_positive: bool) -> None:
        low, high = losses.min(), losses.max()
        if not (np.isfinite(low) and np.isfinite(high) and (low > 0 or not is_positive)):
            kept = losses[np.isfinite(losses) & ((losses > 0) | (not is_positive))]
            if kept.size == 0:
                return
            low, high = kept.min(), kept.max()
        known = self._extents.get(is_positive, (float(low), float(high)))
        self._extents[is_positive] = (min(known[0], float(low)), max(known[1], float(high)))


def bin_starts(start: int, stop: int, length: int) -> Indices:
    """Return where to cut the indices start..stop into runs of a length.

    The cuts lie at multiples of the length, so that the picture of old steps does not shimmer while new ones come in.
    """
    first = start // length * length
    starts = np.arange(first, stop, length, dtype=np.int64)
    starts[0] = start
    return starts


def log_bin_starts(start: int, stop: int, columns: int) -> Indices:
    """Return the same for an axis of logarithms: runs that grow with the index."""
    edges = np.clip((np.geomspace(start + 1, stop + 1, columns + 1)[:-1] - 1).astype(np.int64), start, stop - 1)
    return edges[np.append(True, np.diff(edges) > 0)]
