"""Problems written out one under the other, each with its icon, its remedy and the button that repairs it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from flaxstudio.graph.problem import Fix, Problem, Severity
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.dismissing import can_be_dismissed


class ProblemNotes(QWidget):
    """The problems of one node."""

    fix_requested = Signal(object)
    dismiss_requested = Signal(object)  # Problem

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._problems: tuple[Problem, ...] = ()
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
        self._notes = [self._note(problem) for problem in self._problems]
        for note in self._notes:
            self._layout.addWidget(note)

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
        line = QHBoxLayout(note)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(t.GAP)
        line.addWidget(severity_mark(problem.severity, self._tokens, self), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        return note

    def _dismiss_button(self, problem: Problem) -> QPushButton:
        button = QPushButton(self.tr("Dismiss"))
        button.setFlat(True)
        button.setProperty("compact", True)
        button.setToolTip(self.tr("Tell no more of this here; Node > Bring dismissed warnings back undoes it"))
        button.clicked.connect(lambda: self.dismiss_requested.emit(problem))
        return button

    def _fix_button(self, fix: Fix) -> QPushButton:
        button = QPushButton(fix.label)
        button.setProperty("compact", True)
        button.clicked.connect(lambda: self.fix_requested.emit(fix))
        return button


def severity_mark(severity: Severity, tokens: Tokens, owner: QWidget) -> QLabel:
    """Return the icon of a severity, named for those who cannot see it."""
    name, color = ("circle-alert", tokens.error) if severity == "error" else ("triangle-alert", tokens.warning)
    mark = QLabel()
    mark.setPixmap(icon(name, tokens, color).pixmap(QSize(16, 16), owner.devicePixelRatioF()))
    mark.setAccessibleName(owner.tr("Error") if severity == "error" else owner.tr("Warning"))
    mark.setToolTip(mark.accessibleName())
    return mark
