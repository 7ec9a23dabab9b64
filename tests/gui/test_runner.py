from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flaxstudio.gui.panels.run_state import RunState
from flaxstudio.gui.runner import Runner, at_rest
from flaxstudio.gui.warm_up import WarmUp
from flaxstudio.layers import catalogue
from flaxstudio.project import edits
from flaxstudio.project.checkpoints import newest
from flaxstudio.project.config import OptimizerSpec
from flaxstudio.project.document import Document
from flaxstudio.project.population import members_of
from flaxstudio.project.project import Project
from flaxstudio.project.results import Change, Results, RunRecord
from flaxstudio.project.templates import build_template
from flaxstudio.project.variables import leaves
from flaxstudio.training.events import Event, RunFailed, RunFinished, StepsDone
from flaxstudio.training.loop import train
from flaxstudio.training.members import MembersDone
from flaxstudio.training.population import train_population

CATALOGUE = catalogue()


@pytest.fixture
def runner(qtbot: QtBot):  # type: ignore[no-untyped-def]
    runner = Runner(lambda: CATALOGUE, WarmUp())
    yield runner
    runner.stop_and_wait()
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=20_000)


def with_steps(name: str, steps: int) -> Project:
    project = build_template(name, CATALOGUE)
    return replace(project, training=replace(project.training, steps=steps))


def losses_of(events: list[Event]) -> np.ndarray:  # type: ignore[type-arg]
    return np.concatenate([event.losses for event in events if isinstance(event, StepsDone)])


def test_a_run_in_the_window_gives_the_losses_of_a_headless_one(runner: Runner, qtbot: QtBot) -> None:
    project = with_steps("digits-mlp", 120)
    heard: list[Event] = []
    runner.told.connect(heard.append)
    document = Document(project)
    runner.start(document)
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=60_000)
    headless = list(train(project, CATALOGUE))
    np.testing.assert_array_equal(losses_of(heard), losses_of(headless))
    np.testing.assert_array_equal(document.results.runs[0].losses, losses_of(headless))
    assert document.results.trained is not None
    assert document.results.trained.step == 120


def test_a_paused_run_goes_on_and_a_stopped_one_can_be_continued(runner: Runner, qtbot: QtBot) -> None:
    document = Document(with_steps("digits-mlp", 1_000_000))
    runner.start(document)
    qtbot.waitUntil(lambda: runner.state.step > 10, timeout=60_000)
    runner.pause_or_resume()
    qtbot.wait(300)
    held = runner.state.step
    qtbot.wait(200)
    assert (runner.state.status, runner.state.step) == ("paused", held)
    runner.pause_or_resume()
    qtbot.waitUntil(lambda: runner.state.step > held, timeout=20_000)
    runner.stop()
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=20_000)
    trained = document.results.trained
    assert trained is not None
    assert document.results.runs[-1].reason == "stopped"
    assert runner.state_for(document.project, document.results).can_continue


def test_editing_during_a_run_changes_neither_the_run_nor_is_it_lost(runner: Runner, qtbot: QtBot) -> None:
    document = Document(with_steps("digits-mlp", 400))
    runner.start(document)
    document.edit(edits.set_attribute("dense_1", "features", 3, CATALOGUE))
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=60_000)
    trained = document.results.trained
    assert trained is not None
    assert trained.graph != document.project.graph
    assert document.project.graph.node("dense_1").attributes == {"features": 3}
    assert not runner.state_for(document.project, document.results).can_continue


def test_a_failing_run_tells_one_sentence_with_its_node_and_the_next_run_works(runner: Runner, qtbot: QtBot) -> None:
    project = with_steps("digits-mlp", 50)
    broken = edits.set_attribute("dense_1", "features", -1, CATALOGUE).apply(project)
    heard: list[Event] = []
    runner.told.connect(heard.append)
    with qtbot.waitSignal(runner.failed, timeout=60_000) as failed:
        runner.start(Document(broken))
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=20_000)
    assert failed.args[1] == "dense_1"
    assert "\n" not in failed.args[0]
    assert [type(event) for event in heard] == [RunFailed]
    runner.start(Document(project))
    qtbot.waitUntil(lambda: isinstance(heard[-1], RunFinished), timeout=60_000)


def test_without_a_run_the_state_is_that_of_the_project_s_last_one() -> None:
    project = build_template("iris", CATALOGUE)
    assert at_rest(project, Results()) == RunState()
    run = RunRecord(1, "", 0, "cpu", 5, 0, np.ones(30, np.float32), (), "completed", 1.0, 10.0)
    state = at_rest(project, Results(None, (run,)))
    assert (state.step, state.steps, state.epoch, state.can_continue) == (30, 30, 3.0, False)


def test_one_step_at_a_time_and_numbers_changed_on_the_way(runner: Runner, qtbot: QtBot) -> None:
    document = Document(with_steps("digits-mlp", 1_000_000))
    heard: list[Event] = []
    runner.told.connect(heard.append)
    runner.start(document, is_single=True)
    qtbot.waitUntil(lambda: runner.state.step == 1, timeout=60_000)
    assert runner.state.status == "paused"
    runner.step()
    qtbot.waitUntil(lambda: runner.state.step == 2, timeout=20_000)
    runner.change_number("learning_rate", 0.125)
    qtbot.waitUntil(lambda: runner.state.knobs[0].value == 0.125, timeout=20_000)
    runner.change_number("b1", 0.5)
    qtbot.waitUntil(lambda: runner.state.knobs[1].value == 0.5, timeout=20_000)
    assert runner.state.knobs[0].value == 0.125
    runner.step()
    qtbot.waitUntil(lambda: runner.state.step == 3, timeout=20_000)
    assert [len(event.losses) for event in heard if isinstance(event, StepsDone)] == [1, 1, 1]
    runner.stop()
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=20_000)
    assert document.results.runs[-1].changes == (Change(2, "learning_rate", 0.125), Change(2, "b1", 0.5))
    trained = document.results.trained
    assert trained is not None
    assert trained.standing.rate == 0.125
    runner.start(document, trained)
    assert [knob.value for knob in runner.state.knobs[:2]] == [0.125, 0.5]


def test_queued_runs_follow_one_another_as_the_project_was_when_they_were_queued(runner: Runner, qtbot: QtBot) -> None:
    document = Document(with_steps("digits-mlp", 200))
    runner.start(document)
    document.edit(edits.set_training(replace(document.project.training, seed=5, steps=3), "Set seed"))
    runner.enqueue(document)
    document.edit(edits.set_training(replace(document.project.training, seed=6), "Set seed"))
    runner.enqueue(document)
    assert runner.state.queued == 2
    qtbot.waitUntil(lambda: not runner.is_busy and not runner.state.queued, timeout=60_000)
    assert [(run.seed, len(run.losses)) for run in document.results.runs] == [(0, 200), (5, 3), (6, 3)]


def test_an_emptied_queue_lets_no_run_follow(runner: Runner, qtbot: QtBot) -> None:
    document = Document(with_steps("digits-mlp", 50))
    runner.start(document)
    runner.enqueue(document)
    runner.clear_queue()
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=60_000)
    assert len(document.results.runs) == 1


def test_checkpoints_of_a_project_in_no_file_have_a_place_of_their_own(runner: Runner, qtbot: QtBot) -> None:
    runner.start(Document(with_steps("digits-mlp", 3)))
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=60_000)
    assert runner.folder is not None
    assert runner.folder.name.startswith("unsaved-")
    assert newest(runner.folder) is not None


def test_a_run_goes_on_while_its_window_is_hidden(runner: Runner, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    runner.start(Document(with_steps("digits-mlp", 1_000_000)))
    qtbot.waitUntil(lambda: runner.state.step > 10, timeout=60_000)
    window.hide()
    seen = runner.state.step
    qtbot.waitUntil(lambda: runner.state.step > seen + 100, timeout=20_000)


def test_a_broken_run_leaves_its_last_sound_step_in_the_document(runner: Runner, qtbot: QtBot) -> None:
    project = with_steps("linear-regression", 400)
    document = Document(replace(project, training=replace(project.training, optimizer=OptimizerSpec("sgd", 0.1))))
    heard: list[Event] = []
    runner.told.connect(heard.append)
    runner.start(document, is_single=True)
    qtbot.waitUntil(lambda: runner.state.step == 1, timeout=60_000)
    runner.change_number("learning_rate", 1e7)
    runner.pause_or_resume()
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=60_000)
    failed = heard[-1]
    assert isinstance(failed, RunFailed)
    trained = document.results.trained
    assert trained is not None
    assert 0 < trained.step <= failed.step
    assert all(np.isfinite(array).all() for _, array in leaves(trained.variables))


def members(steps: int) -> tuple[Project, ...]:
    return members_of(with_steps("digits-mlp", steps), "seed", [0, 1])


def test_a_population_is_held_stepped_and_stopped_as_a_run_is(runner: Runner, qtbot: QtBot) -> None:
    projects = members(1_000_000)
    document = Document(projects[0])
    runner.start_members(document, projects)
    assert (runner.state.status, runner.state.members) == ("starting", 2)
    qtbot.waitUntil(lambda: runner.state.step > 10, timeout=60_000)
    runner.pause_or_resume()
    held = -1
    while held != runner.state.step:
        held = runner.state.step
        qtbot.wait(300)
    runner.step()
    qtbot.waitUntil(lambda: runner.state.step == held + 1, timeout=20_000)
    assert runner.state.status == "paused"
    runner.pause_or_resume()
    qtbot.waitUntil(lambda: runner.state.step > held + 1, timeout=20_000)
    runner.stop()
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=20_000)
    assert [(run.reason, run.group) for run in document.results.runs] == [("stopped", 1), ("stopped", 1)]
    assert document.results.trained is not None
    assert runner.state.members == 0


def test_a_population_in_the_window_gives_the_losses_of_a_headless_one(runner: Runner, qtbot: QtBot) -> None:
    projects = members(40)
    document = Document(projects[0])
    runner.start_members(document, projects)
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=60_000)
    told = [event.losses for event in train_population(projects, CATALOGUE) if isinstance(event, MembersDone)]
    for index, run in enumerate(document.results.runs):
        np.testing.assert_array_equal(run.losses, np.concatenate(told)[:, index])


def test_a_population_that_cannot_begin_tells_why(runner: Runner, qtbot: QtBot) -> None:
    lbfgs = with_steps("digits-mlp", 3)
    training = replace(lbfgs.training, optimizer=OptimizerSpec("lbfgs", 0.1), batch_size=None)
    projects = members_of(replace(lbfgs, training=training), "learning_rate", [0.1, 0.2])
    with qtbot.waitSignal(runner.failed, timeout=60_000) as failed:
        runner.start_members(Document(lbfgs), projects)
    assert failed.args[0].startswith("The updates of lbfgs are not proportional to its learning rate.")
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=20_000)
