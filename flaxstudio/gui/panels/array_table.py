"""The values of an array of any rank as a table: two axes at a time, the others by their index; large ones in pages."""

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLabel, QTableView, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.still_fields import NumberBox
from flaxstudio.gui.plots.number_text import value_text

Array = npt.NDArray[Any]
Index = QModelIndex | QPersistentModelIndex
PAGE_ROWS = 10_000
PAGE_COLUMNS = 1_000
_ROW_HEIGHT = 24
_WIDEST = "-2.345e-05"


class ArrayModel(QAbstractTableModel):
    """A two-dimensional part of an array, read as it is shown. Typed cells are only told, never written."""

    cell_typed = Signal(tuple, str)  # index in the array, text

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._array: Array = np.zeros((0, 0))
        self._lead: tuple[int, ...] = ()
        self._start = (0, 0)
        self.is_editable = False

    def display(self, array: Array, lead: tuple[int, ...], start: tuple[int, int]) -> None:
        """Show the last two axes at an index of the others, from a row and a column on."""
        is_same_size = array.shape == self._array.shape and (lead, start) == (self._lead, self._start)
        if is_same_size:
            self._array = array
            if self.rowCount() and self.columnCount():
                self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
            return
        self.beginResetModel()
        self._array, self._lead, self._start = array, lead, start
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else max(0, min(_rows(self._array) - self._start[0], PAGE_ROWS))

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else max(0, min(_columns(self._array) - self._start[1], PAGE_COLUMNS))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
            return None
        place = self.place(index)
        value = self._array[place]
        if role == Qt.ItemDataRole.EditRole:
            return str(value)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"[{', '.join(map(str, place))}]  {value}"
        return (
            str(value)
            if self._array.dtype.kind in "iub"
            else value_text(float(abs(value) if np.iscomplexobj(value) else value))
        )

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role == Qt.ItemDataRole.EditRole and str(value) != self.data(index, role):
            self.cell_typed.emit(self.place(index), str(value))
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if self.is_editable else flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return str(section + self._start[0 if orientation == Qt.Orientation.Vertical else 1])
        return None

    def place(self, index: Index) -> tuple[int, ...]:
        """Return the index in the array of a cell."""
        row, column = index.row() + self._start[0], index.column() + self._start[1]
        return (*self._lead, row, column)[-self._array.ndim :] if self._array.ndim else ()


class ArrayTable(QWidget):
    """The table with a field for the index of each further axis, and for the first row and column of very long ones."""

    cell_typed = Signal(tuple, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._array: Array = np.zeros((0, 0))
        self.model = ArrayModel(self)
        self.view = QTableView()
        self.indices: list[NumberBox] = []
        self.first_row, self.first_column = NumberBox(), NumberBox()
        self._line = QHBoxLayout()
        self._build()
        self.model.cell_typed.connect(self.cell_typed)

    def display(self, array: Array) -> None:
        """Show an array; the place in it stays while its shape does."""
        is_same_shape = array.shape == self._array.shape
        self._array = array
        if not is_same_shape:
            self._build_fields()
        self._show()

    def set_editable(self, is_editable: bool) -> None:
        """Let cells be typed into, or not."""
        self.model.is_editable = is_editable
        triggers = QAbstractItemView.EditTrigger
        wanted = triggers.DoubleClicked | triggers.AnyKeyPressed | triggers.EditKeyPressed
        self.view.setEditTriggers(wanted if is_editable else triggers.NoEditTriggers)

    def _build(self) -> None:
        view = self.view
        view.setModel(self.model)
        view.setAccessibleName(self.tr("Values"))
        view.setTabKeyNavigation(False)
        view.setWordWrap(False)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        view.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        view.horizontalHeader().setDefaultSectionSize(view.fontMetrics().horizontalAdvance(_WIDEST) + 2 * t.GAP + 6)
        view.horizontalHeader().setHighlightSections(False)
        view.verticalHeader().setHighlightSections(False)
        view.setStyleSheet(f"QTableView::item {{ padding: 0 {t.GAP}px; }}")
        self.set_editable(False)
        self._line.setContentsMargins(t.GAP, 4, t.GAP, 4)
        self._line.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._line)
        layout.addWidget(view, 1)

    def _build_fields(self) -> None:
        """Make a field for each axis but the last two, and page fields where there is more than a page."""
        while self._line.count():
            item = self._line.takeAt(0)
            if item is not None and (widget := item.widget()):
                widget.hide()
                widget.deleteLater()
        shape = self._array.shape
        self.indices = [_field(size - 1, self.tr("Index of axis {0}").format(axis)) for axis, size in enumerate(shape[:-2])]
        rows, columns = _rows(self._array), _columns(self._array)
        self.first_row = _field(max(0, rows - 1), self.tr("First row"), PAGE_ROWS)
        self.first_column = _field(max(0, columns - 1), self.tr("First column"), PAGE_COLUMNS)
        parts: list[QWidget] = []
        if self.indices:
            parts += [QLabel("["), *self.indices, QLabel(", :, :]")]
        if rows > PAGE_ROWS:
            parts += [QLabel(self.tr("Rows from")), self.first_row]
        if columns > PAGE_COLUMNS:
            parts += [QLabel(self.tr("Columns from")), self.first_column]
        for part in parts:
            if isinstance(part, QLabel):
                part.setProperty("role", "secondary")
            self._line.addWidget(part)
        if parts:
            self._line.addStretch(1)
        self._line.setContentsMargins(t.GAP, 4 if parts else 0, t.GAP, 4 if parts else 0)
        for field in (*self.indices, self.first_row, self.first_column):
            field.valueChanged.connect(self._show)

    def _show(self) -> None:
        lead = tuple(field.value() for field in self.indices)
        self.model.display(self._array, lead, (self.first_row.value(), self.first_column.value()))


def _rows(array: Array) -> int:
    return array.shape[-2] if array.ndim > 1 else min(1, array.size)


def _columns(array: Array) -> int:
    return array.shape[-1] if array.ndim else 1


def _field(maximum: int, name: str, step: int = 1) -> NumberBox:
    field = NumberBox()
    field.setRange(0, maximum)
    field.setSingleStep(step)
    field.setFixedWidth(64 if maximum < 1000 else 96)
    field.setAccessibleName(name)
    field.setToolTip(name)
    return field
