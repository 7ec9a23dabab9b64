"""How far an exported model's outputs are from Flax's. Numpy only, so that a process without JAX can use it."""

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
