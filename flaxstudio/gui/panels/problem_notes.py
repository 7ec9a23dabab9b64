"""The problems of a node: one written out, with its icon, its remedy and the buttons that repair it, the others a line each."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from flaxstudio.graph.problem import Fix, Problem, Severity
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.elided_button import ElidedButton
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.dismissing import can_be_dismissed

_MARK = QSize(16, 16)


class ProblemNotes(QWidget):
    """The problems of one node. A click on a line writes that problem out instead, so that the form keeps its room."""

    fix_requested = Signal(object)
    dismiss_requested = Signal(object)  # Problem

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._problems: tuple[Problem, ...] = ()
        self._chosen: Problem | None = None  # by the user; else an error is before a warning
        self._notes: list[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(t.GAP)

    def display(self, problems: tuple[Problem, ...]) -> None:
        """Show these problems; the same ones again change nothing."""
        if problems != self._problems:
            self._problems = problems
            self._build()

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._build()

    def _build(self) -> None:
        for note in self._notes:
            self._layout.removeWidget(note)
            note.hide()
            note.deleteLater()
        self._chosen = self._chosen if self._chosen in self._problems else None
        open_one = self._chosen or min(self._problems, key=lambda problem: problem.severity != "error", default=None)
        self._notes = [self._note(p) if p == open_one else self._line(p) for p in self._problems]
        for note in self._notes:
            self._layout.addWidget(note)
            note.show()  # now, so that a button in it can have the focus

    def _choose(self, problem: Problem) -> None:
        """Write out another problem; who came by keys goes on at its first button."""
        had_focus = self.isAncestorOf(self.focusWidget() or self)
        self._chosen = problem
        self._build()
        note = self._notes[self._problems.index(problem)]
        buttons = note.findChildren(QPushButton)
        if had_focus and buttons:
            buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _line(self, problem: Problem) -> QWidget:
        button = ElidedButton(problem.what)
        button.setFlat(True)
        button.setProperty("role", "line")
        button.setAccessibleName(f"{severity_name(problem.severity, self)}: {problem.what}")
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.clicked.connect(partial(self._choose, problem))
        line = QWidget(self)
        beside = _beside(line, severity_mark(problem.severity, self._tokens, self))
        beside.addWidget(button, 1)
        return line

    def _note(self, problem: Problem) -> QWidget:
        note = QWidget(self)
        words = QVBoxLayout()
        words.setSpacing(2)
        for text, role in ((problem.what, ""), (problem.remedy, "secondary")):
            label = QLabel(text)
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(label)
        for fix in problem.fixes:
            words.addWidget(self._fix_button(fix), 0, Qt.AlignmentFlag.AlignLeft)
        if can_be_dismissed(problem):
            words.addWidget(self._dismiss_button(problem), 0, Qt.AlignmentFlag.AlignLeft)
        _beside(note, severity_mark(problem.severity, self._tokens, self)).addLayout(words, 1)
        return note

    def _dismiss_button(self, problem: Problem) -> QPushButton:
        button = QPushButton(self.tr("Dismiss"))
        button.setFlat(True)
        button.setProperty("compact", True)
        button.setToolTip(self.tr("Tell no more of this here; Node > Bring dismissed warnings back undoes it"))
        button.clicked.connect(lambda: self.dismiss_requested.emit(problem))
        return button

    def _fix_button(self, fix: Fix) -> QPushButton:
        button = ElidedButton(fix.label)
        button.setProperty("compact", True)
        button.clicked.connect(lambda: self.fix_requested.emit(fix))
        return button


def _beside(row: QWidget, mark: QLabel) -> QHBoxLayout:
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(t.GAP)
    layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    return layout


def severity_icon(severity: Severity, tokens: Tokens) -> QIcon:
    """Return the icon of a severity."""
    name, color = ("circle-alert", tokens.error) if severity == "error" else ("triangle-alert", tokens.warning)
    return icon(name, tokens, color)


def severity_name(severity: Severity, owner: QWidget) -> str:
    """Return the word for a severity."""
    return owner.tr("Error") if severity == "error" else owner.tr("Warning")


def severity_mark(severity: Severity, tokens: Tokens, owner: QWidget) -> QLabel:
    """Return the icon of a severity, named for those who cannot see it."""
    mark = QLabel()
    mark.setPixmap(severity_icon(severity, tokens).pixmap(_MARK, owner.devicePixelRatioF()))
    mark.setAccessibleName(severity_name(severity, owner))
    mark.setToolTip(mark.accessibleName())
    return mark
