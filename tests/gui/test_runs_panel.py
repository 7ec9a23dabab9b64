import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest

from flaxstudio.gui.panels.runs import RunsPanel, started_text
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project.results import Evaluation, RunRecord

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


def texts(panel, row):
    return [panel.table.item(row, column).text() for column in range(panel.table.columnCount())]


def click(panel, row):
    place = panel.table.visualItemRect(panel.table.item(row, 3)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_without_runs_one_sentence_tells_what_will_stand_here(panel):
    panel.display((), None)
    assert not panel.table.isVisible()
    assert panel._empty.isVisible()


def test_runs_are_listed_newest_first_with_how_they_went(panel):
    panel.display((FIRST, SECOND), 2)
    new, old = texts(panel, 0), texts(panel, 1)
    assert new[:1] + new[2:] == [
        "2", "1,003", "25,450", "7", "gpu", "0.1250", "0.2500", "97.8 %  (0.5000)", "01:15", "stopped early",
    ]  # fmt: skip
    assert old[:1] + old[2:] == ["1", "3", "25,450", "0", "cpu", "0.1250", "–", "–", "3.2 s", "stopped"]


def test_a_click_tells_the_runs_number(panel):
    panel.display((FIRST, SECOND), 2)
    spy = QSignalSpy(panel.run_selected)
    click(panel, 1)
    assert [spy.at(n) for n in range(spy.count())] == [[1]]


def test_arrow_keys_tell_the_runs_number(panel):
    panel.display((FIRST, SECOND), 2)
    spy = QSignalSpy(panel.run_selected)
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    assert spy.at(0) == [1]


def test_showing_a_selection_tells_nothing(panel):
    spy = QSignalSpy(panel.run_selected)
    panel.display((FIRST, SECOND), 1)
    panel.display((FIRST, SECOND), 2)
    assert spy.count() == 0
    assert {index.row() for index in panel.table.selectedIndexes()} == {0}


def test_a_run_without_a_step_has_no_last_loss(panel):
    panel.display((RunRecord(3, "", 0, "cpu", 1, 0, np.empty(0, np.float32), reason="failed"),), None)
    assert texts(panel, 0)[6] == "–"
    assert texts(panel, 0)[-1] == "failed"


def test_a_time_that_is_none_is_shown_as_it_is():
    assert started_text("yesterday") == "yesterday"
    assert started_text("2026-11-24T04:00:00") != "2026-11-24T04:00:00"


def test_the_panel_takes_another_theme(panel):
    panel.display((FIRST,), 1)
    panel.set_tokens(DARK)
    assert panel.table.isVisible()
