"""Panels behind tabs are fed when they come to the front."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from flaxstudio.gui.sight import Sight


@pytest.fixture
def window(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    docks = {name: QDockWidget(name, window) for name in ("front", "behind")}
    for dock in docks.values():
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
    window.tabifyDockWidget(docks["front"], docks["behind"])
    window.docks, window.sight = docks, Sight(docks, window)
    window.show()
    docks["front"].raise_()
    qtbot.waitUntil(lambda: not docks["front"].visibleRegion().isEmpty())
    return window


def test_a_panel_in_sight_is_fed_at_once(window):
    shown = []
    window.sight.show("front", "all", lambda: shown.append(1))
    assert shown == [1]


def test_a_panel_behind_a_tab_is_fed_the_newest_of_each_part_once_it_comes_to_the_front(window):
    shown = []
    for number in (1, 2, 3):
        window.sight.show("behind", "all", lambda number=number: shown.append(number))
        window.sight.show("behind", "marks", lambda number=number: shown.append(f"marks {number}"))
    assert shown == []
    window.docks["behind"].raise_()
    assert shown == [3, "marks 3"]
    window.docks["front"].raise_()
    window.docks["behind"].raise_()
    assert shown == [3, "marks 3"]
