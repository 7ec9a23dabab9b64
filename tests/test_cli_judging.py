import csv
import json
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.cli.main import main
from flaxstudio.layers import catalogue
from flaxstudio.project.edits import set_attribute
from flaxstudio.project.storage import load_project, save_project
from flaxstudio.resource_files import resource

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def iris(tmp_path: Path, capsys: Capture) -> tuple[str, list[dict[str, object]]]:
    """Return a trained project's path and the evaluations in the log of its run."""
    path, log = str(tmp_path / "iris.msgpack"), tmp_path / "run.jsonl"
    assert main(["new", "iris", path]) == 0
    assert main(["train", path, "--steps", "200", "--log", str(log)]) == 0
    capsys.readouterr()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return path, [line for line in lines if line["event"] == "evaluated" and line["step"] == 200]


def test_evaluate_gives_the_numbers_that_the_run_gave(iris: tuple[str, list[dict[str, object]]], capsys: Capture) -> None:
    path, told = iris
    assert {line["split"] for line in told} == {"train", "validation", "test"}
    for line in told:
        assert main(["evaluate", path, "--split", str(line["split"]), "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {key: value for key, value in line.items() if key != "event"}


def test_evaluate_as_text_names_split_step_and_metrics(iris: tuple[str, object], capsys: Capture) -> None:
    assert main(["evaluate", iris[0]]) == 0
    words = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert words["split"] == "test"
    assert words["step"] == "200"
    assert float(words["accuracy"]) > 0.8


def test_predictions_agree_with_most_of_the_labels(iris: tuple[str, object], tmp_path: Path) -> None:
    data, out = resource("samples", "iris.csv"), tmp_path / "out.csv"
    assert main(["predict", iris[0], str(data), "--out", str(out)]) == 0
    rows = [line for line in data.read_text().splitlines() if not line.startswith("#")]
    labels = [row["species"] for row in csv.DictReader(rows)]
    with out.open(newline="") as file:
        predicted = list(csv.DictReader(file))
    assert len(predicted) == len(labels) == 150
    assert np.mean([row["species"] == label for row, label in zip(predicted, labels, strict=True)]) > 0.9


def test_predict_names_the_column_that_the_input_lacks(iris: tuple[str, object], tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    assert main(["predict", iris[0], str(tmp_path / "x.csv"), "--out", str(tmp_path / "out.csv")]) == 1
    assert "sepal_length_cm" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("command", [["evaluate"], ["export", "stablehlo", "out"], ["params", "--export", "w.msgpack"]])
def test_a_model_edited_since_its_training_is_refused(iris: tuple[str, object], command: list[str], capsys: Capture) -> None:
    project, results = load_project(Path(iris[0]))
    save_project(Path(iris[0]), set_attribute("dense_1", "features", 99, catalogue()).apply(project), results)
    assert main([command[0], iris[0], *command[1:]]) == 1
    assert "changed" in capsys.readouterr().err
