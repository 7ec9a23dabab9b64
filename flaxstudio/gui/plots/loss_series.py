"""The losses of a run in a growing buffer, cut down for drawing to a bounded number of points. Knows neither Qt nor axes."""

import numpy as np
import numpy.typing as npt

from flaxstudio.training.growing import Growing

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
_BLOCK = 16
_WITHIN = np.arange(_BLOCK)


class LossSeries:
    """The loss of every step from `first_step` on. Losses that are not finite are kept and left out of all means.

    `recorded` is where another keeps the same losses: they are read there and not copied.
    """

    def __init__(self, first_step: int = 0, recorded: Growing | None = None) -> None:
        self.first_step = first_step
        self._losses = Growing(np.float32) if recorded is None else recorded
        self._is_shared = recorded is not None
        self._count = 0
        # sums over all losses before each block, and those of a block itself, give any moving average in constant time
        self._sums = Growing(np.float64)
        self._sums.append(np.zeros(1))
        self._holes = np.empty(0, np.int64)
        self._extents: dict[bool, tuple[float, float]] = {}

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
        start = len(self)
        self._count += len(new)
        if not self._is_shared:
            self._losses.append(new)
        holes = np.flatnonzero(~np.isfinite(new))
        self._sum_up()
        self._holes = np.append(self._holes, holes + start)
        self._widen(new, False)
        self._widen(new, True)

    def stand_alone(self) -> None:
        """Keep the losses here from now on, a copy of those so far."""
        if self._is_shared:
            kept = Growing(np.float32)
            kept.append(self.losses)
            self._losses, self._is_shared = kept, False

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
        means = (self._sum_before(high) - self._sum_before(low)) / np.maximum(counts, 1)
        return np.where(counts > 0, means, np.nan)

    def _sum_up(self) -> None:
        """Take the sums of blocks that are now whole."""
        done = len(self._sums) - 1
        whole = len(self) // _BLOCK - done
        if whole > 0:
            blocks = _finite(self.losses[done * _BLOCK : (done + whole) * _BLOCK]).reshape(whole, _BLOCK)
            self._sums.append(np.cumsum(blocks.sum(axis=1, dtype=np.float64)) + self._sums.values[done])

    def _sum_before(self, indices: Indices) -> npt.NDArray[np.float64]:
        """Return the sum of all losses before each index."""
        blocks = indices // _BLOCK
        places = blocks[:, None] * _BLOCK + _WITHIN
        values = _finite(self.losses[np.minimum(places, len(self) - 1)])
        rests = np.where(places < indices[:, None], values, 0).sum(axis=1, dtype=np.float64)
        found: npt.NDArray[np.float64] = self._sums.values[blocks] + rests
        return found

    def _widen(self, losses: Floats, is_positive: bool) -> None:
        low, high = losses.min(), losses.max()
        if not (np.isfinite(low) and np.isfinite(high) and (low > 0 or not is_positive)):
            kept = losses[np.isfinite(losses) & ((losses > 0) | (not is_positive))]
            if kept.size == 0:
                return
            low, high = kept.min(), kept.max()
        known = self._extents.get(is_positive, (float(low), float(high)))
        self._extents[is_positive] = (min(known[0], float(low)), max(known[1], float(high)))


def _finite(losses: Floats) -> Floats:
    """Return losses with 0 for what is no number."""
    is_finite = np.isfinite(losses)
    return losses if is_finite.all() else np.where(is_finite, losses, np.float32(0))


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
