"""Exports StableHLO by jax.export: needs nothing but JAX, and JAX runs it without Flax."""

import time
from pathlib import Path

import jax
import jax.export
import jax.numpy as jnp
import numpy as np

from flaxstudio.export.comparison import relative_error
from flaxstudio.export.model import Model
from flaxstudio.export.report import Report
from flaxstudio.export.samples import sample_features
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.storage import write_atomically

BATCH_SIZES = (1, 5)
TOLERANCE = 1e-5
_PLATFORMS = ("cpu", "cuda", "tpu")


def export(model: Model, path: Path) -> Report:
    """Write the model with its variables as one file that `jax.export.deserialize` reads; the batch size is free."""
    started = time.monotonic()
    apply, variables = model.apply_function(), model.trained.variables
    shape = jax.export.symbolic_shape(", ".join(["b", *map(str, model.sample.sizes)]))
    features = jax.ShapeDtypeStruct(shape, jnp.dtype(model.sample.dtype))
    exported = jax.export.export(jax.jit(lambda x: apply(variables, x)), platforms=_PLATFORMS)(features)
    content = bytes(exported.serialize())
    error = max(_error(model, content, size) for size in BATCH_SIZES)
    if not error <= TOLERANCE:
        raise ProblemError(f"The exported outputs differ from Flax's by {error:.2g}, relatively.", "Nothing was written.")
    write_atomically(path, content)
    note = "Read it with jax.export.deserialize(bytearray(content)).call(features)."
    return Report(path, len(content), error, time.monotonic() - started, BATCH_SIZES, note)


def _error(model: Model, content: bytes, size: int) -> float:
    features = sample_features(model, size)
    expected = jax.jit(model.apply_function())(model.trained.variables, features)
    outputs = jax.jit(jax.export.deserialize(bytearray(content)).call)(features)
    return relative_error(np.asarray(outputs), np.asarray(expected))
