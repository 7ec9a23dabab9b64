"""The form of all that a run's optimizer is beside its name: itself, what is around it, groups of params."""

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.around_form import AroundForm
from flaxstudio.gui.panels.core_form import CoreForm, add_part, show_mark
from flaxstudio.gui.panels.group_form import GroupForm
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.optimizer import OptimizerSpec


class OptimizerForm(QWidget):
    """Shows a run's optimizer and tells each change as a whole new TrainConfig, with the words for the history."""

    training_changed = Signal(object, str)
    revealed = Signal(QWidget)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = TrainConfig()
        self.core = CoreForm(tokens, self)
        self.around = AroundForm(tokens, QWidget(self))
        self.groups = GroupForm(tokens, QWidget(self))
        self._titles = {"around": self.tr("Around it"), "groups": self.tr("Groups of params")}
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, 0, t.GAP, t.PADDING)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.core)
        parts = {"around": self.around, "groups": self.groups}
        self.toggles = self.core.toggles | {name: add_part(layout, self._titles[name], part) for name, part in parts.items()}
        self.core.optimizer_changed.connect(self._change)
        self.around.around_changed.connect(lambda around, text: self._change(replace(self.spec, around=around), text))
        self.groups.groups_changed.connect(lambda groups, text: self._change(replace(self.spec, groups=groups), text))
        self.set_tokens(tokens)
        self.display(self._training)

    @property
    def spec(self) -> OptimizerSpec:
        """The optimizer that is shown."""
        return self._training.optimizer

    def display(self, training: TrainConfig) -> None:
        """Show the optimizer of a config."""
        self._training = training
        spec = training.optimizer
        self.core.display(spec, training.steps)
        self.around.display(spec.around)
        self.groups.display(spec, training.steps)
        for name, given in {"around": spec.around, "groups": spec.groups}.items():
            show_mark(self.toggles[name], self._titles[name], len(given))

    def reveal_group(self, name: str) -> None:
        """Show a group's settings, unfolded, and let its rate be typed."""
        self.toggles["groups"].setChecked(True)
        self.groups.choose(name)
        QTimer.singleShot(0, self._go_to_rate)  # once the unfolded form has its place

    def _go_to_rate(self) -> None:
        row = self.groups.form.row("rate")
        if row.isVisible():
            for widget in (self.groups, row):
                self.revealed.emit(widget)
            row.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_tokens(self, tokens: Tokens) -> None:
        for view in (self.core, self.around, self.groups, self.toggles["around"], self.toggles["groups"]):
            view.set_tokens(tokens)

    def _change(self, spec: OptimizerSpec, text: str) -> None:
        if spec != self.spec:
            self.training_changed.emit(replace(self._training, optimizer=spec), text)
