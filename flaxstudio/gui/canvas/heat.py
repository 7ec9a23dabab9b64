"""What a node costs, laid over the canvas: a tint, a bar of its share, and the figure itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from flaxstudio.gui import tokens as t
from flaxstudio.gui.tokens import Tokens

STEPS = (0.5, 0.2, 0.05, 0.01)
"""Shares of the total from which on a node has the next lower level."""

_PILL = 16
_BAR = 3


@dataclass(frozen=True, slots=True)
class Heat:
    """A node's cost: `level` 0 (nothing) to 5 (half of all or more), its share of the total, and the figure in words."""

    level: int
    share: float
    text: str


@dataclass(frozen=True, slots=True)
class CostOverlay:
    """What the canvas shows of costs: their kind in words, and the heat of each node that has one."""

    title: str
    heat: Mapping[str, Heat] = field(default_factory=dict)


def level_of(share: float) -> int:
    """Return the level of a share of the total."""
    if share <= 0:
        return 0
    return next((len(STEPS) + 1 - n for n, step in enumerate(STEPS) if share >= step), 1)


def tinted(heat: Heat, tokens: Tokens) -> QColor:
    """Return the colour of a node's box: the panel's with some of the heat's."""
    panel, hot = QColor(tokens.panel), QColor(tokens.heat[heat.level])
    part = tokens.heat_tint if heat.level else 0.0
    pairs = ((panel.red(), hot.red()), (panel.green(), hot.green()), (panel.blue(), hot.blue()))
    return QColor(*(round(a + (b - a) * part) for a, b in pairs))


def paint_heat(painter: QPainter, heat: Heat, box: QRectF, font: QFont, tokens: Tokens) -> None:
    """Paint the share as a bar along the lower edge, and the figure in a pill on it."""
    if heat.level:
        length = max(2.0, (box.width() - 2 * t.RADIUS) * min(heat.share, 1.0))
        painter.fillRect(QRectF(box.left() + t.RADIUS, box.bottom() - _BAR, length, _BAR), QColor(tokens.heat[heat.level]))
    width = min(QFontMetricsF(font).horizontalAdvance(heat.text) + 2 * t.GAP, box.width())
    pill = QRectF(box.left() + t.PADDING, box.bottom() - _PILL / 2 + 1, width, _PILL)
    painter.setPen(QPen(QColor(tokens.heat[heat.level] if heat.level else tokens.line), 1))
    painter.setBrush(QColor(tokens.panel))
    painter.drawRoundedRect(pill, _PILL / 2, _PILL / 2)
    painter.setPen(QColor(tokens.text))
    painter.setFont(font)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, heat.text)
