"""The run's buttons with its progress: train, pause, go on, stop."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QPushButton, QToolButton, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.knob_popup import KnobPopup
from flaxstudio.gui.panels.run_state import RunState, pace_text, place_text
from flaxstudio.gui.still_text import StillText
from flaxstudio.gui.tokens import Tokens

WIDTH = 296
"""How wide the bar and the forms below it are."""
_THOUSANDTHS = 1000


class RunBar(QWidget):
    """Asks for runs and shows how the one under way stands."""

    train_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()
    continue_requested = Signal()
    step_requested = Signal()
    number_changed = Signal(str, float)
    several_requested = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._state = RunState()
        self.train = QPushButton(self.tr("Train"))
        self.train.setProperty("primary", True)
        self.pause = QPushButton(self.tr("Pause"))
        self.stop = QPushButton(self.tr("Stop"))
        self.go_on = QPushButton()
        self.one_step = QToolButton()
        self.one_step.setToolTip(self.tr("Make one step and pause"))
        self.one_step.setAccessibleName(self.tr("One step"))
        self.more = QToolButton()
        self.more.setToolTip(self.tr("Other ways to train"))
        self.more.setAccessibleName(self.tr("Other ways to train"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setStyleSheet("QToolButton::menu-indicator { image: none; }")  # the icon says it already
        self.change = QPushButton(self.tr("Change while it runs…"))
        self.change.setToolTip(self.tr("Numbers of the optimizer: the learning rate, and others"))
        self.knobs = KnobPopup(tokens, self)
        self.progress = QProgressBar()
        self.progress.setRange(0, _THOUSANDTHS)
        self.progress.setTextVisible(False)
        self.text = StillText(WIDTH - 2 * t.PADDING)
        self.message = StillText(WIDTH - 2 * t.PADDING)
        for line in (self.text, self.message):
            line.setMinimumHeight(line.fontMetrics().height())  # so that nothing below moves when it empties
        self._build()
        self._connect()
        self.set_tokens(tokens)

    def display(self, state: RunState) -> None:
        """Show a state; only what differs is touched, since this comes many times a second."""
        self._state = state
        self.train.setEnabled(not state.is_busy)
        self.more.setEnabled(not state.is_busy)
        self.pause.setEnabled(state.status in ("running", "paused"))
        self.stop.setEnabled(state.status in ("starting", "running", "paused"))
        self.one_step.setEnabled(state.status in ("idle", "running", "paused"))
        self.change.setVisible(state.can_change)
        self.knobs.display(state.knobs)
        if self.knobs.isVisible() and not state.can_change:
            self.knobs.close()
        self.go_on.setVisible(state.can_continue and not state.is_busy)
        self._show_go_on(state)
        self._show_pause(state.status == "paused")
        self.progress.setRange(0, 0 if state.status == "starting" else _THOUSANDTHS)
        if state.status != "starting":
            self.progress.setValue(round(_THOUSANDTHS * state.step / state.steps) if state.steps else 0)
        self.text.show_text(self._status_text(state))
        self.message.show_text(self._message(state))

    def open_knobs(self) -> None:
        """Show the numbers that can be changed now, to be typed."""
        if self._state.can_change:
            self.knobs.open_at(self.change.mapToGlobal(self.change.rect().bottomLeft()))

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.train.setIcon(icon("play", tokens, tokens.secondary if not self.train.isEnabled() else tokens.on_accent))
        self.more.setIcon(icon("ellipsis", tokens))
        self.stop.setIcon(icon("square", tokens))
        self.one_step.setIcon(icon("redo-dot", tokens))
        self.change.setIcon(icon("sliders-horizontal", tokens))
        self.knobs.set_tokens(tokens)
        self.go_on.setIcon(icon("step-forward", tokens))
        self._shows_resume: bool | None = None
        self.display(self._state)

    def _build(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(t.GAP)
        for button in (self.train, self.pause, self.stop):
            buttons.addWidget(button, 1)
        menu = QMenu(self.more)
        menu.addAction(self.tr("Train several…")).triggered.connect(self.several_requested)
        self.more.setMenu(menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, t.GAP, t.PADDING, 4)
        layout.setSpacing(4)
        layout.addLayout(buttons)
        layout.addWidget(self.go_on)
        line = QHBoxLayout()
        line.addWidget(self.progress, 1)
        line.addWidget(self.one_step)
        line.addWidget(self.more)
        layout.addLayout(line)
        for widget in (self.text, self.message, self.change):
            layout.addWidget(widget)

    def _connect(self) -> None:
        self.train.clicked.connect(self.train_requested)
        self.stop.clicked.connect(self.stop_requested)
        self.go_on.clicked.connect(self.continue_requested)
        self.pause.clicked.connect(self._ask_pause_or_resume)
        self.one_step.clicked.connect(self.step_requested)
        self.change.clicked.connect(self.open_knobs)
        self.knobs.number_changed.connect(self.number_changed)

    def _message(self, state: RunState) -> str:
        queued = self.tr("%n run(s) queued", "", state.queued) if state.queued else ""
        return " · ".join(part for part in (pace_text(state) if state.is_busy else state.message, queued) if part)

    def _ask_pause_or_resume(self) -> None:
        if self._state.status == "paused":
            self.resume_requested.emit()
        else:
            self.pause_requested.emit()

    def _show_go_on(self, state: RunState) -> None:
        text = self.tr("Go on from step {0}").format(f"{state.step:,}") if state.step else self.tr("Go on from the last run")
        self.go_on.setText(text)

    def _show_pause(self, is_paused: bool) -> None:
        if self._shows_resume == is_paused:
            return
        self._shows_resume = is_paused
        self.pause.setText(self.tr("Go on") if is_paused else self.tr("Pause"))
        self.pause.setIcon(icon("play" if is_paused else "pause", self._tokens))

    def _status_text(self, state: RunState) -> str:
        words = {
            "starting": self.tr("Starting…"),
            "paused": self.tr("Paused"),
            "stopping": self.tr("Stopping…"),
        }
        members = self.tr("{0} runs").format(f"{state.members:,}") if state.members else ""
        parts = [words.get(state.status, ""), members, place_text(state)]
        return " · ".join(part for part in parts if part) or self.tr("No run yet.")
