"""Choices of a loss: those that suit the targets first."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QSizePolicy

from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.panels.training_choices import losses_in_order
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import TargetKind, is_loss, loss_spec


class LossChoice(ChoiceBox):
    """The loss of one of several Outputs: the common one, or its own, which also says what its targets are."""

    loss_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._listed: TargetKind | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # long names must not widen the form
        self.activated.connect(lambda _: self.loss_chosen.emit(self.currentData()))

    def display(self, training: TrainConfig, output: str) -> None:
        """Show an Output's loss."""
        name = training.loss_of(output)
        if not is_loss(name):
            return
        if loss_spec(name).target_kind != self._listed:
            self._listed = loss_spec(name).target_kind
            self.clear()
            self.addItem(self.tr("As above"), "")
            list_losses(self, self._listed, are_others_enabled=True)
        self.setCurrentIndex(self.findData(training.losses.get(output, "")))


def list_losses(box: ChoiceBox, kind: TargetKind, *, are_others_enabled: bool = False) -> None:
    """Add the losses that fit the targets first; the others stand below, with what they are for."""
    fitting, others = losses_in_order(kind)
    for spec in fitting:
        box.addItem(spec.title, spec.name)
        box.setItemData(box.count() - 1, spec.help, Qt.ItemDataRole.ToolTipRole)
    box.insertSeparator(box.count())
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    for spec in others:
        reason = box.tr("for classes") if spec.target_kind == "classes" else box.tr("for numbers")
        box.addItem(f"{spec.title} ({reason})", spec.name)
        box.setItemData(box.count() - 1, spec.help, Qt.ItemDataRole.ToolTipRole)
        model.item(box.count() - 1).setEnabled(are_others_enabled)
