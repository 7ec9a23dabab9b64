"""The toolbar: the commands used most, how the run stands, how many problems there are, and the device."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QSizePolicy, QStyle, QToolBar, QToolButton, QWidget

from flaxstudio.graph.problem import Problem
from flaxstudio.gui import tokens as t
from flaxstudio.gui.actions import Actions
from flaxstudio.gui.commands.table import TOOLBAR
from flaxstudio.gui.icons import icon
from flaxstudio.gui.still_text import StillText
from flaxstudio.gui.tokens import Tokens


class ToolBar(QToolBar):
    """Says what it is told. A part that changes lays the whole window out anew, so what changes often keeps its room."""

    problems_clicked = Signal()

    def __init__(self, actions: Actions, window: QMainWindow) -> None:
        super().__init__(window)
        self.setWindowTitle(self.tr("Toolbar"))
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setIconSize(QSize(t.TOOL_ICON, t.TOOL_ICON))
        self._mark: tuple[str, str] | None = None
        self._room = ""
        self._progress, self.problems, self._device = StillText(), QToolButton(), QLabel()
        for name in TOOLBAR:
            if name is None:
                self.addSeparator()
            elif name == "undo":
                self.addWidget(self._still(actions["undo"], actions["redo"]))
            elif name != "redo":
                self.addAction(actions[name])
        train = self.widgetForAction(actions["train"])
        assert isinstance(train, QToolButton)
        train.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        room = QWidget()
        room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.problems.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.problems.clicked.connect(self.problems_clicked)
        self._device.setProperty("role", "secondary")
        self._device.setContentsMargins(t.GAP, 0, t.GAP, 0)
        for part in (self._progress, room, self.problems, self._device):
            self.addWidget(part)

    def display_progress(self, text: str) -> None:
        """Say how the run under way stands."""
        self._progress.show_text(text)

    def display_device(self, text: str) -> None:
        """Say which device runs the training."""
        self._device.setText(text)

    def display_problems(self, problems: tuple[Problem, ...], not_begun: str, tokens: Tokens) -> None:
        """Say how many problems there are, or what is still to be begun where nothing else is amiss."""
        count, errors = len(problems), any(problem.severity == "error" for problem in problems)
        if not_begun:
            mark, text = ("info", tokens.secondary), not_begun
        else:
            color = tokens.error if errors else tokens.warning if count else tokens.ok
            mark = "circle-alert" if errors else "triangle-alert" if count else "circle-check", color
            texts = {0: self.tr("No problems"), 1: self.tr("1 problem")}
            text = texts.get(count) or self.tr("{0} problems").format(count)
        if mark != self._mark:
            self._mark = mark
            self.problems.setIcon(icon(mark[0], tokens, mark[1]))
        self._say(text)

    def _say(self, text: str) -> None:
        """Say how many problems there are: another number with as many digits has the same room."""
        room = "".join("0" if letter.isdigit() else letter for letter in text)
        if room != self._room:
            self._room = room
            self.problems.setText(room)
            self.problems.setFixedSize(self.problems.sizeHint())
        self.problems.setText(text)

    def _still(self, *actions: QAction) -> QWidget:
        """Return buttons in a box of fixed size: the words of these actions change with every edit, and are not seen here."""
        box = QWidget(self)
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(self.style().pixelMetric(QStyle.PixelMetric.PM_ToolBarItemSpacing, None, self))
        for action in actions:
            button = QToolButton(box)
            button.setDefaultAction(action)
            button.setIconSize(self.iconSize())
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            line.addWidget(button)
        box.setFixedSize(line.sizeHint())
        return box
