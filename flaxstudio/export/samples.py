"""Made-up features on which an exported model is compared with Flax."""

from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.export.model import Model


def sample_features(model: Model, size: int) -> npt.NDArray[Any]:
    """Return features spread like those the model was trained on, shape (size, ...); the same ones for the same size."""
    rng, shape = np.random.default_rng(size), (size, *model.sample.sizes)
    if model.sample.dtype == "int32":
        return rng.integers(0, 2, shape, dtype=np.int32)
    preparation = model.trained.preparation
    return (rng.standard_normal(shape, dtype=np.float32) * preparation.scale + preparation.offset).astype(np.float32)
