"""Exports a TensorFlow SavedModel. TensorFlow only ever runs in processes of its own: one writes, another one checks."""

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path

from flaxstudio.export.model import Model
from flaxstudio.export.placing import check_free, place, staging
from flaxstudio.export.report import Report, size_on_disk
from flaxstudio.export.worker import run_worker
from flaxstudio.graph.problem import ProblemError

BATCH_SIZES = (1, 5)
TOLERANCE = 1e-5
"""Largest relative error against Flax with which an export still counts as right."""


def export(model: Model, path: Path, cancelled: Callable[[], bool] = lambda: False) -> Report:
    """Write a SavedModel folder with the signature serving_default (inputs -> outputs, or by name) and a free batch size.

    It is loaded by TensorFlow alone and compared with Flax before it is put in its place. Raises ProblemError (and
    nothing is written) if TensorFlow is missing or the comparison fails; Cancelled if `cancelled()` said so.
    """
    started = time.monotonic()
    require_tensorflow()
    check_free(path, "saved_model.pb", "SavedModel")
    with staging(path) as folder:
        finished, project, reference = folder / "saved_model", folder / "model.msgpack", folder / "reference.npz"
        project.write_bytes(model.to_bytes())
        sizes = ",".join(map(str, BATCH_SIZES))
        paths = [str(project), str(finished), str(reference)]
        run_worker("flaxstudio.export.saved_model_worker", [*paths, sizes], cancelled)
        answer = run_worker("flaxstudio.export.saved_model_check", [str(finished), str(reference)], cancelled)
        _require_match(answer["relative_error"])
        place(finished, path, folder / "older")
    seconds = time.monotonic() - started
    return Report(path, size_on_disk(path), answer["relative_error"], seconds, BATCH_SIZES, _note(model))


def require_tensorflow() -> None:
    """Raise ProblemError if TensorFlow is not installed; does not import it."""
    if importlib.util.find_spec("tensorflow") is None:
        raise ProblemError("A SavedModel needs TensorFlow, which is not installed.", 'pip install "flaxstudio[tensorflow]"')


def _require_match(error: float) -> None:
    if not error <= TOLERANCE:  # also true for NaN
        raise ProblemError(f"TensorFlow's outputs differ from Flax's by {error:.2g}, relatively.", "Nothing was written.")


def _note(model: Model) -> str:
    features = "raw features; the scaling of the training data is part of the model" if model.scales_features else "features"
    taken = " and ".join(f"{name} {sample} of {sample.dtype}" for name, sample in model.inputs.items())
    return f"serving_default takes {taken} ({features}) and gives {' and '.join(model.outputs)}."
