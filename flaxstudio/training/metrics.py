"""What a model's outputs are worth beside the loss, computed in float64 on the host."""

from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.project.options import TargetKind

Array = npt.NDArray[Any]


def measure(kind: TargetKind, outputs: Array, targets: Array) -> dict[str, float]:
    """Return the metrics of a split: accuracy for classes; mae, rmse and r2 for numbers.

    outputs: (n, classes) or like targets; targets: class indices (n,) or numbers (n, values). r2 takes all values
    together and is left out where the targets do not vary.
    """
    if kind == "classes":
        return {"accuracy": float(np.mean(outputs.argmax(axis=-1) == targets))}
    exact = targets.astype(np.float64)
    errors = outputs.astype(np.float64) - exact
    squares = float(np.square(errors).sum())
    spread = float(np.square(exact - exact.mean(axis=0)).sum())
    metrics = {"mae": float(np.abs(errors).mean()), "rmse": float(np.sqrt(squares / errors.size))}
    return metrics | ({"r2": 1.0 - squares / spread} if spread > 0 else {})
