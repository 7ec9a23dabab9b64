"""Made-up features on which an exported model is compared with Flax."""

from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.export.model import Model


def sample_features(model: Model, size: int) -> dict[str, npt.NDArray[Any]]:
    """Return features spread like those the model was trained on, by name, each of shape (size, ...); the same ones for
    the same size."""
    rng = np.random.default_rng(size)
    features: dict[str, npt.NDArray[Any]] = {}
    for name, sample in model.inputs.items():
        shape, scale = (size, *sample.sizes), model.scales[name]
        if sample.dtype == "int32":
            features[name] = rng.integers(0, 2, shape, dtype=np.int32)
        else:
            numbers = rng.standard_normal(shape, dtype=np.float32)
            features[name] = (numbers * scale.scale + scale.offset).astype(np.float32)
    return features
