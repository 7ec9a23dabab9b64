"""One array in full: its histogram, its picture and its values, which can be set once that is asked for."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.array_picture import ArrayPicture
from flaxstudio.gui.panels.array_plots import SpreadPlot
from flaxstudio.gui.panels.array_table import ArrayTable
from flaxstudio.gui.panels.array_tiles import kernel_tiles
from flaxstudio.gui.panels.tabbed_view import ElidedLabel, TabbedView
from flaxstudio.gui.panels.variables_request import CellValue, ValuesRequest
from flaxstudio.gui.panels.variables_setting import ValuesSetting
from flaxstudio.gui.panels.variables_tree import shape_text
from flaxstudio.gui.plots.number_text import share_text, value_text
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.statistics import Statistics
from flaxstudio.project.variables import Array, Path, path_text

HISTOGRAM, PICTURE, VALUES = range(3)


class VariableDetail(QWidget):
    """Shows the array that is selected in the tree."""

    values_requested = Signal(object)  # ValuesRequest

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path = ()
        self._array: Array | None = None
        self._drawn: Array | None = None
        self.set_button = QPushButton(self.tr("Set values"), self)
        self.tabs = TabbedView(self.set_button, self)
        self._columns = QWidget(self.tabs.stack), QWidget(self.tabs.stack)
        self.facts, self.note = ElidedLabel(self._columns[0]), QLabel(self._columns[1])
        self.spread, self.picture = SpreadPlot(tokens, self._columns[0]), ArrayPicture(tokens, self.tabs.stack)
        self.table, self.setting = ArrayTable(self._columns[1]), ValuesSetting(self._columns[1])
        self._build()
        self._connect()

    def display(self, path: Path, array: Array | None, statistics: Statistics | None) -> None:
        """Show an array, or nothing."""
        if path != self._path:
            self.set_button.setChecked(False)
        self._path, self._array = path, array
        self.tabs.setVisible(array is not None)
        self._nothing.setVisible(array is None)
        if array is None:
            return
        self.tabs.info.setText(f"{path_text(path[1:])}  {shape_text(array.shape)}")
        self.facts.setText(self._numbers(statistics))
        self.spread.display(statistics)
        self._show_tab()

    def set_fault(self, fault: str) -> None:
        """Say why values cannot be set at present; "" if they can."""
        self.set_button.setEnabled(not fault)
        self.set_button.setToolTip(fault)
        if fault:
            self.set_button.setChecked(False)

    def set_tokens(self, tokens: Tokens) -> None:
        self.spread.set_tokens(tokens)
        self.picture.set_tokens(tokens)

    def _numbers(self, found: Statistics | None) -> str:
        if found is None:
            return ""
        text = self.tr("mean {0}  ·  deviation {1}  ·  {2} to {3}  ·  {4} zeros").format(
            *(value_text(v) for v in (found.mean, found.deviation, found.minimum, found.maximum)), share_text(found.zeros)
        )
        return text + (self.tr("  ·  {0} not finite").format(f"{found.not_finite:,}") if found.not_finite else "")

    def _build(self) -> None:
        self._nothing = QLabel(self.tr("Select a variable to see its values."), self)
        self._nothing.setProperty("role", "secondary")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for label in (self.facts, self.note):
            label.setProperty("role", "caption")
            label.setContentsMargins(t.GAP, 2, t.GAP, 4)
        self.note.setText(self.tr("Read-only, as a FrozenDict is. “Set values” makes new variables of these."))
        self.set_button.setProperty("compact", True)
        self.set_button.setCheckable(True)
        _lay_below(self._columns[0], self.spread, self.facts)
        _lay_below(self._columns[1], self.table, self.setting, self.note)
        self.tabs.addTab(self._columns[0], self.tr("Histogram"))
        self.tabs.addTab(self.picture, self.tr("Picture"))
        self.tabs.addTab(self._columns[1], self.tr("Values"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self._nothing, 1)
        self._on_set_toggled(False)
        self.display((), None, None)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(lambda _: self._show_tab())
        self.set_button.toggled.connect(self._on_set_toggled)
        self.setting.requested.connect(lambda values: self.values_requested.emit(ValuesRequest(self._path, values)))
        self.table.cell_typed.connect(
            lambda index, text: self.values_requested.emit(ValuesRequest(self._path, CellValue(index, text)))
        )

    def _on_set_toggled(self, is_on: bool) -> None:
        self.setting.setVisible(is_on)
        self.table.set_editable(is_on)
        self.note.setVisible(not is_on)
        if is_on:
            self.tabs.setCurrentIndex(VALUES)

    def _show_tab(self) -> None:
        """Give the array to the page in front: the others get theirs when they are seen."""
        if self._array is None:
            return
        match self.tabs.currentIndex():
            case 1:
                if self._drawn is not self._array:
                    self._drawn = self._array
                    self.picture.display(kernel_tiles(self._array))
            case 2:
                self.setting.display(self._array)
                self.table.display(self._array)


def _lay_below(page: QWidget, main: QWidget, *others: QWidget) -> None:
    """Lay out a page with the main part on top, which gets the room."""
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(main, 1)
    for other in others:
        column.addWidget(other)
