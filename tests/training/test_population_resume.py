"""A population that was cut off goes on from its checkpoint as if it had never been, to the last bit."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.checkpoints import Checkpoint, newest, next_order, write
from flaxstudio.project.population import members_of
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.watch import EarlyStopping, Watch
from flaxstudio.training import keeper, pace
from flaxstudio.training.events import RunFailed
from flaxstudio.training.members import MembersDone, PopulationEvent, PopulationFinished, PopulationRecorder
from flaxstudio.training.population import train_population
from tests.training.runs import are_same, convolutional_project, iris_project, noisy_project

OFTEN = Watch(checkpoint_seconds=1e-6, keep_best=2, evaluation_steps=5, early_stopping=EarlyStopping(patience=1000))


@pytest.fixture(autouse=True)
def checkpoints_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "_SHARE", 1e9)
    monkeypatch.setattr(pace, "_DISPATCH_SECONDS", 1e-9)


def told_by(members: Sequence[Project], **told: object) -> list[PopulationEvent]:
    return list(train_population(members, catalogue(), **told))  # type: ignore[arg-type]


def cut_at(members: Sequence[Project], step: int, folder: Path) -> Checkpoint:
    """Leave a population in the middle, as a process that dies does, and return what it left."""
    events = train_population(members, catalogue(), keep_in=folder)
    for event in events:
        if isinstance(event, MembersDone) and event.first_step + len(event.losses) >= step:
            break
    events.close()  # type: ignore[attr-defined]
    found = newest(folder)
    assert found is not None
    return found


def went_on(found: Checkpoint, **told: object) -> list[PopulationEvent]:
    return told_by([member.project for member in found.members], found=found.members, **told)


def results_of(members: Sequence[Project], events: Sequence[PopulationEvent]) -> Results:
    recorder = PopulationRecorder(members)
    for event in events:
        recorder.add(event)
    return recorder.results(Results())


def assert_same(members: Sequence[Project], whole: Sequence[PopulationEvent], second: Sequence[PopulationEvent]) -> None:
    one, other = results_of(members, whole), results_of(members, second)
    for run, again in zip(one.runs, other.runs, strict=True):
        assert np.array_equal(run.losses, again.losses)
        assert run.evaluations == again.evaluations
        assert (run.number, run.reason, run.group, run.varied) == (again.number, again.reason, again.group, again.varied)
    ends, others = whole[-1], second[-1]
    assert isinstance(ends, PopulationFinished)
    assert isinstance(others, PopulationFinished)
    assert ends.best == others.best
    for end, same in zip(ends.ends, others.ends, strict=True):
        if isinstance(end, RunFailed):
            assert isinstance(same, RunFailed)
            assert end.step == same.step
            continue
        assert not isinstance(same, RunFailed)
        assert are_same((end.variables, end.optimizer_state), (same.variables, same.optimizer_state))
        assert [best.step for best in end.standing.best] == [best.step for best in same.standing.best]


@pytest.mark.parametrize("step", [1, 22])
@pytest.mark.parametrize("make", [noisy_project, convolutional_project], ids=["loop", "single"])
def test_it_reaches_the_uninterrupted_members_bit_for_bit(make: Callable[..., Project], step: int, tmp_path: Path) -> None:
    members = members_of(make(watch=OFTEN, steps=30), "seed", [0, 3])
    found = cut_at(members, step, tmp_path)
    assert found.step <= step
    assert_same(members, told_by(members), went_on(found))


def test_members_that_had_ended_stay_ended(tmp_path: Path) -> None:
    watch = replace(OFTEN, evaluation_steps=3, early_stopping=EarlyStopping(patience=2, min_delta=0.02))
    project = iris_project(watch=watch)
    sgd = replace(project.training, optimizer=replace(project.training.optimizer, name="sgd"))
    members = members_of(replace(project, training=sgd), "learning_rate", [1.0, 1e38, 1e-6])
    found = cut_at(members, 20, tmp_path)
    assert [member.record.reason for member in found.members] == ["interrupted", "failed", "early_stopping"]
    second = went_on(found)
    assert_same(members, told_by(members), second)


def test_a_population_that_has_ended_is_kept_with_its_best(tmp_path: Path) -> None:
    members = members_of(iris_project(), "learning_rate", [1e-6, 0.05])
    end = told_by(members, keep_in=tmp_path)[-1]
    found = newest(tmp_path)
    assert found is not None
    assert isinstance(end, PopulationFinished)
    assert (found.best, end.best, found.step) == (1, 1, 40)
    assert [member.record.reason for member in found.members] == ["completed", "completed"]
    assert [dict(member.record.varied) for member in found.members] == [{"learning_rate": 1e-6}, {"learning_rate": 0.05}]


def test_one_that_was_cut_before_its_first_checkpoint_begins_again(tmp_path: Path) -> None:
    members = members_of(iris_project(watch=Watch(checkpoint_seconds=1e9)), "seed", [0, 1])
    found = cut_at(members, 5, tmp_path)
    assert found.step == 0
    assert_same(members, told_by(members), went_on(found))


def test_it_does_not_go_on_with_other_data(tmp_path: Path) -> None:
    found = cut_at(members_of(iris_project(watch=OFTEN), "seed", [0, 1]), 9, tmp_path)
    dataset = found.project.dataset
    assert dataset is not None
    others = [replace(member.project, dataset=replace(dataset, seed=5)) for member in found.members]
    (failed,) = told_by(others, found=found.members)
    assert isinstance(failed, RunFailed)
    assert failed.error.startswith("The data has changed")


def test_what_is_no_checkpoint_of_members_gives_way_to_the_one_before(tmp_path: Path) -> None:
    cut_at(members_of(iris_project(watch=OFTEN), "seed", [0, 1]), 9, tmp_path)
    write(tmp_path, next_order(tmp_path), b"flaxstudio members\n\x81\xa5files\x90")
    before = newest(tmp_path)
    assert before is not None
    assert len(before.members) == 2
