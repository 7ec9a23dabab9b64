"""Draws the ticks and radio marks of the columns' table in the middle of their cells; the whole cell answers the mouse."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from flaxstudio.gui.panels.data_columns import IS_RADIO
from flaxstudio.gui.tokens import Tokens

_SIZE = 14.0
Index = QModelIndex | QPersistentModelIndex


class MarkDelegate(QStyledItemDelegate):
    """One mark a cell: a tick box, or a radio mark where only one row can have it."""

    def __init__(self, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self._paint_back(painter, option)
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        if state is None:
            return
        box = QRectF(0, 0, _SIZE, _SIZE)
        box.moveCenter(QRectF(option.rect).center())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_on = Qt.CheckState(state) == Qt.CheckState.Checked
        if index.data(IS_RADIO):
            self._paint_radio(painter, box, is_on)
        else:
            self._paint_tick(painter, box, is_on)
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, _: QStyleOptionViewItem, index: Index) -> bool:
        if not index.flags() & Qt.ItemFlag.ItemIsUserCheckable or not _is_click_or_space(event):
            return False
        is_on = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked
        model.setData(index, Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
        return True

    def _paint_back(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(self._tokens.hover))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(self._tokens.accent))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))

    def _paint_tick(self, painter: QPainter, box: QRectF, is_on: bool) -> None:
        painter.setPen(QPen(QColor(self._tokens.accent if is_on else self._tokens.secondary), 1))
        painter.setBrush(QColor(self._tokens.accent if is_on else self._tokens.panel))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if is_on:
            painter.setPen(QPen(QColor(self._tokens.on_accent), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPolyline([box.topLeft() + QPointF(x, y) for x, y in ((3.4, 7.4), (6.0, 10.0), (10.8, 4.6))])

    def _paint_radio(self, painter: QPainter, box: QRectF, is_on: bool) -> None:
        painter.setPen(QPen(QColor(self._tokens.accent if is_on else self._tokens.secondary), 1))
        painter.setBrush(QColor(self._tokens.accent if is_on else self._tokens.panel))
        painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
        if is_on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._tokens.on_accent))
            painter.drawEllipse(box.center(), 2.5, 2.5)


def _is_click_or_space(event: QEvent) -> bool:
    if isinstance(event, QMouseEvent):
        return event.type() == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton
    return isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Space
