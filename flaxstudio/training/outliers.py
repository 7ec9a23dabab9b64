"""Rows that are unlike the others by orders of magnitude, or not numbers at all."""

from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.data.dataset import Arrays, apart

_FAR = 1e4
_SAMPLED = 4096


def strange_rows(batch: Arrays, split: Arrays) -> tuple[int, ...]:
    """Return the rows of a batch that are not finite, or larger by far than the rows of the split usually are."""
    found: set[int] = set()
    for rows, all_rows in zip(apart(batch), apart(split), strict=True):
        if rows.dtype.kind != "f":
            continue
        sizes = _sizes(rows)
        usual = _sizes(all_rows[:: max(1, len(all_rows) // _SAMPLED)])
        typical = float(np.median(usual[np.isfinite(usual)])) if np.isfinite(usual).any() else 0.0
        limit = _FAR * max(typical, 1e-3)
        found |= {int(row) for row in np.flatnonzero(~np.isfinite(sizes) | (sizes > limit))}
    return tuple(sorted(found)) if len(found) <= len(apart(batch)[0]) // 2 else ()


def _sizes(rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the largest absolute value of each row."""
    sizes: npt.NDArray[np.float64] = np.abs(rows.reshape(len(rows), -1).astype(np.float64)).max(axis=1, initial=0.0)
    return sizes
