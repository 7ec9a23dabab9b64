"""How far an exported model's outputs are from Flax's. Numpy only, so that a process without JAX can use it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def relative_error(outputs: npt.NDArray[Any], expected: npt.NDArray[Any]) -> float:
    """Return max|outputs - expected| / max|expected|; infinite if their shapes differ, absolute if all expected are 0."""
    if outputs.shape != expected.shape:
        return float("inf")
    if not outputs.size:
        return 0.0
    scale = float(np.abs(expected).max())
    return float(np.abs(outputs.astype(np.float64) - expected).max()) / (scale or 1.0)


def error_of_batches(outputs: Sequence[npt.NDArray[Any]], expected: Sequence[npt.NDArray[Any]]) -> float:
    """Return the relative error of several batches together: that of a lone value near 0 would say nothing."""
    if any(one.shape != other.shape for one, other in zip(outputs, expected, strict=True)):
        return float("inf")
    return relative_error(np.concatenate(outputs), np.concatenate(expected))
