"""The least and the greatest of values that come bit by bit, of all finite ones and of those above zero."""

import math

import numpy as np
import numpy.typing as npt

Extent = tuple[float, float]


class Extents:
    """Grows with each piece, and forgets none."""

    def __init__(self) -> None:
        self._found: dict[bool, Extent] = {}

    def of(self, *, is_positive: bool) -> Extent | None:
        """Return the least and the greatest finite value, of those above zero if `is_positive`, or None."""
        return self._found.get(is_positive)

    def widen(self, values: npt.NDArray) -> bool:
        """Take more values, at least one; return whether all of them are finite."""
        low, high = float(values.min()), float(values.max())
        is_finite = math.isfinite(low) and math.isfinite(high)
        for is_positive in (False, True):
            if is_finite and (low > 0 or not is_positive):
                self._take(is_positive, low, high)
                continue
            kept = values[np.isfinite(values) & ((values > 0) | (not is_positive))]
            if kept.size:
                self._take(is_positive, float(kept.min()), float(kept.max()))
        return is_finite

    def _take(self, is_positive: bool, low: float, high: float) -> None:
        known = self._found.get(is_positive)
        self._found[is_positive] = (min(known[0], low), max(known[1], high)) if known else (low, high)


def union(extents: list[Extent | None]) -> Extent | None:
    """Return what holds all of them."""
    found = [extent for extent in extents if extent]
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None
