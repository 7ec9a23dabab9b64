"""The links of an optimizer's chain as a list: dragged or moved by keys, ticked off, removed, added from a searched list."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.project.optim_links import LINKS, is_link, link_option
from flaxstudio.project.optim_optimizers import OPTIMIZERS
from flaxstudio.project.optimizer import Link

_LEAST_HEIGHT = 16
_MOST_ROWS = 7


class LinkList(QWidget):
    """Shows the links and says what the user asks for; it changes nothing itself."""

    selected = Signal(int)
    moved = Signal(int, int)
    removed = Signal(int)
    toggled = Signal(int, bool)
    added = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = _List(self)
        self.list.setAccessibleName(self.tr("Links of the optimizer's chain"))
        self.list.setToolTip(self.tr("Drag to reorder, or Alt+Up and Alt+Down. Space switches off, Delete removes."))
        self.add = _search_box(self.tr("Add a link…"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.list)
        layout.addWidget(self.add)
        self.list.currentRowChanged.connect(self.selected)
        self.list.itemChanged.connect(self._tell_tick)
        self.list.row_dropped.connect(self.moved)
        self.list.key_pressed.connect(self._on_key)
        self.add.activated.connect(self._tell_added)

    def display(self, links: tuple[Link, ...], current: int) -> None:
        """Show the links, one of them selected."""
        self.list.blockSignals(True)
        self.list.clear()
        for link in links:
            item = QListWidgetItem(_words(link))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if link.is_on else Qt.CheckState.Unchecked)
            item.setToolTip(link_option(link.name).help if is_link(link.name) else "")
            self.list.addItem(item)
        self.list.setCurrentRow(current)
        height = max(self.list.sizeHintForRow(0), _LEAST_HEIGHT)
        self.list.setFixedHeight(height * min(max(len(links), 2), _MOST_ROWS) + t.GAP)
        self.list.blockSignals(False)

    def _tell_tick(self, item: QListWidgetItem) -> None:
        self.toggled.emit(self.list.row(item), item.checkState() == Qt.CheckState.Checked)

    def _tell_added(self, index: int) -> None:
        name = self.add.itemData(index)
        self.add.setCurrentIndex(-1)
        self.add.clearEditText()
        if name:
            self.added.emit(name)

    def _on_key(self, key: int, with_alt: bool) -> None:
        row, last = self.list.currentRow(), self.list.count() - 1
        if row < 0:
            return
        if key == Qt.Key.Key_Delete:
            self.removed.emit(row)
        elif with_alt and key == Qt.Key.Key_Up and row > 0:
            self.moved.emit(row, row - 1)
        elif with_alt and key == Qt.Key.Key_Down and row < last:
            self.moved.emit(row, row + 1)


class _List(QListWidget):
    """A list whose rows can be dragged; where one falls is told, and the list itself stays as it is."""

    row_dropped = Signal(int, int)
    key_pressed = Signal(int, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)

    def dropEvent(self, event: QDropEvent) -> None:
        source, place = self.currentRow(), self.indexAt(event.position().toPoint())
        to = place.row() if place.isValid() else self.count()
        if self.dropIndicatorPosition() == QAbstractItemView.DropIndicatorPosition.BelowItem:
            to += 1
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        to -= to > source
        if source >= 0 and to != source:
            self.row_dropped.emit(source, to)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()  # else a command of the window would take it
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_own(event):
            self.key_pressed.emit(event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        else:
            super().keyPressEvent(event)


def _is_own(event: QKeyEvent) -> bool:
    with_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
    return event.key() == Qt.Key.Key_Delete or (with_alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down))


def _search_box(placeholder: str) -> QComboBox:
    """Return a box in which any link is found by a part of its name."""
    box = ChoiceBox()
    box.setEditable(True)
    box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # long names must not widen the form
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    for option in LINKS:
        box.addItem(option.name, option.name)
    for option in OPTIMIZERS:
        box.addItem(option.name, option.name)
    for index in range(box.count()):
        box.setItemData(index, link_option(box.itemData(index)).help, Qt.ItemDataRole.ToolTipRole)
    completer = QCompleter(box.model(), box)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    box.setCompleter(completer)
    box.setCurrentIndex(-1)
    line = box.lineEdit()
    assert line is not None
    line.setPlaceholderText(placeholder)
    box.setAccessibleName(placeholder)
    return box


def _words(link: Link) -> str:
    given = [f"{name} {value}" for name, value in link.arguments.items()]
    given += [f"{name} ↝" for name in link.schedules]
    return f"{link.name}   {', '.join(given)}" if given else link.name
