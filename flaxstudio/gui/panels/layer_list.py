"""The layers of a run as a list: name, what is said of each, and a small strip of how its values lay over the steps."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import drawn
from flaxstudio.gui.panels.layer_words import Word, dead_word, move_word
from flaxstudio.gui.plots.density import column_of_pixels, levels, value_range
from flaxstudio.gui.plots.layer_history import KINDS, LayerHistory, LayerSeries, Strip
from flaxstudio.gui.plots.layer_pictures import heat_image
from flaxstudio.gui.tokens import Tokens

Index = QModelIndex | QPersistentModelIndex
WORDS_ROLE = Qt.ItemDataRole.UserRole
STRIP_ROLE = Qt.ItemDataRole.UserRole + 1
_HEIGHT, _STRIP_WIDTH, _STRIP_HEIGHT, _SIGN = 44, 64, 28, 14


def words_of(history: LayerHistory, series: LayerSeries) -> tuple[Word, ...]:
    """Return what is said of a layer by the newest that was seen of it."""
    said = (move_word(history.last(series.ratio)), dead_word(history.last(series.dead), series.units))
    return tuple(word for word in said if word is not None)


@dataclass(frozen=True, slots=True)
class _Said:
    words: tuple[Word, ...]

    @property
    def line(self) -> str:
        return " · ".join(word.short for word in self.words)

    @property
    def is_warning(self) -> bool:
        return any(word.is_warning for word in self.words)


class LayerListModel(QAbstractListModel):
    """The layers of a history, in its order. Words and strips are made when a row is painted, once for each observation."""

    def __init__(self, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = LayerHistory()
        self._tokens = tokens
        self._names: list[str] = []
        self._said: dict[str, _Said] = {}
        self._strips: dict[str, QImage | None] = {}

    def display(self, history: LayerHistory) -> None:
        """Show what is in a history now."""
        self._history = history
        if list(history.layers) != self._names:
            self.beginResetModel()
            self._names = list(history.layers)
            self.endResetModel()
        self._said.clear()
        self._strips.clear()
        if self._names:
            self.dataChanged.emit(self.index(0), self.index(len(self._names) - 1))

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._strips.clear()

    def name_at(self, index: Index) -> str:
        """Return the layer of a row, or ""."""
        return self._names[index.row()] if index.isValid() and index.row() < len(self._names) else ""

    def index_of(self, name: str) -> QModelIndex:
        """Return the row of a layer, or an invalid one."""
        return self.index(self._names.index(name)) if name in self._names else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        name = self.name_at(index)
        if not name:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        said = self._words(name)
        if role == WORDS_ROLE:
            return said
        if role == STRIP_ROLE:
            return self._strip(name)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(word.sentence for word in said.words) or name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ": ".join(filter(None, (name, " ".join(word.sentence for word in said.words))))
        return None

    def _words(self, name: str) -> _Said:
        if name not in self._said:
            self._said[name] = _Said(words_of(self._history, self._history.layers[name]))
        return self._said[name]

    def _strip(self, name: str) -> QImage | None:
        if name not in self._strips:
            strips = self._history.layers[name].strips
            kind = next((kind for kind in KINDS if kind in strips), None)
            self._strips[name] = self._drawn(strips[kind].first(self._history.count)) if kind else None
        return self._strips[name]

    def _drawn(self, strip: Strip) -> QImage:
        shown = levels(strip, *value_range(strip), _STRIP_HEIGHT)
        return heat_image(shown[:, column_of_pixels(self._history.steps, _STRIP_WIDTH)], self._tokens)


class LayerDelegate(QStyledItemDelegate):
    """Paints a row: the name over what is said of the layer, a sign where it is worth a look, and the strip at the right."""

    def __init__(self, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        name, option.text = option.text, ""
        style = option.widget.style() if option.widget else None
        if style is not None:
            style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        room = QRect(option.rect).adjusted(t.GAP, 4, -t.GAP, -4)
        picture = index.data(STRIP_ROLE)
        if picture is not None:
            painter.drawImage(QRectF(room.right() - _STRIP_WIDTH, room.center().y() - _STRIP_HEIGHT / 2 + 1, _STRIP_WIDTH,
                                     _STRIP_HEIGHT), picture)  # fmt: skip
        room.setRight(room.right() - _STRIP_WIDTH - t.GAP)
        self._write(painter, option.font, room, name, index.data(WORDS_ROLE))

    def _write(self, painter: QPainter, base: QFont, room: QRect, name: str, said: _Said) -> None:
        painter.save()
        half = room.height() // 2
        painter.setPen(QColor(self._tokens.text))
        self._line(painter, QRect(room.left(), room.top(), room.width(), half), name, Qt.TextElideMode.ElideMiddle)
        left = room.left()
        if said.is_warning:
            size = math.ceil(_SIGN * painter.device().devicePixelRatioF())
            sign = QRectF(left, room.top() + half + (half - _SIGN) / 2, _SIGN, _SIGN)
            painter.drawImage(sign, drawn("triangle-alert", self._tokens.warning, size, size))
            left += _SIGN + 4
        small = QFont(base)
        small.setPixelSize(t.CAPTION)
        painter.setFont(small)
        painter.setPen(QColor(self._tokens.warning if said.is_warning else self._tokens.secondary))
        self._line(painter, QRect(left, room.top() + half, room.right() - left, half), said.line)
        painter.restore()

    def _line(self, painter: QPainter, room: QRect, text: str, elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        whole = painter.fontMetrics().elidedText(text, elide, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, whole)
