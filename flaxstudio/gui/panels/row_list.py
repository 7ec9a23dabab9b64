"""A list whose rows are dragged or moved by keys, ticked off and removed. It tells what is asked for and changes nothing."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QDragLeaveEvent, QDragMoveEvent, QDropEvent, QIcon, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from flaxstudio.gui import tokens as t

_ICON, _LINE = 16, 2
_LEAST_HEIGHT = 16
_MOST_ROWS = 7


@dataclass(frozen=True, slots=True)
class Row:
    """What a row shows; `is_on` is None where it has no tick."""

    text: str
    tip: str = ""
    is_on: bool | None = None
    icon: QIcon | None = None


class RowList(QListWidget):
    """Shows rows in an order that matters; a line shows where a dragged one will land."""

    selected = Signal(int)
    moved = Signal(int, int)
    removed = Signal(int)
    toggled = Signal(int, bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDropIndicatorShown(False)  # its own line is a hair
        self.shown_landing: int | None = None
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(_ICON, _ICON))
        self.currentRowChanged.connect(self.selected)
        self.itemChanged.connect(self._tell_tick)

    def display(self, rows: tuple[Row, ...], current: int) -> None:
        """Show the rows, one of them selected."""
        self.blockSignals(True)
        self.clear()
        for row in rows:
            item = QListWidgetItem(row.text)
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)  # a row lands between others, on none
            if row.is_on is not None:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if row.is_on else Qt.CheckState.Unchecked)
            if row.icon is not None:
                item.setIcon(row.icon)
            item.setToolTip(row.tip)
            self.addItem(item)
        self.setCurrentRow(current)
        height = max(self.sizeHintForRow(0), _LEAST_HEIGHT)
        self.setFixedHeight(height * min(max(len(rows), 2), _MOST_ROWS) + t.GAP)
        self.blockSignals(False)

    def landing(self, at: QPoint) -> int:
        """Return before which row something dropped at a point comes."""
        middles = (self.visualItemRect(self.item(row)).center().y() for row in range(self.count()))
        return sum(middle < at.y() for middle in middles)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        event.acceptProposedAction()  # below the last row too
        self._show_landing(self.landing(event.position().toPoint()))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._show_landing(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.shown_landing is not None:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self.palette().highlight(), _LINE))
            y = max(_LINE / 2, self._top_of(self.shown_landing))
            painter.drawLine(QPointF(0, y), QPointF(self.viewport().width(), y))

    def _show_landing(self, landing: int | None) -> None:
        if landing != self.shown_landing:
            self.shown_landing = landing
            self.viewport().update()

    def _top_of(self, row: int) -> float:
        if row < self.count():
            return self.visualItemRect(self.item(row)).top()
        return self.visualItemRect(self.item(self.count() - 1)).bottom() + 1 if self.count() else 0

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_landing(None)
        source, to = self.currentRow(), self.landing(event.position().toPoint())
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        to -= to > source
        if source >= 0 and to != source:
            self.moved.emit(source, to)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()  # else a command of the window would take it
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, last = self.currentRow(), self.count() - 1
        if not _is_own(event):
            super().keyPressEvent(event)
        elif row < 0:
            return
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit(row)
        elif event.key() == Qt.Key.Key_Up and row > 0:
            self.moved.emit(row, row - 1)
        elif event.key() == Qt.Key.Key_Down and row < last:
            self.moved.emit(row, row + 1)

    def _tell_tick(self, item: QListWidgetItem) -> None:
        self.toggled.emit(self.row(item), item.checkState() == Qt.CheckState.Checked)


def _is_own(event: QKeyEvent) -> bool:
    with_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
    return event.key() == Qt.Key.Key_Delete or (with_alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down))
