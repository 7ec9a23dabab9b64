"""How a run moves: its gradient, its memory, and the layers that move too little or too much."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.layer_words import move_hint
from flaxstudio.gui.plots.number_text import value_text
from flaxstudio.training.events import Observed

_ROWS = 6


class Vitals(QWidget):
    """Shows the newest Observed of a run. Of many layers those at the ends are listed: the stillest and the wildest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLabel()
        self.line.setProperty("role", "secondary")
        self.line.setToolTip(self.tr("Norm of the whole gradient at the newest step, and memory in use."))
        self.rows = [(QLabel(), QLabel()) for _ in range(_ROWS)]
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        for number, (name, value) in enumerate(self.rows):
            for column, label in enumerate((name, value)):
                label.setProperty("role", "caption")
                grid.addWidget(label, number, column)
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, 0, t.PADDING, 4)
        layout.setSpacing(2)
        layout.addWidget(self.line)
        layout.addLayout(grid)
        self.clear()

    def clear(self) -> None:
        """Show nothing: a run begins."""
        self.hide()

    def display(self, seen: Observed) -> None:
        """Show what was seen last."""
        memory = f" · {seen.memory / 1e6:,.0f} MB" if seen.memory else ""
        self.line.setText(self.tr("gradient {0}").format(value_text(seen.gradient)) + memory)
        ranked = sorted(seen.ratios.items(), key=lambda pair: pair[1])
        half = _ROWS // 2
        shown = ranked if len(ranked) <= _ROWS else [*ranked[:half], *ranked[-half:]]
        for number, (name, value) in enumerate(self.rows):
            is_used = number < len(shown)
            name.setVisible(is_used)
            value.setVisible(is_used)
            if is_used:
                self._fill(name, value, *shown[number])
        self.show()

    def _fill(self, name: QLabel, value: QLabel, layer: str, ratio: float) -> None:
        hint = move_hint(ratio)
        name.setText(layer)
        value.setText(f"{hint} {ratio:.1e}".strip())
        tip = self.tr("One step changes the params of {0} by this share of their size; about 1e-3 is usual.")
        value.setToolTip(tip.format(layer))
