"""The form of the optimizer that a group of params has for itself: the same as the common one's, in a group."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.gui import tokens as t
from flaxstudio.gui.optax_pages import linked
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.core_form import CoreForm
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.panels.training_choices import LEARNING_RATE, optimizer_specs, optimizer_values
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.optim_edits import with_argument, with_name
from flaxstudio.project.optim_links import link_option
from flaxstudio.project.optim_optimizers import OPTIMIZERS
from flaxstudio.project.optimizer import CHAIN, OptimizerSpec


class OwnOptimizer(QWidget):
    """Shows an optimizer with its name and arguments, and tells each change as a whole new one, with its words."""

    optimizer_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = OptimizerSpec()
        self.choice, self.help = ChoiceBox(), QLabel()
        self.choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.choice.setAccessibleName(self.tr("Optimizer of the group"))
        for option in OPTIMIZERS:
            self.choice.addItem(option.title, option.name)
        self.choice.addItem(self.tr("Chain of links"), CHAIN)
        self.help.setProperty("role", "caption")
        self.help.setWordWrap(True)
        self.help.setOpenExternalLinks(True)
        self.arguments = AttributeForm(tokens, self)
        self.core = CoreForm(tokens, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        for widget in (self.choice, self.help, self.arguments, self.core):
            layout.addWidget(widget)
        self.choice.activated.connect(self._choose)
        self.arguments.attribute_changed.connect(self._set_argument)
        self.core.optimizer_changed.connect(self.optimizer_changed)

    def display(self, spec: OptimizerSpec, steps: int) -> None:
        """Show an optimizer for a run of so many steps."""
        self._spec = spec
        index = self.choice.findData(spec.name)
        self.choice.setCurrentIndex(index)
        if index >= 0:
            chain = self.tr("Transformations one after the other; see Chain below.")
            self.help.setText(chain if spec.name == CHAIN else linked(link_option(spec.name).help, spec.name))
            self.arguments.display(spec.name, optimizer_specs(spec.name), optimizer_values(spec))
        self.core.display(spec, steps)

    def set_tokens(self, tokens: Tokens) -> None:
        self.arguments.set_tokens(tokens)
        self.core.set_tokens(tokens)

    def _choose(self) -> None:
        changed = with_name(self._spec, self.choice.currentData())
        if changed != self._spec:
            self.optimizer_changed.emit(changed, self.tr("Choose optimizer {0}").format(self.choice.currentText()))

    def _set_argument(self, name: str, value: Value) -> None:
        title = self.tr("learning rate") if name == LEARNING_RATE else name
        self.optimizer_changed.emit(with_argument(self._spec, name, value), self.tr("Set {0}").format(title))
