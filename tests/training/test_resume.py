"""A run that was cut off goes on from its checkpoint as if it had never been."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.checkpoints import Checkpoint, newest
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.watch import EarlyStopping, Watch
from flaxstudio.training import pace
from flaxstudio.training.control import Control
from flaxstudio.training.events import Event, RunFailed, RunFinished, RunStarted, StepsDone, log_lines
from flaxstudio.training.loop import train
from flaxstudio.training.record import RunRecorder
from tests.training.runs import are_same, convolutional_project, events_of, iris_project, losses_of, noisy_project

OFTEN = Watch(checkpoint_seconds=1e-6, keep_best=2, early_stopping=EarlyStopping(patience=1000))


@pytest.fixture(autouse=True)
def checkpoints_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    from flaxstudio.training import keeper

    monkeypatch.setattr(keeper, "_SHARE", 1e9)


def cut_at(project: Project, step: int, folder: Path) -> Checkpoint:
    """Leave a run in the middle, as a process that dies does, and return what it left."""
    events = train(project, catalogue(), keep_in=folder)
    for event in events:
        if isinstance(event, StepsDone) and event.first_step + len(event.losses) >= step:
            break
    events.close()  # type: ignore[attr-defined]
    found = newest(folder)
    assert found is not None
    return found


def went_on(found: Checkpoint, **told: object) -> list[Event]:
    return events_of(found.project, resume=found.trained, earlier=found.record, **told)


def results_of(project: Project, events: list[Event]) -> Results:
    recorder = RunRecorder(project)
    for event in events:
        recorder.add(event)
    return recorder.results(Results())


def assert_same_run(project: Project, first: list[Event], second: list[Event]) -> None:
    one, other = results_of(project, first), results_of(project, second)
    assert one.trained is not None
    assert other.trained is not None
    assert are_same(one.trained.variables, other.trained.variables)
    assert are_same(one.trained.optimizer_state, other.trained.optimizer_state)
    a, b = one.trained.standing, other.trained.standing
    assert (a.value, a.waited, a.evaluated) == (b.value, b.waited, b.evaluated)
    assert [(best.step, best.value) for best in a.best] == [(best.step, best.value) for best in b.best]
    assert all(are_same(x.variables, y.variables) for x, y in zip(a.best, b.best, strict=True))
    (run,), (again,) = one.runs, other.runs
    assert np.array_equal(run.losses, again.losses)
    assert run.evaluations == again.evaluations
    assert (run.first_step, run.reason, run.number) == (again.first_step, again.reason, again.number)


@pytest.mark.parametrize("step", [1, 9, 30])
@pytest.mark.parametrize("make", [noisy_project, convolutional_project], ids=["loop", "single"])
def test_it_reaches_the_uninterrupted_runs_state_bit_for_bit(
    make: Callable[..., Project], step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(watch=OFTEN, steps=40)
    whole = events_of(project)
    monkeypatch.setattr(pace, "_DISPATCH_SECONDS", 1e-9)  # other dispatches than those of the whole run
    found = cut_at(project, step, tmp_path)
    assert found.step <= step
    second = went_on(found)
    assert isinstance(second[0], RunStarted)
    assert second[0].first_step == found.step
    assert_same_run(project, whole, second)


def test_a_run_that_was_cut_before_its_first_checkpoint_begins_again(tmp_path: Path) -> None:
    project = noisy_project(watch=Watch(checkpoint_seconds=1e9))
    found = cut_at(project, 5, tmp_path)
    assert (found.step, found.trained, found.record.reason) == (0, None, "interrupted")
    assert_same_run(project, events_of(project), went_on(found))


def test_its_log_tells_every_step_of_the_whole_run(tmp_path: Path) -> None:
    project = noisy_project(watch=OFTEN)
    whole, second = events_of(project), went_on(cut_at(project, 20, tmp_path))
    first_log, second_log = (
        [line for event in events for line in log_lines(event, 3.0) if line["event"] in ("step", "evaluated")]
        for events in (whole, second)
    )
    for line in (*first_log, *second_log):
        line.pop("epoch", None)
    assert first_log == second_log


def test_a_learning_rate_changed_on_the_way_holds_on(tmp_path: Path) -> None:
    project = iris_project(watch=OFTEN, steps=30)
    control = Control()
    control.change("learning_rate", 0.001)
    whole = events_of(project, control=control)
    control = Control()
    control.change("learning_rate", 0.001)
    events = train(project, catalogue(), keep_in=tmp_path, control=control)
    for event in events:
        if isinstance(event, StepsDone) and event.first_step > 10:
            break
    events.close()  # type: ignore[attr-defined]
    found = newest(tmp_path)
    assert found is not None
    assert found.record.changes[0].value == 0.001
    assert_same_run(project, whole, went_on(found))
    assert not np.array_equal(losses_of(whole)[1:], losses_of(events_of(project))[1:])


def test_what_a_run_ended_with_is_kept_too_until_it_is_saved(tmp_path: Path) -> None:
    project = noisy_project()
    events = events_of(project, keep_in=tmp_path)
    found = newest(tmp_path)
    assert found is not None
    assert found.trained is not None
    assert isinstance(events[-1], RunFinished)
    assert found.record.reason == "completed"
    assert are_same(found.trained.variables, events[-1].variables)


def test_a_run_whose_checkpoints_cannot_be_written_goes_all_the_same(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    project = noisy_project()
    assert np.array_equal(losses_of(events_of(project, keep_in=blocked / "runs")), losses_of(events_of(project)))


def test_two_runs_of_a_project_at_once_do_not_write_over_each_other(tmp_path: Path) -> None:
    project = noisy_project()
    first = train(project, catalogue(), keep_in=tmp_path)
    next(first)
    next(first)
    events_of(replace(project, training=replace(project.training, steps=1)), keep_in=tmp_path)
    found = newest(tmp_path)
    assert found is not None
    assert found.project.training.steps == 40
    first.close()  # type: ignore[attr-defined]


def test_an_interrupted_run_does_not_go_on_with_other_data(tmp_path: Path) -> None:
    found = cut_at(noisy_project(watch=OFTEN), 9, tmp_path)
    assert found.project.dataset is not None
    other = replace(found.project, dataset=replace(found.project.dataset, seed=5))
    (failed,) = events_of(other, resume=found.trained, earlier=found.record)
    assert isinstance(failed, RunFailed)
    assert failed.error.startswith("The data has changed since this run was interrupted.")
