"""A small plot over the steps of a run: its title, its axes and the step that is pointed at. What is in it a picture draws."""

from typing import Protocol

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleValueChangeEvent, QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.tokens import Tokens

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 6, 22, 18
_LEAST_LINE = 14
_AHEAD = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -(10**9), Qt.Key.Key_End: 10**9}


class Picture(Protocol):
    """What a plot shows, a value or more for each column."""

    def marks(self) -> tuple[tuple[float, str], ...]:
        """Return the numbers of the value axis with their places: 0 at the bottom, 1 at the top."""

    def paint(self, painter: QPainter, room: QRectF, steps: npt.NDArray[np.int64], tokens: Tokens) -> None:
        """Draw into this room."""

    def reading(self, column: int) -> str:
        """Return the values of a column in words."""


class StepPlot(QWidget):
    """Shows one picture; the mouse, or the arrow keys, point at a step."""

    pointed = Signal(int)  # the column, or -1

    def __init__(self, title: str, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._tokens = title, tokens
        self._picture: Picture | None = None
        self._steps: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._column = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.setMinimumSize(120, 84)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def picture(self) -> Picture | None:
        """What is shown."""
        return self._picture

    def display(self, picture: Picture, steps: npt.NDArray[np.int64]) -> None:
        """Show a picture of these steps."""
        self._picture, self._steps = picture, steps
        self._column = min(self._column, len(steps) - 1)
        self.update()

    def point(self, column: int) -> None:
        """Point at a column, or at none."""
        column = min(column, len(self._steps) - 1)
        if column != self._column:
            self._column = column
            self.setAccessibleDescription(self.reading())
            self.update()

    def reading(self) -> str:
        """Return the values at the step that is pointed at, else the newest, in words."""
        if self._picture is None or not len(self._steps):
            return ""
        step = self.tr("step {0}").format(f"{int(self._steps[self._shown]):,}")
        return f"{step}: {self._picture.reading(self._shown)}"

    @property
    def _shown(self) -> int:
        return self._column if self._column >= 0 else len(self._steps) - 1

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 116)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(_font(self.font()))
        room = self._room()
        self._paint_texts(painter, room)
        if self._picture is None or not len(self._steps):
            return
        self._picture.paint(painter, room, self._steps, self._tokens)
        if self._column >= 0:
            painter.fillRect(QRectF(room.left() + self._place(self._column) * room.width() - 0.5, room.top(), 1, room.height()),
                             QColor(self._tokens.text))  # fmt: skip
        if self.hasFocus():
            painter.setPen(QColor(self._tokens.accent))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_texts(self, painter: QPainter, room: QRectF) -> None:
        """Write the title with what is pointed at, and the numbers of the axes."""
        metrics = painter.fontMetrics()
        line = QRectF(4, 2, self.width() - 8, _TOP - 4)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(self._tokens.text))
        painter.drawText(line, middle, self._title)
        if self._picture is None or not len(self._steps):
            return
        left = metrics.horizontalAdvance(self._title) + 10
        painter.setPen(QColor(self._tokens.secondary))
        values = self._picture.reading(self._shown)
        values = metrics.elidedText(values, Qt.TextElideMode.ElideLeft, int(line.width() - left))
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, values)
        written: list[float] = []
        for place, text in self._picture.marks():
            y = min(max(room.bottom() - place * room.height(), room.top() + 4), room.bottom() - 4)
            if all(abs(y - other) >= _LEAST_LINE for other in written):
                written.append(y)
                painter.drawText(QRectF(0, y - 8, _LEFT - 5, 16), middle | Qt.AlignmentFlag.AlignRight, text)
        self._paint_steps(painter, QRectF(room.left(), room.bottom() + 1, room.width(), _BOTTOM - 2))

    def _paint_steps(self, painter: QPainter, room: QRectF) -> None:
        """Write the first and the last step, and the one that is pointed at in their place where it comes too near."""
        texts = [f"{int(self._steps[index]):,}" for index in (0, -1)]
        widths = [painter.fontMetrics().horizontalAdvance(text) + 6 for text in texts]
        lefts = [room.left(), room.right() - widths[1]]
        shown = [0, 1] if len(self._steps) > 1 else [0]
        if self._column >= 0:
            text = f"{int(self._steps[self._column]):,}"
            width = painter.fontMetrics().horizontalAdvance(text) + 6
            middle = room.left() + self._place(self._column) * room.width() - width / 2
            left = min(max(middle, room.left()), room.right() - width)
            shown = [n for n in shown if left + width < lefts[n] or lefts[n] + widths[n] < left]
            painter.setPen(QColor(self._tokens.text))
            painter.drawText(QRectF(left, room.top(), width, room.height()), Qt.AlignmentFlag.AlignCenter, text)
            painter.setPen(QColor(self._tokens.secondary))
        for number in shown:
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(lefts[number], room.top(), widths[number], room.height()), side, texts[number])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self._column_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.pointed.emit(self._column_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self.pointed.emit(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = _AHEAD.get(Qt.Key(event.key()))
        if by is None or not len(self._steps):
            super().keyPressEvent(event)
            return
        last = len(self._steps) - 1
        here = self._column if self._column >= 0 else last
        self.pointed.emit(max(0, min(last, here + by)))
        QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, self.reading()))

    def _room(self) -> QRectF:
        return QRectF(_LEFT, _TOP, max(self.width() - _LEFT - _RIGHT, 1), max(self.height() - _TOP - _BOTTOM, 1))

    def _place(self, column: int) -> float:
        """Return where a column's step lies, from 0 to 1."""
        first, last = int(self._steps[0]), int(self._steps[-1])
        return (int(self._steps[column]) - first) / (last - first) if last > first else 0.5

    def _column_at(self, point: QPointF) -> int:
        if not len(self._steps) or not self._room().adjusted(-2, -_TOP, 2, _BOTTOM).contains(point):
            return -1
        share = (point.x() - self._room().left()) / self._room().width()
        step = self._steps[0] + share * (self._steps[-1] - self._steps[0])
        return int(np.argmin(np.abs(self._steps - step)))


def _font(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(t.CAPTION)
    return small
