"""The popup that does anything by its name: a field, and below it what fits, with its key and where it is in the menus."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui import tokens as t
from flaxstudio.gui.fuzzy import fit
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens

_SIZE = (560, 420)
_BELOW_TOP = 3 * t.CONTROL_HEIGHT
_MOST_ROWS = 80
_RECENT_BONUS = 15
_ENTRY = Qt.ItemDataRole.UserRole
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Tab: 1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be done. `name` tells it apart, `place` is where it is, `reason` why it cannot be done now."""

    name: str
    text: str
    place: str = ""
    keys: str = ""
    reason: str = ""
    is_rare: bool = False
    """Whether it is listed only once something was typed: layers and nodes are too many to read."""


class CommandPalette(QFrame):
    """Emits the name of the entry that was chosen with Enter or a click; Esc or a click elsewhere closes it."""

    chosen = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._window = parent
        self._entries: Sequence[Entry] = ()
        self._recent: tuple[str, ...] = ()
        self._model = QStandardItemModel(self)
        self.field, self.list = QLineEdit(self), QListView(self)
        self._nothing = QLabel(self.tr("Nothing is called so. Try another word."), self)
        self._build()
        self.set_tokens(tokens)

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self.setStyleSheet(f"CommandPalette {{ background: {tokens.panel}; border: 1px solid {tokens.line}; }}")
        self.list.setItemDelegate(_Rows(tokens, self.list))

    def open(self, entries: Sequence[Entry], recent: tuple[str, ...]) -> None:
        """Open over the upper middle of the window; `recent` names what was done last, newest first."""
        self._entries, self._recent = entries, recent
        self.field.clear()
        self._fill("")
        corner, room = self._window.mapToGlobal(self._window.rect().topLeft()), self._window.width() - self.width()
        self.move(corner.x() + room // 2, corner.y() + _BELOW_TOP)
        self.show()
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys move in the list while the letters go to the field."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = _STEPS.get(Qt.Key(event.key()))
            if step is not None:
                self._step(step)
                return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.GAP, t.GAP, t.GAP, t.GAP)
        layout.setSpacing(t.GAP)
        for widget in (self.field, self.list, self._nothing):
            layout.addWidget(widget)
        self.setFixedSize(*_SIZE)
        self.field.setPlaceholderText(self.tr("Find a command, a layer, a node…"))
        self.field.setAccessibleName(self.tr("Find a command, a layer or a node"))
        self.field.setMinimumHeight(t.CONTROL_HEIGHT)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._choose)
        self.list.setModel(self._model)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(self.tr("What can be done"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setMouseTracking(True)
        self.list.entered.connect(self.list.setCurrentIndex)
        self.list.clicked.connect(self._choose)
        self._nothing.setProperty("role", "secondary")

    def _fill(self, query: str) -> None:
        self._model.clear()
        for entry in self._found(query)[:_MOST_ROWS]:
            self._model.appendRow(_item(entry))
        has_rows = self._model.rowCount() > 0
        self.list.setVisible(has_rows)
        self._nothing.setVisible(not has_rows)
        self.list.setCurrentIndex(self._model.index(0, 0))
        self.list.scrollToTop()

    def _found(self, query: str) -> list[Entry]:
        """Return what fits, the best first; for nothing typed what was done last, then all that can be done."""
        newest = {name: -i for i, name in enumerate(self._recent)}
        if not query.strip():
            common = [entry for entry in self._entries if not entry.is_rare or entry.name in newest]
            return sorted(common, key=lambda e: (e.name not in newest, -newest.get(e.name, 0), bool(e.reason)))
        scored = [(fit(query, entry.text, entry.place), entry) for entry in self._entries]
        found = [(points + _RECENT_BONUS * (entry.name in newest), entry) for points, entry in scored if points]
        return [e for _, e in sorted(found, key=lambda pair: (bool(pair[1].reason), -pair[0], len(pair[1].text)))]

    def _step(self, by: int) -> None:
        row = self.list.currentIndex().row() + by
        self.list.setCurrentIndex(self._model.index(max(0, min(row, self._model.rowCount() - 1)), 0))

    def _choose(self) -> None:
        entry = self.list.currentIndex().data(_ENTRY)
        if isinstance(entry, Entry) and not entry.reason:
            self.close()
            self.chosen.emit(entry.name)


class _Rows(QStyledItemDelegate):
    """Paints an entry: its text, and at the right its key and place, or why it cannot be done."""

    def __init__(self, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._font, self._small = body_font(), body_font()
        self._small.setPixelSize(t.SECONDARY)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        return QSize(80, t.CONTROL_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        entry, tokens, row = index.data(_ENTRY), self._tokens, QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QColor(tokens.accent))
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(row.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        room = row.adjusted(t.GAP, 0, -t.GAP, 0)
        if entry.keys and not entry.reason:
            used = self._write(painter, room, entry.keys, self._small, tokens.text, Qt.AlignmentFlag.AlignRight)
            room.setRight(room.right() - used - t.SECTION_GAP)
        color = tokens.secondary if entry.reason else tokens.text
        used = self._write(painter, room, entry.text, self._font, color, Qt.AlignmentFlag.AlignLeft)
        room.setLeft(room.left() + used + t.SECTION_GAP)
        if room.width() > t.CONTROL_HEIGHT:
            beside = entry.reason or entry.place
            self._write(painter, room, beside, self._small, tokens.secondary, Qt.AlignmentFlag.AlignRight)
        painter.restore()

    def _write(self, painter: QPainter, box: QRectF, text: str, font: QFont, color: str, side: Qt.AlignmentFlag) -> float:
        """Write a line, elided; returns the width used."""
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.setFont(font)
        painter.setPen(QColor(color))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | side, shown)
        return metrics.horizontalAdvance(shown)


def _item(entry: Entry) -> QStandardItem:
    item = QStandardItem(entry.text)
    item.setData(entry, _ENTRY)
    parts = (entry.text, entry.keys, entry.reason or entry.place)
    item.setData(", ".join(part for part in parts if part), Qt.ItemDataRole.AccessibleTextRole)
    return item
