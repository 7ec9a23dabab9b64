"""Draws a layer in a list: colour mark, name, and its summary as far as there is room. Palette and search look alike."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens

LAYER = Qt.ItemDataRole.UserRole
SUMMARY = Qt.ItemDataRole.UserRole + 1
COLOR = Qt.ItemDataRole.UserRole + 2
COMMAND = Qt.ItemDataRole.UserRole + 3

_Index = QModelIndex | QPersistentModelIndex
_MARK = 4
_LEAST_SUMMARY = 60


class LayerRows(QStyledItemDelegate):
    """Paints rows with a layer or a command; rows without either are captions."""

    def __init__(self, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._plus = icon("plus", tokens, tokens.accent)
        self._open = icon("chevron-down", tokens, tokens.secondary)
        self._closed = icon("chevron-right", tokens, tokens.secondary)
        self._name_font = body_font()
        self._small_font = body_font()
        self._small_font.setPixelSize(t.SECONDARY)
        self._caption_font = body_font()
        self._caption_font.setPixelSize(t.CAPTION)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002 - Qt's signature
        return QSize(80, 26)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = QRectF(option.rect)
        if index.data(LAYER):
            self._paint_layer(painter, option, index, row)
        elif index.data(COMMAND):
            self._paint_command(painter, option, index, row)
        else:
            self._paint_caption(painter, option, index, row)
        painter.restore()

    def _paint_layer(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index, row: QRectF) -> None:
        self._paint_state(painter, option, row)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(index.data(COLOR))
        painter.drawRoundedRect(QRectF(row.left() + 8, row.center().y() - 7, _MARK, 14), 2, 2)
        self.paint_texts(painter, option, index, row.adjusted(20, 0, -8, 0))

    def paint_texts(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index, box: QRectF) -> None:  # noqa: ARG002 - for heirs
        """Paint a layer's name and summary into the rest of its row."""
        used = self._text(painter, box, index.data(), self._name_font, self._tokens.text)
        self.paint_summary(painter, index, box.adjusted(used + t.GAP, 0, 0, 0))

    def paint_summary(self, painter: QPainter, index: _Index, box: QRectF) -> None:
        """Paint a layer's summary where there is room for it."""
        if box.width() > _LEAST_SUMMARY:
            self._text(painter, box, index.data(SUMMARY), self._small_font, self._tokens.secondary)

    def _paint_command(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index, row: QRectF) -> None:
        self._paint_state(painter, option, row)
        self._plus.paint(painter, QRect(round(row.left()) + 4, round(row.center().y()) - 6, 12, 12))
        self._text(painter, row.adjusted(20, 0, -8, 0), index.data(), self._small_font, self._tokens.accent)

    def _paint_state(self, painter: QPainter, option: QStyleOptionViewItem, row: QRectF) -> None:
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_current or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QColor(self._tokens.accent) if is_current else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._tokens.hover))
            painter.drawRoundedRect(row.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_caption(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index, row: QRectF) -> None:
        left = 8
        if index.model().hasChildren(index):
            chevron = self._open if option.state & QStyle.StateFlag.State_Open else self._closed
            chevron.paint(painter, QRect(round(row.left()) + 6, round(row.center().y()) - 5, 12, 12))
            left = 20
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QColor(self._tokens.accent))
            painter.drawRoundedRect(row.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        self._text(painter, row.adjusted(left, 2, -8, 0), index.data(), self._caption_font, self._tokens.secondary)

    def _text(self, painter: QPainter, box: QRectF, text: str, font: QFont, color: str) -> float:
        """Write a line, elided; returns the width used."""
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.setFont(font)
        painter.setPen(QColor(color))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        return metrics.horizontalAdvance(shown)
