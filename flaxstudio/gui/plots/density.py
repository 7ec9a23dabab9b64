"""How densely values lie over the steps of a run, from histograms whose ranges differ. Knows no Qt."""

import numpy as np
import numpy.typing as npt

from flaxstudio.gui.plots.layer_history import Strip

_TAIL = 0.002
"""Of a histogram's values: so many at either end need not be in sight."""
_ODD = 0.05
"""Of the columns: so many may reach out of sight, so that the first steps do not flatten all others."""

_WIDE = 4.0
"""Columns whose values reach so much farther than the usual ones' need not be in sight wholly: the first gradients, say."""

Levels = npt.NDArray[np.uint8]


def value_range(strip: Strip) -> tuple[float, float]:
    """Return from where to where nearly all values of nearly all columns lie; a little around them where they are all one."""
    totals = strip.counts.sum(axis=1)
    has = totals > 0
    if not has.any():
        return -1.0, 1.0
    low, high = strip.low[has].astype(np.float64), strip.high[has].astype(np.float64)
    shares = np.cumsum(strip.counts[has], axis=1) / totals[has, None]
    bins = shares.shape[1]
    first, last = (shares < _TAIL).sum(axis=1), (shares < 1 - _TAIL).sum(axis=1) + 1
    width = (high - low) / bins
    bottoms, tops = low + width * first, low + width * np.minimum(last, bins)
    widths = tops - bottoms
    kept = widths <= _WIDE * np.median(widths)
    bottom = float(np.quantile(bottoms[kept], _ODD, method="lower"))
    top = float(np.quantile(tops[kept], 1 - _ODD, method="higher"))
    if top - bottom <= 1e-6 * max(abs(top), abs(bottom), 1e-30):
        room = 0.1 * abs(top) or 1.0
        return bottom - room, top + room
    return bottom, top


def levels(strip: Strip, bottom: float, top: float, rows: int) -> Levels:
    """Return how densely values lie from 0 to 255, the root of it, shape (rows, columns), the greatest values first.

    Each column's densest place is 255, so that columns of few values tell as much as those of many.
    """
    columns, bins = strip.counts.shape
    if not columns:
        return np.zeros((rows, 0), np.uint8)
    edges = np.linspace(bottom, top, rows + 1)
    sums = np.zeros((columns, bins + 1))
    np.cumsum(strip.counts, axis=1, out=sums[:, 1:])
    low, high = strip.low.astype(np.float64)[:, None], strip.high.astype(np.float64)[:, None]
    span = np.maximum(high - low, 1e-9 * (top - bottom))
    place = np.clip((edges - (low + high - span) / 2) / span, 0.0, 1.0) * bins
    left = np.minimum(place.astype(np.int64), bins - 1)
    below = np.take_along_axis(sums, left, axis=1)
    above = np.take_along_axis(sums, left + 1, axis=1)
    masses = np.diff(below + (place - left) * (above - below), axis=1)
    most = masses.max(axis=1, keepdims=True)
    shares = np.divide(masses, most, out=np.zeros_like(masses), where=most > 0)
    return np.ascontiguousarray(np.rint(255 * np.sqrt(np.maximum(shares, 0)))[:, ::-1].T.astype(np.uint8))


def column_of_pixels(steps: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.int64]:
    """Return which column each pixel shows: the newest one up to the pixel's step."""
    if len(steps) < 2:
        return np.zeros(width, np.int64)
    places = np.linspace(float(steps[0]), float(steps[-1]), width)
    return np.clip(np.searchsorted(steps, places, side="right") - 1, 0, len(steps) - 1)
