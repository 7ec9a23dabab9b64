import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.data.sources import open_table
from flaxstudio.evaluation.predictions import predict
from flaxstudio.export import saved_model, stablehlo
from flaxstudio.export.model import Model, model_of
from flaxstudio.layers import catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from tests.training.runs import events_of, trained_by
from tests.training.several import ratings, siamese, two_heads, variational

needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason='TensorFlow is not installed: pip install "flaxstudio[tensorflow]"'
)
STABLEHLO = """
import sys
sys.modules["flax"] = None
import jax, jax.export, numpy as np
exported = jax.export.deserialize(bytearray(open(sys.argv[1], "rb").read()))
with np.load(sys.argv[2]) as features:
    given = dict(features)
outputs = exported.call(**given) if len(given) > 1 else exported.call(*given.values())
np.savez(sys.argv[3], **(outputs if isinstance(outputs, dict) else {"outputs": outputs}))
"""
TENSORFLOW = """
import sys
for package in ("jax", "jaxlib", "flax", "flaxstudio"):
    sys.modules[package] = None
import numpy as np, tensorflow as tf
serve = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
with np.load(sys.argv[2]) as features:
    outputs = serve(**{name: tf.constant(features[name]) for name in features.files})
np.savez(sys.argv[3], **{name: output.numpy() for name, output in outputs.items()})
"""


def exported(project: Project) -> tuple[Model, Results]:
    results = Results(trained_by(project, events_of(project)))
    return model_of(project, results, catalogue()), results


def raw(project: Project, model: Model, results: Results) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the table's features as they stand, by the names of the exported model, and what is predicted for them."""
    assert project.dataset is not None
    table = open_table(project.dataset.source)
    columns = iter(project.dataset.features)
    features = {}
    for name, shape in model.inputs.items():
        own = [name] if name in table.columns else [next(columns) for _ in range(shape.sizes[0])]
        features[name] = np.stack([table.columns[column] for column in own], axis=1).astype(shape.dtype)
    return features, dict(predict(project, results.trained, catalogue(), table).columns)


def outputs_of(reader: str, folder: Path, artefact: str, features: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    np.savez(folder / "x.npz", **features)
    files = [str(folder / name) for name in (artefact, "x.npz", "y.npz")]
    subprocess.run([sys.executable, "-c", reader, *files], check=True, timeout=300, stderr=subprocess.DEVNULL)
    with np.load(folder / "y.npz") as outputs:
        return dict(outputs)


def assert_two_heads(outputs: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert set(outputs) == {"sizes", "kind"}
    wanted = np.stack([expected["sizes.sum"], expected["sizes.difference"]], axis=1)
    np.testing.assert_allclose(outputs["sizes"], wanted, atol=1e-4)
    assert outputs["kind"].argmax(axis=1).astype(str).tolist() == expected["kind"].tolist()


@pytest.mark.parametrize("make", [ratings, siamese, variational], ids=lambda make: make.__name__)
def test_stablehlo_takes_raw_features_by_name_and_gives_the_predictions(make: object, tmp_path: Path) -> None:
    project = make(tmp_path, steps=5)  # type: ignore[operator]
    model, results = exported(project)
    report = stablehlo.export(model, tmp_path / "m.stablehlo")
    assert report.error <= 1e-5
    features, expected = raw(project, model, results)
    outputs = outputs_of(STABLEHLO, tmp_path, "m.stablehlo", features)["outputs"]
    np.testing.assert_allclose(outputs, np.stack(list(expected.values()), axis=1), atol=1e-5)
    arguments = "features" if make is variational else ", ".join(f"{name}=..." for name in model.inputs)
    assert report.note.endswith(f".call({arguments}).")


def test_stablehlo_gives_several_outputs_by_name(tmp_path: Path) -> None:
    project = two_heads(tmp_path, steps=5)
    model, results = exported(project)
    assert stablehlo.export(model, tmp_path / "m.stablehlo").error <= 1e-5
    features, expected = raw(project, model, results)
    assert_two_heads(outputs_of(STABLEHLO, tmp_path, "m.stablehlo", features), expected)


@needs_tensorflow
@pytest.mark.slow
def test_a_saved_model_takes_several_inputs_by_name(tmp_path: Path) -> None:
    project = ratings(tmp_path, steps=5)
    model, results = exported(project)
    report = saved_model.export(model, tmp_path / "out")
    assert report.error <= 1e-5
    assert "takes user (batch, 1) of int32 and item (batch, 1) of int32 (features) and gives outputs." in report.note
    features, expected = raw(project, model, results)
    outputs = outputs_of(TENSORFLOW, tmp_path, "out", features)
    np.testing.assert_allclose(outputs["outputs"][:, 0], expected["rating"], atol=1e-5)


@needs_tensorflow
@pytest.mark.slow
def test_a_saved_model_gives_several_outputs_by_name(tmp_path: Path) -> None:
    project = two_heads(tmp_path, steps=5)
    model, results = exported(project)
    assert saved_model.export(model, tmp_path / "out").error <= 1e-5
    features, expected = raw(project, model, results)
    assert_two_heads(outputs_of(TENSORFLOW, tmp_path, "out", features), expected)
