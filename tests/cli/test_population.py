import json
from pathlib import Path

import pytest

from flaxstudio.cli.main import main
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project
from tests.training.runs import iris_project


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "net.msgpack"
    save_project(path, iris_project(), Results())
    return path


def test_members_become_runs_of_a_group_and_the_best_one_is_the_projects(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    assert main(["train", str(place), "--population", "learning_rate=1e-6,0.05", "--log", str(log)]) == 0
    project, results = load_project(place)
    assert project.training.optimizer.learning_rate == 0.05
    assert [run.group for run in results.runs] == [1, 1]
    assert results.trained is not None
    assert "learning_rate 0.05  (best)" in capsys.readouterr().out
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["event"] for line in lines if line["event"].startswith(("population", "run"))] == [
        "population_started",
        "run_finished",
    ]
    steps = [line for line in lines if line["event"] == "step"]
    assert [line["step"] for line in steps] == list(range(40))
    assert all(len(line["losses"]) == 2 for line in steps)


@pytest.mark.parametrize("what", ["seed=1", "seed=many", "learning_rate=0.1", "momentum=0.1,0.2", "learning_rate=0.1,-1"])
def test_what_is_no_population_is_told_and_nothing_is_saved(what: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = place.read_bytes()
    assert main(["train", str(place), "--population", what]) == 1
    assert capsys.readouterr().err.count("flaxstudio:") == 1
    assert place.read_bytes() == before


def test_members_may_differ_in_any_number_of_the_optimizer(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(place), "--population", "b1=0.5,0.9", "--steps", "3"]) == 0
    project, results = load_project(place)
    assert [dict(run.varied) for run in results.runs] == [{"b1": 0.5}, {"b1": 0.9}]
    best = "0.5" if project.training.optimizer.arguments.get("b1") == 0.5 else "0.9"
    assert f"b1 {best}  (best)" in capsys.readouterr().out


def test_a_population_of_seeds_begins_at_the_runs_seed(place: Path) -> None:
    assert main(["train", str(place), "--population", "seed=3", "--seed", "4", "--steps", "2"]) == 0
    assert [run.seed for run in load_project(place)[1].runs] == [4, 5, 6]
