"""The dotted grid: dots keep a calm distance on the screen, finer ones fade in as the view comes nearer."""

import math

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QTransform

from flaxstudio.gui import tokens as t
from flaxstudio.gui.tokens import Tokens

_LEAST_SPACING = 15.0
_FINE, _COARSE = 1.8, 2.4
_ROW = 4
"""Height of a row of dots in px."""


def paint_grid(painter: QPainter, rect: QRectF, scale: float, tokens: Tokens) -> None:
    """Fill a box of the scene with the canvas's colour and dots.

    Every dot lies on whole px of the screen, so a row is drawn once and copied to where the others are.
    """
    painter.fillRect(rect, QColor(tokens.canvas))
    level = max(0, math.ceil(math.log2(_LEAST_SPACING / (t.GRID_STEP * scale))))
    spacing = t.GRID_STEP * 2**level * scale
    nearness = min(1.0, (spacing - _LEAST_SPACING) / _LEAST_SPACING)
    way, ratio = painter.worldTransform(), painter.device().devicePixelRatioF()
    box = QRectF(way.mapRect(rect).toAlignedRect())
    columns = _places(box.left(), box.right(), way.dx(), spacing, ratio)
    rows = _places(box.top(), box.bottom(), way.dy(), spacing, ratio)
    fine, color = _blank_row(box.width(), ratio), QColor(tokens.dots)
    if nearness > 0:
        color.setAlphaF(nearness)
        _draw_dots(fine, [x - box.left() for _, x in columns], _FINE, color)
    both = fine.copy()
    _draw_dots(both, [x - box.left() for number, x in columns if number % 2 == 0], _COARSE, QColor(tokens.dots))
    painter.save()
    painter.setWorldTransform(QTransform())
    for number, y in rows:
        painter.drawPixmap(QPointF(box.left(), y - _ROW / 2), fine if number % 2 else both)
    painter.restore()


def _places(start: float, end: float, origin: float, spacing: float, ratio: float) -> list[tuple[int, float]]:
    """Return the numbers of the lines between two places of the screen, and where they are to the nearest px."""
    first, last = math.floor((start - origin) / spacing), math.ceil((end - origin) / spacing)
    return [(number, origin + round(number * spacing * ratio) / ratio) for number in range(first, last + 1)]


def _blank_row(width: float, ratio: float) -> QPixmap:
    row = QPixmap((QSizeF(width, _ROW) * ratio).toSize())
    row.setDevicePixelRatio(ratio)
    row.fill(Qt.GlobalColor.transparent)
    return row


def _draw_dots(row: QPixmap, places: list[float], size: float, color: QColor) -> None:
    painter = QPainter(row)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPoints([QPointF(place, _ROW / 2) for place in places])
    painter.end()
