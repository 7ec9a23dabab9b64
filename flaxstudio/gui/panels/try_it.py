"""The Try it panel: an input on top, Apply, and below it what every node gave out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.evaluation.trial import Choice, Filled, Outcome, Rows, Trial
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.still_fields import ChoiceBox, NumberBox
from flaxstudio.gui.panels.tabbed_view import ElidedLabel
from flaxstudio.gui.panels.try_it_input import TrialInput
from flaxstudio.gui.panels.try_it_outputs import TrialOutputs
from flaxstudio.gui.tokens import Tokens

_LIVE_MS = 150
_MAX_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class TryItState:
    """What can be tried. `inputs` are the Inputs with one sample's shape as text; `of` changes whenever the outcome would.

    `usual` is what Inputs are tried with where nothing was chosen, else zeros. `is_scaling` tells that training scales
    features; `fault` says why nothing can be applied.
    """

    inputs: Mapping[str, str]
    of: object = None
    has_data: bool = False
    has_variables: bool = False
    is_scaling: bool = False
    fault: str = ""
    usual: Mapping[str, Choice] = field(default_factory=dict)


class TryItPanel(QWidget):
    """Asks for trials and shows what came of them."""

    trial_requested = Signal(object)  # Trial
    keep_requested = Signal()
    node_requested = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._state = TryItState({})
        self._choices: dict[str, Choice] = {}
        self.input_name = ChoiceBox(self)
        self.input = TrialInput(tokens, self)
        self.training, self.live = QCheckBox(self.tr("As in training"), self), QCheckBox(self.tr("Live"), self)
        self.seed = NumberBox(self)
        self.apply_button = QPushButton(self.tr("Apply"), self)
        self.note = ElidedLabel(self)
        self._pages = QStackedWidget(self)
        self.outputs = TrialOutputs(tokens, self._pages)
        self.empty = QLabel(self._pages)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LIVE_MS)
        self._build()
        self._connect()
        self.set_tokens(tokens)
        self._show_buttons()

    def display(self, state: TryItState) -> None:
        """Show what can be tried."""
        if state == self._state:
            return
        old, self._state = self._state, state
        if list(old.inputs) != list(state.inputs):
            self._choices = {name: choice for name, choice in self._choices.items() if name in state.inputs}
            self.input_name.blockSignals(True)
            self.input_name.clear()
            self.input_name.addItems(list(state.inputs))
            self.input_name.blockSignals(False)
            self.input_name.setVisible(len(state.inputs) > 1)
        if (list(old.inputs), old.usual) != (list(state.inputs), state.usual):
            self._show_input()
        self.input.display(state.inputs.get(self.input_name.currentText(), ""), state.has_data, state.is_scaling)
        self._show_buttons()
        if old.of is not state.of or old.usual != state.usual:
            self._on_changed()

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what came of a trial."""
        self._pages.setCurrentWidget(self.outputs)
        self.outputs.display(outcome, self.training.isChecked())
        wrong = outcome.first_not_finite
        self._tell(
            self.tr("{0} gives values that are not finite.").format(wrong)
            if wrong
            else self.tr("Applied in {0} ms").format(f"{1000 * outcome.seconds:,.0f}"),
            "error" if wrong else "caption",
        )

    def show_fault(self, text: str) -> None:
        """Say why nothing could be applied."""
        self._tell(text, "error")

    def mark_nodes(self, names: tuple[str, ...]) -> None:
        """Show the output of the node that is selected on the canvas."""
        if len(names) == 1:
            self.outputs.mark_node(names[0])

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.input.set_tokens(tokens)
        self.outputs.set_tokens(tokens)
        self.apply_button.setIcon(icon("play", tokens, tokens.accent))

    def trial(self) -> Trial:
        """Return the trial that the fields describe."""
        chosen = {name: choice for name in self._state.inputs if (choice := self._choice_of(name)) is not None}
        return Trial(chosen, self.training.isChecked(), self.seed.value(), self.input.scale.isChecked())

    def apply(self) -> None:
        """Ask for a trial."""
        if self._state.fault:
            return
        self.trial_requested.emit(self.trial())

    def _build(self) -> None:
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.input_name.setAccessibleName(self.tr("Which Input"))
        self.training.setToolTip(self.tr("train=True: dropout draws from the key, batch statistics are updated."))
        self.live.setToolTip(self.tr("Apply again whenever the input, the graph or the variables change."))
        self.seed.setRange(0, _MAX_SEED)
        self.seed.setFixedWidth(88)
        self.seed.setPrefix(self.tr("key "))
        self.seed.setAccessibleName(self.tr("Seed of the dropout key"))
        self.seed.hide()
        self.apply_button.setProperty("compact", True)
        line = QHBoxLayout()
        line.setContentsMargins(t.GAP, 4, t.GAP, 4)
        line.setSpacing(t.GAP)
        for widget in (self.input_name, self.input, self.training, self.seed, self.apply_button, self.live):
            line.addWidget(widget)
        line.addWidget(self.note, 1)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "secondary")
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.outputs)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.input_name.currentIndexChanged.connect(self._show_input)
        self.input.changed.connect(self._on_input)
        self.training.toggled.connect(self.seed.setVisible)
        for box in (self.training, self.live):
            box.toggled.connect(self._on_changed)
        self.seed.valueChanged.connect(self._on_changed)
        self.apply_button.clicked.connect(self.apply)
        self._timer.timeout.connect(self.apply)
        self.outputs.node_requested.connect(self.node_requested)
        self.outputs.keep_requested.connect(self.keep_requested)

    def _show_input(self) -> None:
        self.input.show_choice(self._choice_of(self.input_name.currentText()) or Filled())

    def _choice_of(self, name: str) -> Choice | None:
        """Return what was chosen for an Input, else what is usual, of as many samples as the other Inputs get."""
        if name in self._choices:
            return self._choices[name]
        counts = [choice.count for choice in self._choices.values() if isinstance(choice, Filled | Rows)]
        usual = self._state.usual.get(name)
        return replace(usual, count=counts[0]) if counts and isinstance(usual, Rows) else usual

    def _on_input(self) -> None:
        self._choices[self.input_name.currentText()] = self.input.choice()
        self._on_changed()

    def _on_changed(self) -> None:
        if self.live.isChecked() and not self._state.fault:
            self._timer.start()
        elif self._pages.currentWidget() is self.outputs:
            self._tell(self.tr("Something has changed since. Apply again."), "warning")

    def _show_buttons(self) -> None:
        fault = self._state.fault
        self.apply_button.setEnabled(not fault)
        self.apply_button.setToolTip(fault or self.tr("Apply the model to this input"))
        self.empty.setText(fault or self.tr("Choose an input and apply the model to it: each node's output is shown here."))
        if fault:
            self._pages.setCurrentWidget(self.empty)
            self._tell("", "caption")

    def _tell(self, text: str, role: str) -> None:
        self.note.setProperty("role", role)
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        self.note.setText(text)
        self.note.setToolTip(text)
