"""What was changed by hand in a run stands in its script as a comment, and changes nothing of what the script computes."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from flaxstudio.cli.main import main
from flaxstudio.export.script import training_script
from flaxstudio.export.script_changes import changes_text
from flaxstudio.layers import catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Change, Results
from flaxstudio.project.storage import save_project
from flaxstudio.training.control import Control
from flaxstudio.training.events import StepsDone
from flaxstudio.training.loop import train
from flaxstudio.training.record import RunRecorder
from tests.architectures.judging import judge_format
from tests.training.runs import iris_project


def run_of(project: Project, results: Results = Results(), **changes: float) -> Results:
    """Train a project, changing numbers before its third step, and return the results with that run."""
    control, recorder = Control(), RunRecorder(project)
    control.step()
    for event in train(project, catalogue(), control=control, results=results):
        recorder.add(event)
        if not isinstance(event, StepsDone):
            continue
        if event.first_step == 1:
            for name, value in changes.items():
                control.change(name, value)
            control.resume()
        elif event.first_step == 0:
            control.step()
    return recorder.results(results)


@pytest.fixture(scope="module")
def project() -> Project:
    return iris_project(steps=6)


@pytest.fixture(scope="module")
def steered(project: Project) -> Results:
    return run_of(project, learning_rate=0.125)


def test_the_script_names_what_was_changed_by_hand_and_trains_by_the_config(
    project: Project, steered: Results, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = training_script(project, catalogue(), tmp_path)
    text = training_script(project, catalogue(), tmp_path, steered)
    assert "# learning_rate = 0.125 from step 2 on\n" in text
    assert "in run 1 numbers were changed by hand" in text.lower()
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(plain))
    judge_format(text)
    save_project(tmp_path / "net.msgpack", project, steered)
    assert main(["code", str(tmp_path / "net.msgpack"), "--script"]) == 0
    assert capsys.readouterr().out == text
    assert main(["export", str(tmp_path / "net.msgpack"), "script", str(tmp_path / "net.py")]) == 0
    assert (tmp_path / "net.py").read_text(encoding="utf-8") == text


def test_only_the_last_run_of_the_same_config_counts(project: Project, steered: Results) -> None:
    assert changes_text(project, run_of(project, steered)) == ""
    other = replace(project, training=replace(project.training, seed=7))
    both = run_of(other, steered)
    assert changes_text(other, both) == ""
    assert "0.125 from step 2" in changes_text(project, both)
    assert changes_text(project, Results()) == ""


def test_a_name_from_a_file_cannot_end_the_comment(project: Project, steered: Results) -> None:
    (run,) = steered.runs
    forged = Results(None, (replace(run, changes=(Change(1, "a\nimport os\r\x0cb\u2028c\0", 1.0),)),))
    assert ast.parse(changes_text(project, forged)).body == []
