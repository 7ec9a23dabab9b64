"""The process that writes a SavedModel: PROJECT FOLDER REFERENCE SIZES. Prints one JSON object."""

import json
import sys
import traceback
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.module import node_of_error
from flaxstudio.export.model import Model, model_of
from flaxstudio.export.samples import sample_features
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.storage import load_project


def main(arguments: list[str]) -> int:
    """Write the SavedModel and Flax's own outputs to compare it with; return the exit status."""
    project, folder, reference, sizes = arguments
    try:
        content, results = load_project(Path(project))
        # whoever started this process has the user's consent already
        own = catalogue_of(content.library, catalogue(), content.library.hashes)
        model = model_of(content, results, own)
        answer = _write(model, folder, Path(reference), [int(size) for size in sizes.split(",")])
    except ProblemError as error:
        answer = {"error": error.problem.what, "remedy": error.problem.remedy, "node": error.problem.node}
    print("\n" + json.dumps(answer))
    return 1 if "error" in answer else 0


def _write(model: Model, folder: str, reference: Path, sizes: list[int]) -> dict[str, str]:
    try:
        write_reference(model, reference, sizes)
        _write_saved_model(model, folder)
    except ProblemError:
        raise
    except Exception as error:  # whatever JAX or TensorFlow raises is told at the node where it happened
        traceback.print_exc()
        sentence = str(error).strip().split("\n")[0] or type(error).__name__
        raise ProblemError(f"The model cannot be written: {sentence}", "", node_of_error(model.source, error)) from error
    return {"folder": folder}


def write_reference(model: Model, path: Path, sizes: list[int]) -> None:
    """Write features and Flax's outputs at the given batch sizes as arrays x1/NAME, y1/NAME, x5/NAME, y5/NAME, ..."""
    apply = jax.jit(model.named_function())
    arrays: dict[str, Any] = {}
    for size in sizes:
        features = sample_features(model, size)
        outputs = {name: np.asarray(output) for name, output in apply(model.trained.variables, features).items()}
        if not all(np.isfinite(output).all() for output in outputs.values()):
            raise ProblemError("The model gives values that are not numbers.", "Train it again, with a smaller learning rate.")
        arrays |= {f"x{size}/{name}": array for name, array in features.items()}
        arrays |= {f"y{size}/{name}": array for name, array in outputs.items()}
    np.savez(path, **arrays)


def _write_saved_model(model: Model, folder: str) -> None:
    import tensorflow as tf
    from jax.experimental import jax2tf

    apply = jax2tf.convert(
        model.named_function(),
        polymorphic_shapes=[None, dict.fromkeys(model.inputs, "b, ...")],
        with_gradient=False,
        native_serialization_platforms=("cpu", "cuda"),
    )
    module = tf.Module()
    # as variables, not constants: a graph with constants may not be larger than 2 GB
    module.variables_tree = jax.tree.map(lambda leaf: tf.Variable(jnp.asarray(leaf)), model.trained.variables)
    signature = [tf.TensorSpec([None, *sample.sizes], sample.dtype, name=name) for name, sample in model.inputs.items()]

    def serve(*inputs: Any) -> dict[str, Any]:
        outputs: dict[str, Any] = apply(module.variables_tree, dict(zip(model.inputs, inputs, strict=True)))
        return outputs

    module.__call__ = tf.function(serve, autograph=False, input_signature=signature)
    tf.saved_model.save(module, folder, signatures={"serving_default": module.__call__.get_concrete_function()})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
