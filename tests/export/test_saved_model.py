import importlib.util
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

from flaxstudio.export import saved_model
from flaxstudio.export.saved_model import export, require_tensorflow
from flaxstudio.export.worker import Cancelled
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.results import Preparation
from tests.export.trained import IDENTITY, cnn_graph, linear_graph, model

needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason='TensorFlow is not installed: pip install "flaxstudio[tensorflow]"'
)
SCALING = Preparation(np.full((8, 8, 1), 4, np.float32), np.full((8, 8, 1), 2.5, np.float32))
READER = """
import sys
for package in ("jax", "jaxlib", "flax", "flaxstudio"):
    sys.modules[package] = None
import numpy as np, tensorflow as tf
serve = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
with np.load(sys.argv[2]) as features:
    outputs = {name: serve(inputs=tf.constant(features[name]))["outputs"].numpy() for name in features.files}
np.savez(sys.argv[3], **outputs)
"""


@needs_tensorflow
@pytest.mark.slow
@pytest.mark.parametrize(("graph", "preparation"), [(cnn_graph(), SCALING), (linear_graph(), IDENTITY)], ids=["cnn", "linear"])
def test_tensorflow_alone_gives_flax_outputs_for_any_batch_size(tmp_path: Path, graph: Graph, preparation: Preparation) -> None:
    given = model(graph, preparation)
    report = export(given, tmp_path / "out")
    assert report.error <= 1e-5
    assert report.batch_sizes == (1, 5)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]

    rng, shape = np.random.default_rng(9), given.inputs["inputs"].sizes
    features = {f"b{size}": rng.standard_normal((size, *shape), dtype=np.float32) * 3 for size in (1, 3, 64)}
    np.savez(tmp_path / "x.npz", **features)
    paths = [str(tmp_path / name) for name in ("out", "x.npz", "y.npz")]
    subprocess.run([sys.executable, "-c", READER, *paths], check=True, timeout=300, stderr=subprocess.DEVNULL)
    apply = jax.jit(given.apply_function())
    with np.load(tmp_path / "y.npz") as outputs:
        for name, x in features.items():
            expected = np.asarray(apply(given.trained.variables, x))
            assert outputs[name].shape == expected.shape
            assert np.abs(outputs[name] - expected).max() <= 1e-5 * np.abs(expected).max()


def test_without_tensorflow_one_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ProblemError, match=r'pip install "flaxstudio\[tensorflow\]"'):
        require_tensorflow()


def test_a_comparison_that_fails_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def worker(name: str, arguments: list[str], cancelled: object) -> dict[str, float]:
        return {"relative_error": 0.01}

    monkeypatch.setattr(saved_model, "require_tensorflow", lambda: None)
    monkeypatch.setattr(saved_model, "run_worker", worker)
    with pytest.raises(ProblemError, match=r"differ from Flax's by 0\.01"):
        export(model(linear_graph()), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_cancelling_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_model, "require_tensorflow", lambda: None)
    with pytest.raises(Cancelled):
        export(model(linear_graph()), tmp_path / "out", cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_something_else_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_model, "require_tensorflow", lambda: None)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("months of work")
    with pytest.raises(ProblemError, match="no SavedModel"):
        export(model(linear_graph()), tmp_path / "out")
    assert (tmp_path / "out" / "thesis.txt").read_text() == "months of work"
