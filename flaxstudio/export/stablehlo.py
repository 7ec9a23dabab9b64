"""Exports StableHLO by jax.export: needs nothing but JAX, and JAX runs it without Flax."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.export
import jax.numpy as jnp
import numpy as np

from flaxstudio.export.comparison import error_of_batches
from flaxstudio.export.model import Model
from flaxstudio.export.report import Report
from flaxstudio.export.samples import sample_features
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.project.storage import write_atomically

BATCH_SIZES = (1, 5)
TOLERANCE = 1e-5
_PLATFORMS = ("cpu", "cuda", "tpu")


def export(model: Model, path: Path) -> Report:
    """Write the model with its variables as one file that `jax.export.deserialize` reads; the batch size is free.

    One Input is the call's only argument, several are keywords; of several Outputs it gives a map by name.
    """
    started = time.monotonic()
    apply, scope = _function(model), jax.export.SymbolicScope()
    abstract = {name: _abstract(sample, scope) for name, sample in model.inputs.items()}
    exported = jax.export.export(jax.jit(apply), platforms=_PLATFORMS)
    content = bytes(_called(exported, model, abstract).serialize())
    error = _error(model, content)
    if not error <= TOLERANCE:
        raise ProblemError(f"The exported outputs differ from Flax's by {error:.2g}, relatively.", "Nothing was written.")
    write_atomically(path, content)
    arguments = "features" if len(model.inputs) == 1 else ", ".join(f"{name}=..." for name in model.inputs)
    note = f"Read it with jax.export.deserialize(bytearray(content)).call({arguments})."
    return Report(path, len(content), error, time.monotonic() - started, BATCH_SIZES, note)


def _function(model: Model) -> Callable[..., Any]:
    apply, variables = model.named_function(), model.trained.variables

    def function(*features: Any, **named: Any) -> Any:
        outputs = apply(variables, named or dict(zip(model.inputs, features, strict=True)))
        return outputs if len(model.outputs) > 1 else outputs["outputs"]

    return function


def _called(function: Callable[..., Any], model: Model, features: Mapping[str, Any]) -> Any:
    """Call a function as the exported model is called."""
    return function(*features.values()) if len(model.inputs) == 1 else function(**features)


def _abstract(sample: ArrayShape, scope: jax.export.SymbolicScope) -> jax.ShapeDtypeStruct:
    shape = jax.export.symbolic_shape(", ".join(["b", *map(str, sample.sizes)]), scope=scope)
    return jax.ShapeDtypeStruct(shape, jnp.dtype(sample.dtype))


def _error(model: Model, content: bytes) -> float:
    """Return the largest error of any output over all batch sizes."""
    expected = jax.jit(model.named_function())
    call = jax.jit(jax.export.deserialize(bytearray(content)).call)
    pairs: dict[str, tuple[list[Any], list[Any]]] = {name: ([], []) for name in model.outputs}
    for size in BATCH_SIZES:
        features = sample_features(model, size)
        outputs = _called(call, model, features)
        wanted = expected(model.trained.variables, features)
        for name, (ours, theirs) in pairs.items():
            ours.append(np.asarray(outputs[name] if len(model.outputs) > 1 else outputs))
            theirs.append(np.asarray(wanted[name]))
    return max(error_of_batches(*pair) for pair in pairs.values())
