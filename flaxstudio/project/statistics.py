"""What an array holds at a glance: mean, deviation, extremes, zeros, and how its values are spread."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

BINS = 60
_CHUNK = 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Of the finite values of an array. `zeros` is a share, `not_finite` a count; `heights[i]` counts the values between
    `edges[i]` and `edges[i + 1]`. An array without finite values has NaN for the numbers and no bins."""

    count: int
    mean: float
    deviation: float
    minimum: float
    maximum: float
    zeros: float
    not_finite: int
    heights: npt.NDArray[np.int64]
    edges: npt.NDArray[np.float64]


def measure(array: npt.NDArray[Any], bins: int = BINS) -> Statistics:
    """Return an array's statistics, computed in double precision, part by part so that a large one is not copied whole."""
    with np.errstate(over="ignore"):
        return _measure(array.reshape(-1), bins)


def _measure(flat: npt.NDArray[Any], bins: int) -> Statistics:
    count, total = 0, 0.0
    low, high, zeros = np.inf, -np.inf, 0
    for part in _parts(flat):
        count += part.size
        total += float(part.sum())
        zeros += int(part.size - np.count_nonzero(part))
        if part.size:
            low, high = min(low, float(part.min())), max(high, float(part.max()))
    if not count:
        nan = float("nan")
        return Statistics(flat.size, nan, nan, nan, nan, 0.0, flat.size, np.zeros(0, np.int64), np.zeros(0))
    mean = total / count
    squares = sum(float(np.square(part - mean).sum()) for part in _parts(flat))
    edges = _edges(low, high, bins, is_whole=flat.dtype.kind in "biu")
    heights = np.zeros(len(edges) - 1, np.int64)
    for part in _parts(flat):
        heights += np.histogram(part, edges)[0]
    return Statistics(
        flat.size, mean, float(np.sqrt(squares / count)), low, high, zeros / count, flat.size - count, heights, edges
    )


def _parts(flat: npt.NDArray[Any]) -> Any:
    """Yield the finite values as float64, some at a time."""
    for start in range(0, flat.size, _CHUNK):
        part = flat[start : start + _CHUNK]
        part = np.abs(part) if part.dtype.kind == "c" else part.astype(np.float64)
        yield part[np.isfinite(part)]


def _edges(low: float, high: float, bins: int, *, is_whole: bool) -> npt.NDArray[np.float64]:
    """Return the bins' edges; whole numbers of a small range get a bin each, one value alone a bin around it."""
    if is_whole and high - low < bins:
        return np.arange(low - 0.5, high + 1.0)
    if not high > low or not np.isfinite(high - low):
        room = max(abs(low), 1.0) * 0.5 if low == high else 0.0
        return np.array([low - room, high + room]) if room else np.array([low, 0.0, high])
    edges = np.linspace(low, high, bins + 1)
    return edges if np.all(np.diff(edges) > 0) else np.array([low, high])
