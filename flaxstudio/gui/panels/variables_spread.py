"""Paints how an array's values are spread, small, in its line of the tree."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from flaxstudio.gui.panels.variables_tree import STATISTICS_ROLE
from flaxstudio.gui.tokens import Tokens

_MARGIN = 4


class SpreadDelegate(QStyledItemDelegate):
    """Draws the histogram that stands in an index's statistics."""

    def __init__(self, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().paint(painter, option, index)
        found = index.data(STATISTICS_ROLE)
        if found is None or not len(found.heights):
            return
        room = QRectF(option.rect).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        if len(found.heights) == 1:  # one value everywhere
            room = QRectF(room.center().x() - 1, room.top(), 2, room.height())
        share, highest = room.width() / len(found.heights), float(found.heights.max())
        color = QColor(self._tokens.accent)
        for number, height in enumerate(found.heights):
            if height:
                size = max(1.0, room.height() * float(height) / highest)
                painter.fillRect(QRectF(room.left() + number * share, room.bottom() - size, max(share, 1.0), size), color)
