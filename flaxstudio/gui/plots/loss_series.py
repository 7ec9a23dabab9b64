"""The losses of a run in a growing buffer, cut down for drawing to a bounded number of points. Knows neither Qt nor axes."""

import numpy as np
import numpy.typing as npt

from flaxstudio.gui.plots.extents import Extent, Extents
from flaxstudio.training.growing import Growing

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
BLOCK = 512
"""Losses whose least and greatest are kept: of runs of millions only these are looked at."""
_SUMMED = 16
"""Losses whose sum is kept; of what lies between they are added when asked for."""
_WITHIN = np.arange(_SUMMED)


class LossSeries:
    """The loss of every step from `first_step` on. Losses that are not finite are kept and left out of all means.

    `recorded` is where another keeps the same losses: they are read there and not copied.
    """

    def __init__(self, first_step: int = 0, recorded: Growing | None = None) -> None:
        self.first_step = first_step
        self._losses = Growing(np.float32) if recorded is None else recorded
        self._is_shared = recorded is not None
        self._count = 0
        # sums over all losses before each few, and those few themselves, give any moving average in constant time
        self._sums = Growing(np.float64)
        self._sums.append(np.zeros(1))
        self._holes = np.empty(0, np.int64)
        self._lows, self._highs = Growing(np.float32), Growing(np.float32)
        self._extents = Extents()

    def __len__(self) -> int:
        return self._count

    @property
    def losses(self) -> Floats:
        """All losses, shape (steps,); a view that later appends may leave behind."""
        return self._losses.values[: self._count]

    @property
    def end_step(self) -> int:
        """The step after the last one known."""
        return self.first_step + len(self)

    def append(self, first_step: int, losses: Floats) -> None:
        """Add the losses of consecutive steps; steps already known are skipped, and a gap is filled with NaN."""
        gap = first_step - self.end_step
        if gap:
            self.stand_alone()  # whoever records has something else there
        if gap > 0:
            self.append(self.end_step, np.full(gap, np.nan, np.float32))
        new = losses[-gap:] if gap < 0 else losses
        if len(new) == 0:
            return
        start = self._count
        self._count += len(new)
        if not self._is_shared:
            self._losses.append(new)
        if not self._extents.widen(new):
            self._holes = np.append(self._holes, np.flatnonzero(~np.isfinite(new)) + start)
        self._sum_up()
        known, whole = len(self._lows), self._count // BLOCK
        if whole > known:
            blocks = self._finite(known * BLOCK, whole * BLOCK).reshape(-1, BLOCK)
            self._lows.append(np.fmin.reduce(blocks, axis=1))
            self._highs.append(np.fmax.reduce(blocks, axis=1))

    def stand_alone(self) -> None:
        """Keep the losses here from now on, a copy of those so far."""
        if self._is_shared:
            kept = Growing(np.float32)
            kept.append(self.losses)
            self._losses, self._is_shared = kept, False

    def extent(self, *, is_positive: bool) -> Extent | None:
        """Return the least and the greatest finite loss, of those above zero if `is_positive`, or None."""
        return self._extents.of(is_positive=is_positive)

    def envelope(self, starts: Indices, stop: int) -> tuple[Floats, Floats]:
        """Return the least and the greatest finite loss of each run of indices starts[i]..starts[i + 1], the last to `stop`."""
        uneven = np.flatnonzero(starts % BLOCK)
        first = int(uneven[-1]) + 1 if len(uneven) else 0  # from here on blocks hold all, but for the last run
        last = len(starts) - 1
        if first >= last:
            return _extremes(self._finite(starts[0], stop), starts - starts[0])
        pieces = [_extremes(self._finite(starts[0], starts[first]), starts[:first] - starts[0])] if first else []
        blocks = starts[first : last + 1] // BLOCK
        cuts = blocks[:-1] - blocks[0]
        low, high = (found.values[blocks[0] : blocks[-1]] for found in (self._lows, self._highs))
        pieces.append((np.fmin.reduceat(low, cuts), np.fmax.reduceat(high, cuts)))
        pieces.append(_extremes(self._finite(starts[last], stop), np.zeros(1, np.int64)))
        lows, highs = zip(*pieces, strict=True)
        return np.concatenate(lows), np.concatenate(highs)

    def smoothed(self, indices: Indices, half_window: int) -> npt.NDArray[np.float64]:
        """Return the mean over up to `half_window` losses on both sides of each index; NaN where none is finite."""
        return self.means(*windows(indices, half_window, len(self)))

    def means(self, low: Indices, high: Indices) -> npt.NDArray[np.float64]:
        """Return the means of the finite losses low[i]..high[i] - 1; NaN where none is."""
        totals = self._sum_before(high) - self._sum_before(low)
        if not len(self._holes):
            return totals / (high - low)
        counts = high - low - (np.searchsorted(self._holes, high) - np.searchsorted(self._holes, low))
        return np.where(counts > 0, totals / np.maximum(counts, 1), np.nan)

    def _sum_up(self) -> None:
        """Take the sums of those few that are now whole."""
        done = len(self._sums) - 1
        whole = self._count // _SUMMED - done
        if whole > 0:
            few = self._summable(self.losses[done * _SUMMED : (done + whole) * _SUMMED]).reshape(whole, _SUMMED)
            self._sums.append(np.cumsum(few.sum(axis=1, dtype=np.float64)) + self._sums.values[done])

    def _sum_before(self, indices: Indices) -> npt.NDArray[np.float64]:
        """Return the sum of all losses before each index."""
        whole = indices // _SUMMED
        places = whole[:, None] * _SUMMED + _WITHIN
        values = self._summable(self.losses.take(places, mode="clip"))
        rests = np.where(places < indices[:, None], values, 0).sum(axis=1, dtype=np.float64)
        found: npt.NDArray[np.float64] = self._sums.values.take(whole) + rests
        return found

    def _summable(self, losses: Floats) -> Floats:
        """Return losses with 0 for those that are not finite."""
        return np.where(np.isfinite(losses), losses, np.float32(0)) if len(self._holes) else losses

    def _finite(self, start: int, stop: int) -> Floats:
        """Return losses with NaN for those that are not finite."""
        losses = self.losses[start:stop]
        return np.where(np.isfinite(losses), losses, np.float32(np.nan)) if len(self._holes) else losses


def windows(indices: Indices, half: int, length: int) -> tuple[Indices, Indices]:
    """Return from where and to where the losses around each index go that count for its mean.

    Near the beginning the window shrinks on both sides, so that the steep first fall is not drawn too low or late.
    """
    half_there = np.minimum(indices, half)
    return indices - half_there, np.minimum(indices + half_there, length - 1) + 1


def _extremes(losses: Floats, cuts: Indices) -> tuple[Floats, Floats]:
    return np.fmin.reduceat(losses, cuts), np.fmax.reduceat(losses, cuts)


def bin_starts(start: int, stop: int, length: int) -> Indices:
    """Return where to cut the indices start..stop into runs of a length.

    The cuts lie at multiples of the length, so that the picture of old steps does not shimmer while new ones come in. A long
    one becomes a multiple of the blocks that are looked at.
    """
    if length > 4 * BLOCK:
        length = -(-length // BLOCK) * BLOCK
    first = start // length * length
    starts = np.arange(first, stop, length, dtype=np.int64)
    starts[0] = start
    return starts


def log_bin_starts(start: int, stop: int, columns: int) -> Indices:
    """Return the same for an axis of logarithms: runs that grow with the index."""
    edges = np.clip((np.geomspace(start + 1, stop + 1, columns + 1)[:-1] - 1).astype(np.int64), start, stop - 1)
    is_long = np.diff(edges, append=stop) > 4 * BLOCK
    edges[is_long] = np.maximum(edges[is_long] // BLOCK * BLOCK, start)
    return edges[np.append(True, np.diff(edges) > 0)]
