"""The inspector's rows on how a node takes part in the model, and which colour it has."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from flaxstudio.graph.activity import can_be_bypassed
from flaxstudio.graph.graph import Mode
from flaxstudio.graph.spec import LayerSpec
from flaxstudio.gui.colour_names import color_title, swatch
from flaxstudio.gui.panels.labelled_rows import LabelledRows
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.annotations import COLORS, Color

_LABEL_WIDTH = 88
_LEAST_LENGTH = 8


class UseSection(QWidget):
    """Two choices: used, muted or bypassed; and a colour."""

    mode_chosen = Signal(str)
    color_chosen = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mode, self.color = ChoiceBox(), ChoiceBox()
        for box in (self.mode, self.color):
            box.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(_LEAST_LENGTH)
        self.mode.setToolTip(self.tr("A muted node gives nothing; a bypassed one lets its first input through."))
        rows = LabelledRows(_LABEL_WIDTH, self)
        rows.add_row(self.tr("In the model"), self.mode)
        rows.add_row(self.tr("Colour"), self.color)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(rows)
        for color in ("", *COLORS):
            self.color.addItem(color_title(color), color)
        self.set_tokens(tokens)
        self.mode.activated.connect(lambda index: self.mode_chosen.emit(self.mode.itemData(index)))
        self.color.activated.connect(lambda index: self.color_chosen.emit(self.color.itemData(index)))

    def display(self, mode: Mode, spec: LayerSpec | None, color: Color, is_in_block: bool = False) -> None:
        """Show how a node of a layer is used, and its colour. The ends of a block are always used."""
        modes: dict[Mode, str] = {"on": self.tr("Used"), "muted": self.tr("Muted")}
        self.mode.setEnabled(not (is_in_block and spec is not None and spec.family == "io") or mode != "on")
        if can_be_bypassed(spec) or mode == "bypassed":
            modes["bypassed"] = self.tr("Bypassed")
        if [self.mode.itemData(index) for index in range(self.mode.count())] != list(modes):
            self.mode.clear()
            for data, text in modes.items():
                self.mode.addItem(text, data)
        self.mode.setCurrentIndex(self.mode.findData(mode))
        self.color.setCurrentIndex(self.color.findData(color))

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        for index in range(self.color.count()):
            self.color.setItemIcon(index, swatch(self.color.itemData(index), tokens, self.devicePixelRatioF()))
