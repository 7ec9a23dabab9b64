from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.data.sources import open_file, open_table
from flaxstudio.data.table import Table
from flaxstudio.evaluation.inputs import read_input
from flaxstudio.evaluation.outputs import write_predictions
from flaxstudio.evaluation.predictions import predict
from flaxstudio.evaluation.scores import evaluate
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec
from flaxstudio.training.loop import train
from tests.evaluation.models import classifier, regression
from tests.export.test_script_metrics import mask_project
from tests.training.runs import IRIS, trained_by

PREDICTIONS = Table({"kind": np.array(["a, b", "c"], dtype=object), "p": np.array([0.1, 0.9], np.float32)})


def features_of(source: str, names: tuple[str, ...]) -> Table:
    table = open_table(source, classic_random=True)
    return Table({name: table.columns[name] for name in names})


def test_classes_are_predicted_by_name_with_probabilities_that_add_up_to_one() -> None:
    project, trained, _ = classifier()
    told = predict(project, trained, catalogue(), features_of("sample:iris", IRIS))
    assert list(told.columns) == ["species", *(f"probability_{name}" for name in ("setosa", "versicolor", "virginica"))]
    probabilities = np.stack(list(told.columns.values())[1:], axis=1).astype(np.float64)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    best = np.array(["setosa", "versicolor", "virginica"])[probabilities.argmax(axis=1)]
    assert told.columns["species"].tolist() == best.tolist()


def test_predictions_are_as_often_right_as_the_evaluation_says() -> None:
    project, trained, _ = classifier()
    table = open_table("sample:iris")
    told = predict(project, trained, catalogue(), table)
    right = float(np.mean(told.columns["species"] == table.columns["species"]))
    parts = [(evaluate(project, trained, catalogue(), split).metrics["accuracy"], n) for split, n in SPLITS]
    assert right == pytest.approx(sum(accuracy * n for accuracy, n in parts) / 150)


SPLITS = (("train", 105), ("validation", 15), ("test", 30))


def test_numbers_are_predicted_under_their_targets_names() -> None:
    project, trained = regression()
    table = open_table("sample:linear", classic_random=True)
    told = predict(project, trained, catalogue(), table)
    assert list(told.columns) == [f"y{i}" for i in range(5)]
    params = trained.variables["params"]["dense_1"]
    x = np.stack([table.columns[f"x{i}"] for i in range(10)], axis=1)
    assert np.allclose(np.stack(list(told.columns.values()), axis=1), x @ params["kernel"] + params["bias"], atol=1e-5)


def test_a_table_without_a_feature_is_told() -> None:
    project, trained, _ = classifier()
    with pytest.raises(ProblemError, match="has no column “petal_width_cm”"):
        predict(project, trained, catalogue(), features_of("sample:iris", IRIS[:3]))


def test_written_csv_and_npz_hold_the_predictions(tmp_path: Path) -> None:
    for name in ("out.csv", "out.npz"):
        write_predictions(tmp_path / name, PREDICTIONS)
        again = open_file(tmp_path / name)
        assert again.columns["kind"].tolist() == ["a, b", "c"]
        assert again.columns["p"].astype(np.float32).tolist() == PREDICTIONS.columns["p"].tolist()


def test_arrays_are_taken_apart_in_a_csv(tmp_path: Path) -> None:
    write_predictions(tmp_path / "out.csv", Table({"y": np.arange(8).reshape(2, 2, 2)}))
    assert (tmp_path / "out.csv").read_text() == "y_0_0,y_0_1,y_1_0,y_1_1\n0,1,2,3\n4,5,6,7\n"


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r"cannot be written as “.xlsx”. Use .csv, .npz or .parquet."):
        write_predictions(tmp_path / "out.xlsx", PREDICTIONS)


def test_parquet_without_its_package_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ProblemError, match="Writing Parquet needs the package pyarrow"):
        write_predictions(tmp_path / "out.parquet", PREDICTIONS)
    assert not (tmp_path / "out.parquet").exists()


def test_parquet_holds_the_predictions(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    write_predictions(tmp_path / "out.parquet", PREDICTIONS)
    assert parquet.read_table(tmp_path / "out.parquet").column("kind").to_pylist() == ["a, b", "c"]


def test_images_become_the_models_feature_array(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    for index, size in enumerate([(4, 4), (8, 8)]):
        image.new("RGB", size, (255, 0, 0)).save(tmp_path / f"{index}.png")
    (tmp_path / "notes.txt").write_text("not an image")
    project, _, _ = classifier()
    project = replace(project, dataset=DatasetSpec("images.npz", ("x",), ("y",), "classes"))
    project = _with_input(project, (4, 4, 3))
    table = read_input(tmp_path, project, catalogue())
    assert table.columns["x"].shape == (2, 4, 4, 3)
    assert table.columns["x"][1, 2, 2].tolist() == [255, 0, 0]
    assert table.columns["file"].tolist() == ["0.png", "1.png"]
    grey = read_input(tmp_path / "0.png", _with_input(project, (5, 6)), catalogue())
    assert grey.columns["x"].shape == (1, 5, 6)


def _with_input(project: object, shape: tuple[int, ...]) -> object:
    from flaxstudio.project.edits import set_attribute

    return set_attribute("input_1", "shape", shape, catalogue()).apply(project)  # type: ignore[arg-type]


def test_images_for_a_model_of_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    project, _, _ = classifier()
    with pytest.raises(ProblemError, match="was not trained on images"):
        read_input(tmp_path / "a.png", project, catalogue())


def test_a_damaged_image_and_an_empty_folder_are_told(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    project, _, _ = classifier()
    project = _with_input(replace(project, dataset=DatasetSpec("images.npz", ("x",), ("y",), "classes")), (4, 4, 1))
    with pytest.raises(ProblemError, match="holds no images"):
        read_input(tmp_path, project, catalogue())
    (tmp_path / "a.png").write_bytes(b"nonsense")
    with pytest.raises(ProblemError, match=r"a.png cannot be read as an image"):
        read_input(tmp_path, project, catalogue())


def test_a_label_is_predicted_for_each_place_of_a_mask(tmp_path: Path) -> None:
    project = mask_project(tmp_path, "classes")
    trained = trained_by(project, list(train(project, catalogue(), beside=tmp_path)))
    assert project.dataset is not None
    table = open_table(project.dataset.source)
    told = predict(project, trained, catalogue(), Table({"x": table.column("x")[:7]}))
    assert told.column("y").shape == (7, 6, 5)
    assert set(np.unique(told.column("y"))) <= {"0", "1", "2"}
    shares = np.stack([told.column(f"probability_{name}") for name in ("0", "1", "2")])
    np.testing.assert_allclose(shares.sum(axis=0), 1, rtol=1e-5)
    write_predictions(tmp_path / "out.csv", told)
    assert (tmp_path / "out.csv").read_text().startswith("y_0_0,y_0_1")
