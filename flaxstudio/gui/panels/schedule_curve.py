"""A schedule's curve over the steps of the run."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.optim_curves import curve_of
from flaxstudio.project.optimizer import Schedule

_HEIGHT = 84
_POINTS = 240


class ScheduleCurve(QWidget):
    """Draws what a number is at each step; nothing where it cannot be told."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._values: tuple[float, ...] = ()
        self._steps = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def display(self, schedule: Schedule | None, number: float, steps: int) -> None:
        """Show a schedule of a number over a run; `schedule` must be a sound one."""
        values = () if schedule is None else _values(schedule, number, steps)
        if (values, steps) != (self._values, self._steps):
            self._values, self._steps = values, steps
            self.setAccessibleName(self.tr("From {0} to {1}").format(_text(values[0]), _text(values[-1])) if values else "")
            self.update()
        self.setVisible(bool(values))

    @property
    def values(self) -> tuple[float, ...]:
        """What is drawn."""
        return self._values

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def paintEvent(self, _: QPaintEvent) -> None:
        if not self._values:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = painter.font()
        small.setPixelSize(10)
        painter.setFont(small)
        line = painter.fontMetrics().height()
        area = QRectF(self.rect()).adjusted(t.GAP, line, -t.GAP, -line)
        painter.setPen(QPen(QColor(self._tokens.line), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        low, high = min(0.0, *self._values), max(self._values)
        spread = (high - low) or 1.0
        count = len(self._values) - 1
        points = [
            QPointF(area.left() + area.width() * index / count, area.bottom() - area.height() * (value - low) / spread)
            for index, value in enumerate(self._values)
        ]
        painter.setPen(QPen(QColor(self._tokens.accent), 1.6))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(QColor(self._tokens.secondary))
        whole = QRectF(self.rect()).adjusted(t.GAP, 0, -t.GAP, 0)
        top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        painter.drawText(whole, top | left, self.tr("highest {0}").format(_text(high)))
        painter.drawText(whole, top | right, self.tr("last {0}").format(_text(self._values[-1])))
        painter.drawText(whole, bottom | left, self.tr("step 0"))
        painter.drawText(whole, bottom | right, f"{self._steps:,}")


def _values(schedule: Schedule, number: float, steps: int) -> tuple[float, ...]:
    try:
        curve = curve_of(schedule, number, steps)
        values = tuple(curve(steps * index / (_POINTS - 1)) for index in range(_POINTS))
    except (ArithmeticError, ValueError, KeyError, TypeError):  # a sound schedule may still overflow
        return ()
    return values if all(isinstance(value, int | float) and math.isfinite(value) for value in values) else ()


def _text(value: float) -> str:
    return f"{value:.3g}"
