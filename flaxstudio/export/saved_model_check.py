"""The process that loads a SavedModel with TensorFlow alone and compares it: FOLDER REFERENCE. Prints one JSON object."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.export.comparison import error_of_batches

Arrays = dict[str, npt.NDArray[Any]]


def main(arguments: list[str]) -> int:
    """Print the largest relative error of any output over all batch sizes in the reference; return the exit status."""
    folder, reference = arguments
    for package in ("jax", "jaxlib", "flax"):
        sys.modules[package] = None  # type: ignore[assignment]  # importing it now fails: TensorFlow has to do without
    import tensorflow as tf

    serve = tf.saved_model.load(folder).signatures["serving_default"]
    with np.load(reference, allow_pickle=False) as arrays:
        sizes = sorted({int(name[1:].split("/")[0]) for name in arrays.files})
        error = _error(serve, [(_named(arrays, f"x{size}/"), _named(arrays, f"y{size}/")) for size in sizes])
    print("\n" + json.dumps({"relative_error": error, "batch_sizes": sizes}))
    return 0


def _named(arrays: Mapping[str, npt.NDArray[Any]], prefix: str) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _error(serve: Any, batches: Sequence[tuple[Arrays, Arrays]]) -> float:
    """Return the largest error of any output over all batches of features and what Flax gives for them."""
    import tensorflow as tf

    outputs = [serve(**{name: tf.constant(array) for name, array in features.items()}) for features, _ in batches]
    return max(
        error_of_batches([given[name].numpy() for given in outputs], [expected[name] for _, expected in batches])
        for name in batches[0][1]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
