"""What changes with every edit is shown in the toolbar without the window being laid out anew."""

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow

from flaxstudio.graph.problem import Problem
from flaxstudio.gui.actions import Actions
from flaxstudio.gui.theme import apply_theme
from flaxstudio.gui.tokens import LIGHT
from flaxstudio.gui.toolbar import ToolBar


class Layouts(QObject):
    """Counts how often a window is laid out."""

    count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


class Desk:
    """A window with a toolbar and nothing else."""

    def __init__(self, qtbot) -> None:
        apply_theme(QApplication.instance(), LIGHT)
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = Actions(self.window, LIGHT)
        self.bar = ToolBar(self.actions, self.window)
        self.window.addToolBar(self.bar)
        self.show(8)
        self.window.show()
        qtbot.waitExposed(self.window)
        QApplication.processEvents()
        self._layouts = Layouts()
        self.window.installEventFilter(self._layouts)

    def show(self, problems: int) -> None:
        self.bar.display_problems((Problem("dense_1", "It is wrong.", "Mend it."),) * problems, "", LIGHT)

    def layouts(self) -> int:
        """Return how often the window has been laid out since this was last asked."""
        QApplication.processEvents()
        found, self._layouts.count = self._layouts.count, 0
        return found


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot)


def test_other_words_for_undo_leave_the_window_as_it_is(desk):
    for text in ("Undo set dense_1.features", "Undo delete wire"):
        desk.actions["undo"].setText(text)
        desk.actions["undo"].setEnabled(text.endswith("wire"))
    assert desk.layouts() == 0


def test_another_count_of_problems_leaves_it_too_and_has_room_where_it_has_more_digits(desk):
    desk.layouts()
    desk.show(9)
    assert desk.layouts() == 0
    assert desk.bar.problems.text() == "9 problems"
    desk.show(10)
    QApplication.processEvents()
    assert desk.bar.problems.width() >= desk.bar.problems.sizeHint().width()


def test_what_is_still_to_be_begun_is_said_instead_of_a_count(desk):
    desk.bar.display_problems((), "No data yet", LIGHT)
    assert desk.bar.problems.text() == "No data yet"
    desk.show(0)
    assert desk.bar.problems.text() == "No problems"
