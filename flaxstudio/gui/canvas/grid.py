"""The dotted grid: dots keep a calm distance on the screen, finer ones fade in as the view comes nearer."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from flaxstudio.gui import tokens as t
from flaxstudio.gui.tokens import Tokens

_LEAST_SPACING = 15.0


def paint_grid(painter: QPainter, rect: QRectF, scale: float, tokens: Tokens) -> None:
    """Fill a box of the scene with the canvas's colour and dots."""
    painter.fillRect(rect, QColor(tokens.canvas))
    level = max(0, math.ceil(math.log2(_LEAST_SPACING / (t.GRID_STEP * scale))))
    step = t.GRID_STEP * 2**level
    nearness = min(1.0, (step * scale - _LEAST_SPACING) / _LEAST_SPACING)
    if nearness > 0:
        _paint_dots(painter, rect, step, QColor(tokens.dots), 1.8 / scale, nearness)
    _paint_dots(painter, rect, 2 * step, QColor(tokens.dots), 2.4 / scale, 1.0)


def _paint_dots(painter: QPainter, rect: QRectF, step: float, color: QColor, size: float, alpha: float) -> None:
    color.setAlphaF(alpha)
    painter.setPen(QPen(color, size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    left, top = math.floor(rect.left() / step) * step, math.floor(rect.top() / step) * step
    row = [QPointF(left + i * step, top) for i in range(math.ceil((rect.right() - left) / step) + 1)]
    count = math.ceil((rect.bottom() - top) / step) + 1
    painter.save()
    for _ in range(count):
        painter.drawPoints(row)
        painter.translate(0, step)
    painter.restore()
