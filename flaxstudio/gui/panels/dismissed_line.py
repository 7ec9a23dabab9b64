"""The line below the list of problems that tells of dismissed warnings, and brings them back."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from flaxstudio.graph.problem import Problem
from flaxstudio.gui import tokens as t


class DismissedLine(QWidget):
    """There only while something is dismissed."""

    return_requested = Signal(object)  # Problem

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self.text, self.button = QLabel(), QPushButton(self.tr("Bring back"))
        self.text.setProperty("role", "secondary")
        self.button.setProperty("compact", True)
        self._menu = QMenu(self)
        self.button.setMenu(self._menu)
        line = QHBoxLayout(self)
        line.setContentsMargins(t.PADDING, t.GAP // 2, t.PADDING, t.GAP // 2)
        line.setSpacing(t.GAP)
        line.addWidget(self.text)
        line.addWidget(self.button)
        line.addStretch()
        self.hide()

    def display(self, dismissed: tuple[Problem, ...]) -> None:
        """Show how many warnings are dismissed, each to be brought back."""
        self._menu.clear()
        for problem in dismissed:
            self._menu.addAction(problem.what, partial(self.return_requested.emit, problem))
        count = len(dismissed)
        self.text.setText(
            self.tr("1 warning is dismissed.") if count == 1 else self.tr("{0} warnings are dismissed.").format(count)
        )
        self.setVisible(bool(dismissed))
