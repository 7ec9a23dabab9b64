from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.gui.panels.data_state import RowCounts
from flaxstudio.gui.panels.run_state import RunState, duration_text, progress_text
from flaxstudio.gui.panels.training import TrainingPanel
from flaxstudio.gui.panels.training_choices import epochs_of, losses_in_order, steps_for
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project.config import OptimizerSpec, TrainConfig, check_training
from flaxstudio.project.optim_edits import with_argument
from flaxstudio.project.options import OPTIMIZERS
from flaxstudio.project.results import Evaluation, RunRecord
from flaxstudio.training.events import Evaluated, RunFailed, RunStarted, StepsDone

ROWS = RowCounts(1000, 100, 200)
CONFIG = TrainConfig(loss="cross_entropy", batch_size=50, steps=400, seed=7)
RUNNING = RunState("running", 1240, 5000, 12.34, 3450.0, 12.0)


@pytest.fixture
def panel(qtbot):
    view = TrainingPanel(LIGHT)
    qtbot.addWidget(view)
    view.resize(1500, 900)  # room for every tile, whichever font and style the tests before left behind
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    view.display(CONFIG, ROWS, RunState())
    return view


@pytest.fixture
def changes(panel):
    """What the panel asked for; each change comes back as the new config, as it does in the window."""
    told = []

    def answer(config, text):
        told.append((config, text))
        panel.display(config, ROWS, RunState())

    panel.training_changed.connect(answer)
    return told


def type_into(row, text):
    line = row.field.lineEdit()
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def choose(combo, text):
    combo.setFocus()
    index = next(i for i in range(combo.count()) if combo.itemText(i).startswith(text))
    QTest.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(combo.count()):
        if combo.currentIndex() == index:
            return
        QTest.keyClick(combo, Qt.Key.Key_Down)
    raise AssertionError(f"{text} cannot be reached by the keyboard")


def items(combo):
    return [combo.itemText(i) for i in range(combo.count()) if combo.itemText(i)]


def test_losses_that_fit_the_targets_come_first():
    fitting, others = losses_in_order("classes")
    assert fitting[0].name == "cross_entropy"
    assert all(spec.target_kind == "classes" for spec in fitting)
    assert all(spec.target_kind == "numbers" for spec in others)


def test_an_argument_at_its_default_is_stored_as_nothing():
    changed = with_argument(OptimizerSpec("adam"), "b1", 0.5)
    assert dict(changed.arguments) == {"b1": 0.5}
    assert dict(with_argument(changed, "b1", 0.9).arguments) == {}


@pytest.mark.parametrize("batch_size", [1, 50, 333, 1000, 5000, None])
def test_steps_and_epochs_tell_the_same_length(batch_size):
    config = replace(CONFIG, batch_size=batch_size, steps=steps_for(3, replace(CONFIG, batch_size=batch_size), ROWS))
    assert epochs_of(config, ROWS) == pytest.approx(3, rel=0.1)


def test_epochs_are_unknown_without_rows():
    assert epochs_of(CONFIG, None) is None


def test_progress_is_told_in_one_line():
    assert progress_text(RUNNING) == "step 1,240 / 5,000 · epoch 12.3 · 3,450 steps/s · 00:12 left"
    assert progress_text(replace(RUNNING, status="paused")) == "step 1,240 / 5,000 · epoch 12.3"
    assert progress_text(RunState()) == ""


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "00:00"), (72, "01:12"), (3750, "1:02:30")])
def test_durations_have_minutes_and_hours(seconds, text):
    assert duration_text(seconds) == text


def test_the_form_shows_the_config(panel):
    form = panel.form
    assert form.loss.currentData() == "cross_entropy"
    assert form.optimizer.currentText() == "Adam"
    assert form.arguments.row("learning_rate").field.value() == 0.001
    assert form.batch_size.field.value() == 50
    assert form.steps.field.value() == 400
    assert form.epochs.field.value() == 20
    assert form.seed.field.value() == 7


def test_losses_that_do_not_fit_are_listed_last_with_the_reason_and_cannot_be_chosen(panel):
    names = items(panel.form.loss)
    assert names[0] == "Cross-entropy"
    assert all(name.endswith("(for numbers)") for name in names if "(for " in name)
    model = panel.form.loss.model()
    assert not model.item(panel.form.loss.count() - 1).isEnabled()


def test_the_losses_are_ordered_anew_when_the_targets_become_numbers(panel):
    panel.display(replace(CONFIG, loss="huber"), ROWS, RunState())
    assert items(panel.form.loss)[0] == "Mean squared error"
    assert panel.form.loss.currentText() == "Huber"


def test_another_loss_is_told_as_a_whole_new_config(panel, changes):
    panel.display(replace(CONFIG, loss="mean_squared_error"), ROWS, RunState())
    choose(panel.form.loss, "Half squared error")
    assert changes[-1][0] == replace(CONFIG, loss="half_squared_error")
    assert changes[-1][1] == "Choose loss Half squared error"


def test_another_optimizer_keeps_the_rate_and_shows_its_own_arguments(panel, changes):
    panel.display(replace(CONFIG, optimizer=OptimizerSpec("adam", 0.02, {"b1": 0.5})), ROWS, RunState())
    choose(panel.form.optimizer, "Gradient descent")
    assert changes[-1][0].optimizer == OptimizerSpec("sgd", 0.02, {})
    QApplication.processEvents()
    assert panel.form.arguments.row("momentum").isVisible()
    with pytest.raises(KeyError):
        panel.form.arguments.row("b1")


@pytest.mark.parametrize("option", OPTIMIZERS, ids=lambda option: option.name)
def test_every_optimizer_has_a_row_for_each_argument(panel, option):
    panel.display(replace(CONFIG, optimizer=OptimizerSpec(option.name)), ROWS, RunState())
    QApplication.processEvents()
    for argument in option.arguments:
        assert panel.form.arguments.row(argument.name).isVisible()


def test_the_learning_rate_is_typed(panel, changes):
    type_into(panel.form.arguments.row("learning_rate"), "0.3")
    assert changes == [(replace(CONFIG, optimizer=OptimizerSpec("adam", 0.3)), "Set learning rate")]


def test_a_rate_of_zero_is_refused_in_place(panel, changes):
    row = panel.form.arguments.row("learning_rate")
    type_into(row, "0")
    assert changes == []
    assert row.fault.isVisible()


@pytest.mark.parametrize(
    ("name", "text", "change", "words"),
    [
        ("batch_size", "64", {"batch_size": 64}, "Set batch size"),
        ("steps", "12345", {"steps": 12345}, "Set steps"),
        ("seed", "42", {"seed": 42}, "Set seed"),
        ("epochs", "2.5", {"steps": 50}, "Set steps"),
    ],
)
def test_numbers_are_typed(panel, changes, name, text, change, words):
    type_into(getattr(panel.form, name), text)
    assert changes == [(replace(CONFIG, **change), words)]


@pytest.mark.parametrize(("name", "text"), [("batch_size", "0"), ("steps", "many"), ("seed", "-1"), ("epochs", "-3")])
def test_impossible_numbers_are_refused_in_place(panel, changes, name, text):
    row = getattr(panel.form, name)
    type_into(row, text)
    assert changes == []
    assert row.fault.isVisible()


def test_epochs_follow_the_steps_and_the_batch_size(panel, changes):
    type_into(panel.form.steps, "800")
    assert panel.form.epochs.field.value() == 40
    type_into(panel.form.batch_size, "100")
    assert panel.form.epochs.field.value() == 80


def test_epochs_that_make_no_whole_steps_show_what_the_steps_make(panel, changes):
    type_into(panel.form.epochs, "0.07")
    assert changes[-1][0].steps == 1
    assert panel.form.epochs.field.value() == 0.05


def test_all_rows_takes_the_place_of_the_batch_size(panel, changes, qtbot):
    qtbot.mouseClick(panel.form.all_rows, Qt.MouseButton.LeftButton, pos=panel.form.all_rows.rect().center() / 4)
    assert changes[-1][0].batch_size is None
    assert not panel.form.batch_size.isEnabled()
    assert panel.form.epochs.field.value() == 400
    qtbot.mouseClick(panel.form.all_rows, Qt.MouseButton.LeftButton, pos=panel.form.all_rows.rect().center() / 4)
    assert changes[-1][0].batch_size == 50


def test_rare_choices_stand_under_more(panel, changes, qtbot):
    assert not panel.form.classic_random.isVisible()
    qtbot.mouseClick(panel.form.more, Qt.MouseButton.LeftButton)
    assert panel.form.classic_random.isVisible()
    panel.form.classic_random.setFocus()
    QTest.keyClick(panel.form.classic_random, Qt.Key.Key_Space)
    choose(panel.form.initialization, "Each layer alone")
    assert changes[-1][0] == replace(CONFIG, classic_random=True, initialization="layer")


def test_every_config_that_the_form_tells_can_be_run(panel, changes):
    for option in OPTIMIZERS:
        choose(panel.form.optimizer, option.title)
    type_into(panel.form.seed, "4294967295")
    assert changes
    assert all(check_training(config) == () for config, _ in changes)


def test_an_unknown_optimizer_of_a_foreign_file_is_shown_without_a_fault(panel):
    panel.display(replace(CONFIG, optimizer=OptimizerSpec("nanodam"), loss="dicy"), ROWS, RunState())
    assert panel.form.loss.currentIndex() == -1


def test_what_is_being_typed_outlives_the_progress_of_a_run(panel):
    line = panel.form.steps.field.lineEdit()
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "77")
    panel.display(CONFIG, ROWS, RUNNING)
    assert line.text() == "77"


@pytest.mark.parametrize(
    ("status", "enabled"),
    [
        ("idle", ["train"]),
        ("starting", ["stop"]),
        ("running", ["pause", "stop"]),
        ("paused", ["pause", "stop"]),
        ("stopping", []),
    ],
)
def test_only_the_buttons_that_make_sense_are_enabled(panel, status, enabled):
    panel.display(CONFIG, ROWS, replace(RUNNING, status=status))
    buttons = {"train": panel.bar.train, "pause": panel.bar.pause, "stop": panel.bar.stop}
    assert [name for name, button in buttons.items() if button.isEnabled()] == enabled


@pytest.mark.parametrize(
    ("state", "button", "intent"),
    [
        (RunState(), "train", "train_requested"),
        (RUNNING, "pause", "pause_requested"),
        (replace(RUNNING, status="paused"), "pause", "resume_requested"),
        (RUNNING, "stop", "stop_requested"),
        (RunState(step=120, steps=500, can_continue=True), "go_on", "continue_requested"),
    ],
)
def test_each_button_tells_its_intent(panel, qtbot, state, button, intent):
    panel.display(CONFIG, ROWS, state)
    spy = QSignalSpy(getattr(panel, intent))
    qtbot.mouseClick(getattr(panel.bar, button), Qt.MouseButton.LeftButton)
    assert spy.count() == 1


def test_the_empty_plot_asks_for_a_run_too(panel, qtbot):
    with qtbot.waitSignal(panel.train_requested):
        qtbot.mouseClick(panel.plot.empty.button, Qt.MouseButton.LeftButton)


def test_a_stopped_run_can_be_gone_on_with_from_its_step(panel):
    assert not panel.bar.go_on.isVisible()
    panel.display(CONFIG, ROWS, RunState(step=1240, steps=5000, can_continue=True))
    assert panel.bar.go_on.isVisible()
    assert panel.bar.go_on.text() == "Go on from step 1,240"


def test_a_run_shows_its_progress_and_that_changes_are_for_the_next_one(panel):
    panel.display(CONFIG, ROWS, RUNNING)
    assert panel.bar.progress.value() == 248
    assert panel.bar.text.text() == "step 1,240 / 5,000 · epoch 12.3"
    assert panel.bar.message.text() == "3,450 steps/s · 00:12 left"
    assert panel.form.note.text() == "Changes apply to the next run."
    assert panel.form.steps.isEnabled()


def test_why_no_run_can_start_is_told_under_the_buttons(panel):
    panel.display(CONFIG, ROWS, RunState(message="There is no data. Choose a sample set."))
    assert panel.bar.message.text() == "There is no data. Choose a sample set."


def test_the_events_of_a_run_are_drawn(panel):
    panel.on_event(RunStarted(1, 0, "cpu", 55, 100, 0, 20.0, "", 0.0236))
    panel.on_event(StepsDone(0, np.linspace(2, 1, 60, dtype=np.float32), 100.0))
    panel.on_event(Evaluated(60, "validation", 1.1, {"accuracy": 0.9}))
    panel.on_event(Evaluated(60, "test", 1.2, {"accuracy": 0.978}))
    panel.plot.redraw()
    assert len(panel.plot.curves.series) == 60
    assert panel.tiles.texts() == [
        ("test accuracy", "97.8 %"),
        ("test loss", "1.200"),
        ("validation accuracy", "90.0 %"),
        ("validation loss", "1.100"),
        ("loss of the true params", "0.02360"),
    ]
    panel.on_event(RunFailed("The loss is not a number.", "", 60))
    assert panel.plot.curves.step_range(is_finished=True) == (0, 60)


def test_a_new_run_forgets_the_metrics_of_the_last(panel):
    panel.on_event(Evaluated(60, "test", 1.2, {"accuracy": 0.978}))
    panel.on_event(RunStarted(2, 0, "cpu", 55, 100, 0, 20.0, ""))
    assert panel.tiles.texts() == []


def test_a_past_run_is_shown_with_its_metrics(panel):
    evaluations = (Evaluation(50, "validation", 0.5), Evaluation(100, "validation", 0.25, {"rmse": 0.707}))
    panel.show_run(RunRecord(1, "", 0, "cpu", 55, 0, np.ones(100, np.float32), evaluations))
    panel.plot.redraw()
    assert panel.tiles.texts() == [("validation RMSE", "0.7070"), ("validation loss", "0.2500")]
    panel.clear()
    assert panel.tiles.texts() == []


def test_metrics_without_room_are_left_out_whole(panel):
    panel.resize(700, 500)
    panel.show_run(RunRecord(1, "", 0, "cpu", 55, 0, np.ones(9, np.float32), (Evaluation(9, "test", 0.5, {"accuracy": 1.0}),)))
    panel.plot.redraw()
    panel.resize(1200, 500)
    wide = len(panel.tiles.texts())
    panel.resize(640, 500)
    assert wide == 2
    assert len(panel.tiles.texts()) < wide


def test_the_panel_takes_another_theme(panel):
    panel.set_tokens(DARK)
    panel.display(CONFIG, ROWS, RUNNING)
    assert panel.bar.pause.isEnabled()
