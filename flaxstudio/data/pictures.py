"""The first samples of a table as pictures, where the features are images."""

import numpy as np
import numpy.typing as npt

from flaxstudio.data.columns import number_column
from flaxstudio.data.table import Table
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.config import DatasetSpec

_CHANNELS = (1, 3)


def sample_images(table: Table, spec: DatasetSpec, sample_shape: tuple[int, ...], count: int) -> npt.NDArray[np.uint8] | None:
    """Return the first samples as images, uint8 of shape (rows, height, width) or (rows, height, width, 3).

    None unless `sample_shape` is (height, width, 1 or 3) and the features fill it.
    """
    if len(sample_shape) != 3 or sample_shape[2] not in _CHANNELS or not spec.features or not table.rows:
        return None
    rows = min(count, table.rows)
    try:
        parts = [number_column(table, name)[:rows].reshape(rows, -1) for name in spec.features]
    except ProblemError:
        return None
    values = np.concatenate(parts, axis=1)
    if values.shape[1] != np.prod(sample_shape):
        return None
    low, high = float(values.min()), float(values.max())
    pixels = np.round((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8).reshape(rows, *sample_shape)
    return pixels[..., 0] if sample_shape[2] == 1 else pixels
