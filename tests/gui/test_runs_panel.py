from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest

from flaxstudio.graph.graph import Graph
from flaxstudio.gui.panels.run_rows import started_text
from flaxstudio.gui.panels.runs import RunsPanel
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project.compute import SeedsInUse
from flaxstudio.project.results import Best, Change, Evaluation, Origin, Preparation, Results, RunRecord, Standing, Trained

LOSSES = np.array([2.0, 1.0, 0.125], np.float32)
FIRST = RunRecord(1, "2026-11-24T04:00:00", 0, "cpu", 25_450, 0, LOSSES, (), "stopped", 3.24)
EVALUATIONS = (
    Evaluation(1, "validation", 1.5),
    Evaluation(3, "validation", 0.25),
    Evaluation(3, "test", 0.5, {"accuracy": 0.978}),
)
SECOND = RunRecord(2, "2026-11-24T04:10:00+00:00", 7, "gpu", 25_450, 1000, LOSSES, EVALUATIONS, "early_stopping", 75.0)


@pytest.fixture
def panel(qtbot):
    view = RunsPanel(LIGHT)
    qtbot.addWidget(view)
    view.resize(1000, 300)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    return view


def row_texts(item):
    return [item.text(column) for column in range(item.columnCount())]


def texts(panel, row):
    return row_texts(panel.tree.topLevelItem(row))


def show(panel, runs, selected, trained=None):
    panel.display(Results(trained, runs), selected)


def click(panel, item, *, modifier=Qt.KeyboardModifier.NoModifier):
    place = panel.tree.visualItemRect(item).center()
    QTest.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_without_runs_one_sentence_tells_what_will_stand_here(panel):
    show(panel, (), None)
    assert not panel.tree.isVisible()
    assert panel._empty.isVisible()


def test_runs_are_listed_newest_first_with_how_they_went(panel):
    show(panel, (FIRST, SECOND), 2)
    new, old = texts(panel, 0), texts(panel, 1)
    assert new[:1] + new[2:] == [
        "2", "stopped early", "1,003", "7", "0.1250", "0.2500", "97.8 %  (0.5000)", "01:15", "25,450", "gpu",
    ]  # fmt: skip
    assert old[:1] + old[2:] == ["1", "stopped", "3", "0", "0.1250", "–", "–", "3.2 s", "25,450", "cpu"]


def test_a_click_tells_the_runs_number(panel):
    show(panel, (FIRST, SECOND), 2)
    spy = QSignalSpy(panel.run_selected)
    click(panel, panel.tree.topLevelItem(1))
    assert [spy.at(n) for n in range(spy.count())] == [[1]]


def test_arrow_keys_tell_the_runs_number(panel):
    show(panel, (FIRST, SECOND), 2)
    spy = QSignalSpy(panel.run_selected)
    panel.tree.setFocus()
    QTest.keyClick(panel.tree, Qt.Key.Key_Down)
    assert spy.at(0) == [1]


def test_showing_a_selection_tells_nothing(panel):
    spy = QSignalSpy(panel.run_selected)
    show(panel, (FIRST, SECOND), 1)
    show(panel, (FIRST, SECOND), 2)
    assert spy.count() == 0
    assert {item.text(0) for item in panel.tree.selectedItems()} == {"2"}


def test_a_run_without_a_step_has_no_last_loss(panel):
    show(panel, (RunRecord(3, "", 0, "cpu", 1, 0, np.empty(0, np.float32), reason="failed"),), None)
    assert texts(panel, 0)[5] == "–"
    assert texts(panel, 0)[2] == "failed"


def test_a_time_that_is_none_is_shown_as_it_is():
    assert started_text("yesterday") == "yesterday"
    assert started_text("2026-11-24T04:00:00") != "2026-11-24T04:00:00"


def test_the_panel_takes_another_theme(panel):
    show(panel, (FIRST,), 1)
    panel.set_tokens(DARK)
    assert panel.tree.isVisible()


ORIGIN = Origin("p" * 64, "d" * 64, "cpu (8 GB)", SeedsInUse(3, 3, 4), {"flax": "0.12", "jax": "0.10"})


def trained_with(best):
    scale = np.zeros((), np.float32)
    return Trained(best[0].variables, {}, 30, Graph(), Preparation(scale, scale), standing=Standing(best=best))


def member(number, accuracy, rate=None, reason="completed", group=3):
    told = (Evaluation(3, "validation", 1 - accuracy, {"accuracy": accuracy}),)
    run = RunRecord(number, "2026-11-24T05:00:00", number, "cpu", 10, 0, LOSSES, told, reason, 1.0, origin=ORIGIN)
    return replace(run, group=group, varied={"learning_rate": rate} if rate else {})


GROUP = (member(3, 0.5, 0.1), member(4, 0.9, 0.01), member(5, 0.0, 100.0, "failed"))
OTHERS = (member(6, 0.7, group=6), member(7, 0.8, group=6))


def test_the_runs_of_a_group_are_folded_under_one_row_with_the_best_and_the_spread(panel):
    show(panel, (FIRST, *GROUP), 5)
    group = panel.tree.topLevelItem(0)
    assert (panel.tree.topLevelItemCount(), group.childCount(), group.isExpanded()) == (2, 3, False)
    row = row_texts(group)
    assert (row[0], row[2], row[6]) == ("Runs 3–5", "best: run 4, 1 failed", "90.0 %  (50.0–90.0)")
    assert [row_texts(group.child(n))[0] for n in range(3)] == ["3  ·  lr 0.1", "4  ·  lr 0.01", "5  ·  lr 100"]
    assert row_texts(group.child(1))[2] == "completed, the best"
    assert {item.text(0) for item in panel.tree.selectedItems()} == {"Runs 3–5"}


def test_a_group_is_unfolded_by_keys_and_stays_so_when_another_run_comes(panel):
    show(panel, GROUP, 5)
    panel.tree.setFocus()
    QTest.keyClick(panel.tree, Qt.Key.Key_Right)
    assert panel.tree.topLevelItem(0).isExpanded()
    show(panel, (*GROUP, SECOND), 2)
    assert panel.tree.topLevelItem(1).isExpanded()
    spy = QSignalSpy(panel.run_selected)
    click(panel, panel.tree.topLevelItem(1).child(1))
    assert spy.at(0) == [4]


def test_several_groups_are_told_together_the_last_chosen_first(panel):
    show(panel, (*GROUP, *OTHERS), 7)
    spy = QSignalSpy(panel.groups_selected)
    click(panel, panel.tree.topLevelItem(1))
    click(panel, panel.tree.topLevelItem(0), modifier=Qt.KeyboardModifier.ControlModifier)
    assert [spy.at(n)[0] for n in range(spy.count())] == [(3,), (6, 3)]


def test_where_a_run_came_from_is_read_beside_the_list_and_copied_in_full(panel):
    changed = replace(SECOND, origin=ORIGIN, changes=(Change(5, "learning_rate", 0.5),))
    show(panel, (FIRST, changed), 2)
    facts = panel.details.facts.texts()
    assert (facts["Test"], facts["Validation"]) == ("loss 0.5000, accuracy 97.8 %", "loss 0.2500")
    assert facts["Seeds"] == "3 init, 3 data, 4 dropout"
    assert facts["Project"] == "p" * 16 + "…"
    assert facts["Changed"] == "learning_rate to 0.5 at step 5"
    QTest.mouseClick(panel.details.copy_button, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[0] == "Run 2"
    assert {"Project: " + "p" * 64, "Data: " + "d" * 64, "Versions: flax 0.12, jax 0.10"} <= set(copied)
    click(panel, panel.tree.topLevelItem(1))
    assert panel.details.facts.texts()["Origin"] == "not recorded"


def test_a_group_shows_where_its_best_run_came_from(panel):
    show(panel, GROUP, 5)
    assert panel.details.title.text() == "Run 4, the best of its group"
    assert panel.details.facts.texts()["Varied"] == "learning rate 0.01"


def test_the_states_kept_are_listed_and_the_chosen_one_is_asked_for(panel):
    best = (Best(30, 0.125, {"params": {}}), Best(20, 0.25, {"params": {}}))
    trained = trained_with(best)
    show(panel, (FIRST,), 1, trained)
    states = panel.details.states
    assert [states.item(n).text() for n in range(states.count())] == ["step 30: loss 0.1250, in use", "step 20: loss 0.2500"]
    spy = QSignalSpy(panel.state_chosen)
    states.setFocus()
    QTest.keyClick(states, Qt.Key.Key_Down)
    QTest.mouseClick(panel.details.use_button, Qt.MouseButton.LeftButton)
    assert spy.at(0) == [1]
    show(panel, (FIRST,), 1)
    assert not panel.details.use_button.isVisible()
