"""A run that was cut off is offered when its project is opened again."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from flaxstudio.gui.interrupted_acts import InterruptedActs
from flaxstudio.gui.offer import Offer
from flaxstudio.gui.run_acts import RunActs
from flaxstudio.gui.runner import Runner
from flaxstudio.gui.session import Session
from flaxstudio.gui.tokens import LIGHT
from flaxstudio.gui.warm_up import WarmUp
from flaxstudio.layers import catalogue
from flaxstudio.project.checkpoints import Checkpoint, checkpoint_folder, newest, runs_folder
from flaxstudio.project.document import Document
from flaxstudio.project.population import members_of
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project
from flaxstudio.project.watch import Watch
from flaxstudio.training.events import StepsDone
from flaxstudio.training.loop import train
from flaxstudio.training.members import MembersDone
from flaxstudio.training.population import train_population
from tests.training.runs import iris_project, losses_of, noisy_events, noisy_project


class Desk:
    """What a window has of all this, without the window."""

    def __init__(self, qtbot: QtBot) -> None:
        self.parent, warm_up = QObject(), WarmUp()
        self.session = Session(catalogue(), warm_up, self.parent)
        self.runner = Runner(lambda: self.session.catalogue, warm_up, self.parent)
        self.offer = Offer(LIGHT)
        qtbot.addWidget(self.offer)
        self.acts = InterruptedActs(
            self.session,
            self.runner,
            self.offer,
            self.session.open,
            self._begin,
            self.parent,
        )
        self.session.changed.connect(self.acts.on_session_changed)

    def _begin(self, found: Checkpoint) -> None:
        if found.members:
            self.runner.start_members(self.session.document, [one.project for one in found.members], found.members)
        else:
            self.runner.start(self.session.document, found.trained, found.record)

    def open(self, path: Path) -> Document:
        document = Document(*load_project(path), path)
        self.session.open(document)
        return document

    def close(self) -> None:
        self.runner.stop_and_wait()
        self.acts.close()
        self.session.close()


@pytest.fixture
def desk(qtbot: QtBot):  # type: ignore[no-untyped-def]
    desk = Desk(qtbot)
    yield desk
    qtbot.waitUntil(lambda: not desk.runner.is_busy, timeout=30_000)
    desk.close()


def cut(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, *, is_whole: bool = False) -> None:
    """Save a project and leave a run of it as a process that dies does, or as one that dies after the run."""
    from flaxstudio.training import keeper

    monkeypatch.setattr(keeper, "_SHARE", 1e9)
    project = noisy_project(watch=Watch(checkpoint_seconds=1e-6))
    save_project(path, project, Results())
    events = train(project, catalogue(), keep_in=folder)
    for event in events:
        if not is_whole and isinstance(event, StepsDone) and event.first_step > 4:
            break
    events.close()  # type: ignore[attr-defined]


def cut_members(path: Path, monkeypatch: pytest.MonkeyPatch, *, is_whole: bool = False) -> tuple[Project, ...]:
    """Do the same with a population of two rates, and return its members."""
    from flaxstudio.training import keeper

    monkeypatch.setattr(keeper, "_SHARE", 1e9)
    project = iris_project(watch=Watch(checkpoint_seconds=1e-6))
    save_project(path, project, Results())
    members = members_of(project, "learning_rate", [1e-6, 0.05])
    events = train_population(members, catalogue(), keep_in=checkpoint_folder(path))
    for event in events:
        if not is_whole and isinstance(event, MembersDone) and event.first_step > 4:
            break
    events.close()  # type: ignore[attr-defined]
    return members


def test_an_interrupted_population_goes_on_from_its_offer_to_the_same_end(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.msgpack"
    members = cut_members(path, monkeypatch)
    document = desk.open(path)
    qtbot.waitUntil(desk.offer.isVisible, timeout=20_000)
    assert desk.offer.text.text().startswith("Several runs of net were interrupted at step ")
    desk.offer.accept_button.click()
    qtbot.waitUntil(lambda: bool(document.results.runs) and not desk.runner.is_busy, timeout=60_000)
    whole = [event.losses for event in train_population(members, catalogue()) if isinstance(event, MembersDone)]
    for index, run in enumerate(document.results.runs):
        assert np.array_equal(run.losses, np.concatenate(whole)[:, index])
    assert document.project == load_project(path)[0]


def test_a_population_that_ended_unsaved_is_kept_with_its_best(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.msgpack"
    members = cut_members(path, monkeypatch, is_whole=True)
    document = desk.open(path)
    qtbot.waitUntil(desk.offer.isVisible, timeout=20_000)
    assert desk.offer.text.text() == "Several runs of net ended at step 40 and were not saved."
    desk.offer.accept_button.click()
    assert [run.reason for run in document.results.runs] == ["completed", "completed"]
    assert document.project == members[1]
    assert document.results.trained is not None
    assert document.results.trained.step == 40


def test_an_interrupted_run_goes_on_from_its_offer_to_the_same_end(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.msgpack"
    cut(path, checkpoint_folder(path), monkeypatch)
    found = newest(checkpoint_folder(path))
    assert found is not None
    document = desk.open(path)
    qtbot.waitUntil(desk.offer.isVisible, timeout=20_000)
    assert desk.offer.text.text() == f"A run of net was interrupted at step {found.step}."
    desk.offer.accept_button.click()
    qtbot.waitUntil(lambda: bool(document.results.runs) and not desk.runner.is_busy, timeout=60_000)
    (run,) = document.results.runs
    assert np.array_equal(run.losses, losses_of(noisy_events()))
    assert desk.offer.isHidden()
    desk.acts.on_saved()
    assert not checkpoint_folder(path).exists()


def test_a_discarded_run_is_gone(desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.msgpack"
    cut(path, checkpoint_folder(path), monkeypatch)
    desk.open(path)
    qtbot.waitUntil(desk.offer.isVisible, timeout=20_000)
    desk.offer.decline_button.click()
    assert not checkpoint_folder(path).exists()


def test_a_run_that_ended_unsaved_is_kept_from_its_offer(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.msgpack"
    cut(path, checkpoint_folder(path), monkeypatch, is_whole=True)
    document = desk.open(path)
    qtbot.waitUntil(desk.offer.isVisible, timeout=20_000)
    assert desk.offer.text.text() == "A run of net ended at step 40 and was not saved."
    desk.offer.accept_button.click()
    assert document.results.trained is not None
    assert (document.results.trained.step, document.results.runs[0].reason) == (40, "completed")


def test_a_run_of_a_project_in_no_file_is_offered_at_the_start(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(tmp_path / "net.msgpack", runs_folder() / "unsaved-1", monkeypatch)
    desk.acts.begin()
    qtbot.waitUntil(desk.offer.isVisible, timeout=20_000)
    assert desk.offer.text.text().startswith("A run of Small was interrupted at step ")
    desk.offer.accept_button.click()
    qtbot.waitUntil(lambda: bool(desk.session.document.results.runs) and not desk.runner.is_busy, timeout=60_000)
    assert np.array_equal(desk.session.document.results.runs[0].losses, losses_of(noisy_events()))


def test_nothing_is_offered_where_no_run_was_cut_off(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "net.msgpack"
    save_project(path, noisy_project(), Results())
    with qtbot.waitSignal(desk.acts._worker.answered, timeout=20_000):
        desk.open(path)
    assert desk.offer.isHidden()


def test_the_best_variables_of_a_run_are_taken_and_given_back(desk: Desk, qtbot: QtBot) -> None:
    told: list[str] = []
    window = QMainWindow()
    qtbot.addWidget(window)
    acts = RunActs(desk.session, desk.runner, window, lambda: True, told.append, told.append, lambda *_: None)  # type: ignore[arg-type]
    document = Document(noisy_project(watch=Watch(keep_best=1, evaluation_steps=3), steps=40))
    desk.session.open(document)
    acts.take_best()
    assert told[-1].startswith("No best state was kept.")
    desk.runner.start(document)
    qtbot.waitUntil(lambda: bool(document.results.runs) and not desk.runner.is_busy, timeout=60_000)
    last = document.results.trained
    assert last is not None
    acts.take_best()
    assert document.results.trained is not None
    assert document.results.trained.variables is last.standing.best[0].variables
    document.undo()
    assert document.results.trained is last
