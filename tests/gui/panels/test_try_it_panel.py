from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from flaxstudio.evaluation.trial import Change, Filled, FromFile, Outcome, Rows, Seen, Trial, Typed
from flaxstudio.gui.panels.try_it import TryItPanel, TryItState
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project.statistics import measure

STATE = TryItState({"input_1": "4"}, object(), has_data=True, has_variables=True, is_scaling=True)


def seen(place: str, array: np.ndarray) -> Seen:
    return Seen(place, place.split("/")[0].split(".")[0], array, measure(array))


def outcome(*, broken: bool = False) -> Outcome:
    values = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)
    values[0, 0] = np.nan if broken else 1.0
    mean = Change(("batch_stats", "batch_norm_1", "mean"), np.zeros(8), np.full(8, 0.5))
    image = np.ones((3, 6, 6, 2), np.float32)
    return Outcome(
        (seen("input_1", image), seen("attention_1/query", values), seen("attention_1", values), seen("dense_1", values)),
        ("setosa", "virginica", "setosa"), (mean,), {"batch_stats": {}}, 0.012,
    )  # fmt: skip


@pytest.fixture
def panel(qtbot: QtBot) -> TryItPanel:
    panel = TryItPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(1280, 260)
    panel.display(STATE)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def asked(panel: TryItPanel, qtbot: QtBot) -> Trial:
    with qtbot.waitSignal(panel.trial_requested) as signal:
        panel.apply_button.click()
    return signal.args[0]


def test_an_outcome_of_what_has_changed_since_is_said_to_be_one(panel: TryItPanel) -> None:
    panel.display(replace(STATE, of=object()))
    assert panel.note.text() == ""  # nothing was applied yet
    panel.show_outcome(outcome())
    panel.display(replace(STATE, of=object()))
    assert panel.note.toolTip() == "Something has changed since. Apply again."
    panel.show_outcome(outcome())
    assert panel.note.toolTip().startswith("Applied")
    panel.display(replace(STATE, fault="The graph has problems."))
    assert panel.note.toolTip() == ""  # the page in front says it


def test_usual_figures_are_not_cut_off(panel: TryItPanel) -> None:
    panel.show_outcome(outcome())
    shown, room = panel.outputs.list, panel.outputs.list.fontMetrics().horizontalAdvance
    for column in range(1, 8):
        assert room(shown.topLevelItem(3).text(column)) + 14 <= shown.columnWidth(column)


def test_each_kind_of_input_is_told_as_a_value(panel: TryItPanel, qtbot: QtBot) -> None:
    field = panel.input
    assert asked(panel, qtbot).choices == {}
    field.kind.setCurrentIndex(1)
    field.count.setValue(3)
    assert asked(panel, qtbot).choices == {"input_1": Filled("ones", 3)}
    field.kind.setCurrentIndex(2)
    field.seed.setValue(5)
    assert asked(panel, qtbot).choices == {"input_1": Filled("random", 3, 5)}
    field.kind.setCurrentIndex(3)
    field.split.setCurrentIndex(1)
    field.row.setValue(9)
    assert asked(panel, qtbot).choices == {"input_1": Rows("validation", 9, 3)}
    field.kind.setCurrentIndex(4)
    field.text.setText("1 2 3 4")
    field.text.editingFinished.emit()
    assert asked(panel, qtbot).choices == {"input_1": Typed("1 2 3 4")}
    field.kind.setCurrentIndex(5)
    field.path.setText("/tmp/a.npy")
    field.path.editingFinished.emit()
    assert asked(panel, qtbot).choices == {"input_1": FromFile("/tmp/a.npy")}


def test_training_brings_a_key(panel: TryItPanel, qtbot: QtBot) -> None:
    assert not panel.seed.isVisible()
    panel.training.setChecked(True)
    panel.seed.setValue(4)
    trial = asked(panel, qtbot)
    assert (trial.is_training, trial.seed, trial.is_scaled) == (True, 4, True)


def test_several_inputs_keep_a_choice_each(panel: TryItPanel, qtbot: QtBot) -> None:
    panel.display(TryItState({"left": "4", "right": "2×2"}, STATE.of, has_variables=True))
    assert panel.input_name.isVisible()
    panel.input.kind.setCurrentIndex(1)
    panel.input_name.setCurrentIndex(1)
    assert panel.input.kind.currentIndex() == 0
    panel.input.kind.setCurrentIndex(2)
    panel.input_name.setCurrentIndex(0)
    assert panel.input.kind.currentIndex() == 1
    assert asked(panel, qtbot).choices == {"left": Filled("ones"), "right": Filled("random")}


def test_what_was_not_chosen_is_a_row_of_the_data_of_as_many_samples_as_the_others(panel: TryItPanel, qtbot: QtBot) -> None:
    row = Rows("validation")
    panel.display(TryItState({"left": "4", "right": "2"}, STATE.of, has_data=True, usual={"left": row, "right": row}))
    assert (panel.input.kind.currentText(), panel.input.split.currentText()) == ("Row of the data", "validation")
    assert asked(panel, qtbot).choices == {"left": row, "right": row}
    panel.input.count.setValue(3)
    assert asked(panel, qtbot).choices == {"left": Rows("validation", 0, 3), "right": Rows("validation", 0, 3)}
    panel.input.kind.setCurrentIndex(0)
    panel.display(TryItState({"left": "4", "right": "2"}, STATE.of, usual={}))
    assert asked(panel, qtbot).choices == {"left": Filled("zeros", 3)}


def test_live_applies_again_when_input_or_model_change_and_else_does_not(panel: TryItPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.trial_requested, wait=250):
        panel.input.kind.setCurrentIndex(1)
    with qtbot.waitSignal(panel.trial_requested):
        panel.live.setChecked(True)
    with qtbot.waitSignal(panel.trial_requested):
        panel.input.count.setValue(2)
    with qtbot.waitSignal(panel.trial_requested):
        panel.display(TryItState({"input_1": "4"}, object(), has_variables=True))


def test_every_node_has_its_line_and_the_last_one_is_shown(panel: TryItPanel) -> None:
    panel.show_outcome(outcome())
    items = [panel.outputs.list.topLevelItem(row).text(0).strip() for row in range(4)]
    assert items == ["input_1", "attention_1/query", "attention_1", "dense_1"]
    assert panel.outputs.list.currentItem().text(0) == "dense_1"
    largest = int(np.argmax(outcome().seen[-1].value[0]))
    assert panel.outputs.tabs.info.text() == f"dense_1  ·  largest at {largest}  ·  the data says: setosa"
    panel.outputs.sample.setValue(1)
    assert "virginica" in panel.outputs.tabs.info.text()
    assert panel.note.text() == "Applied in 12 ms"


def test_images_are_drawn_as_tiles_and_vectors_as_bars(panel: TryItPanel) -> None:
    panel.show_outcome(outcome())
    assert panel.outputs._drawing.currentWidget() is panel.outputs.vector
    panel.outputs.list.setCurrentItem(panel.outputs.list.topLevelItem(0))
    assert panel.outputs._drawing.currentWidget() is panel.outputs.picture
    panel.outputs.tabs.setCurrentIndex(1)
    assert panel.outputs.table.model.rowCount() == 6


def test_the_node_selected_stays_selected_and_is_asked_for(panel: TryItPanel, qtbot: QtBot) -> None:
    panel.show_outcome(outcome())
    with qtbot.waitSignal(panel.node_requested) as signal:
        panel.outputs.list.setCurrentItem(panel.outputs.list.topLevelItem(1))
    assert signal.args == ["attention_1"]
    with qtbot.assertNotEmitted(panel.node_requested):
        panel.show_outcome(outcome())
    assert panel.outputs.list.currentItem().text(0).strip() == "attention_1/query"
    with qtbot.assertNotEmitted(panel.node_requested):
        panel.mark_nodes(("input_1",))
    assert panel.outputs.list.currentItem().text(0) == "input_1"


def test_where_values_stop_being_finite_is_said_and_marked(panel: TryItPanel) -> None:
    panel.show_outcome(outcome(broken=True))
    assert panel.note.text() == "attention_1/query gives values that are not finite."
    assert panel.note.property("role") == "error"
    item = panel.outputs.list.topLevelItem(1)
    assert item.text(8) == "1"
    assert not item.icon(0).isNull()
    assert panel.outputs.list.topLevelItem(0).icon(0).isNull()


def test_collections_before_and_after_and_the_button_that_keeps_them(panel: TryItPanel, qtbot: QtBot) -> None:
    panel.training.setChecked(True)
    panel.show_outcome(outcome())
    panel.outputs.tabs.setCurrentIndex(3)
    item = panel.outputs.collections.list.topLevelItem(0)
    assert [item.text(column) for column in range(5)] == ["batch_stats/batch_norm_1/mean", "8", "0.000", "0.5000", "0.5000"]
    with qtbot.waitSignal(panel.keep_requested):
        panel.outputs.collections.keep_button.click()


def test_why_nothing_can_be_tried_is_said(panel: TryItPanel) -> None:
    panel.display(TryItState({}, None, fault="There are no variables yet."))
    assert not panel.apply_button.isEnabled()
    assert panel.empty.text() == "There are no variables yet."
    panel.display(STATE)
    panel.show_fault("add_1 cannot be computed.")
    assert panel.note.text() == "add_1 cannot be computed."


def test_scaling_is_offered_where_training_scales_and_for_own_values_only(panel: TryItPanel) -> None:
    assert not panel.input.scale.isVisible()
    panel.input.kind.setCurrentIndex(4)
    assert panel.input.scale.isVisible()
    panel.display(TryItState({"input_1": "4"}, STATE.of, has_variables=True))
    assert not panel.input.scale.isVisible()


def test_both_themes_can_be_taken_at_any_time(panel: TryItPanel) -> None:
    panel.set_tokens(DARK)
    panel.show_outcome(outcome())
    for number in range(4):
        panel.outputs.tabs.setCurrentIndex(number)
        panel.grab()
        panel.set_tokens(LIGHT)
        panel.grab()
