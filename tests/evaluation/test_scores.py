import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flaxstudio.evaluation.scores import evaluate
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.edits import move, set_attribute
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from tests.evaluation.models import classifier, regression
from tests.training.runs import evaluations_of

_EVALUATE_ELSEWHERE = """
import json, sys
from pathlib import Path
from flaxstudio.evaluation.scores import evaluate
from flaxstudio.layers import catalogue
from flaxstudio.project.storage import load_project
project, results = load_project(Path(sys.argv[1]))
told = (evaluate(project, results.trained, catalogue(), split) for split in ("validation", "train", "test"))
print(json.dumps([[e.step, e.split, e.loss, dict(e.metrics)] for e in told]))
"""


def test_an_evaluation_gives_the_numbers_that_the_run_told() -> None:
    project, trained, events = classifier()
    told = {event.split: event for event in evaluations_of(events) if event.step == 40}
    for split in ("validation", "train", "test"):
        found = evaluate(project, trained, catalogue(), split)  # type: ignore[arg-type]
        assert (found.step, found.loss, found.metrics) == (40, told[split].loss, told[split].metrics)


def test_a_saved_project_gives_the_same_numbers_in_another_process(tmp_path: Path) -> None:
    project, trained, events = classifier()
    path = tmp_path / "model.msgpack"
    save_project(path, project, Results(trained))
    done = subprocess.run([sys.executable, "-c", _EVALUATE_ELSEWHERE, str(path)], capture_output=True, text=True, check=True)
    told = [[event.step, event.split, event.loss, dict(event.metrics)] for event in evaluations_of(events) if event.step == 40]
    assert json.loads(done.stdout) == told


def test_a_model_that_was_not_trained_or_has_changed_since_is_not_judged() -> None:
    project, trained, _ = classifier()
    changed = set_attribute("dense_1", "features", 9, catalogue()).apply(project)
    with pytest.raises(ProblemError, match=r"^The model has not been trained. Train it first.$"):
        evaluate(project, None, catalogue())
    with pytest.raises(ProblemError, match=r"^The model has changed since it was trained. Train it again.$"):
        evaluate(changed, trained, catalogue())


def test_a_model_whose_nodes_were_only_moved_is_judged() -> None:
    project, trained, _ = classifier()
    moved = move({"dense_1": (5.0, 5.0)}).apply(project)
    assert evaluate(moved, trained, catalogue()) == evaluate(project, trained, catalogue())


def test_a_split_without_rows_is_told() -> None:
    project, trained = regression()
    with pytest.raises(ProblemError, match="The data has no test split"):
        evaluate(project, trained, catalogue(), "test")
    assert evaluate(project, trained, catalogue(), "train").metrics["r2"] > 0.99


def test_variables_that_do_not_fit_the_graph_are_told() -> None:
    project, trained, _ = classifier()
    with pytest.raises(ProblemError, match="The saved variables do not fit the model"):
        evaluate(project, replace(trained, variables={"params": {}}), catalogue())
