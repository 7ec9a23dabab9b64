"""A schedule's curve over the steps of the run; where it is joined of parts, with their boundaries, which can be dragged."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.optim_curves import curve_of
from flaxstudio.project.optimizer import Schedule

_HEIGHT = 84
_POINTS = 240
_LINE = 13
"""The height of the lines of text above and below."""
_REACH = 6
"""How near the pointer must be to a boundary, in px."""


class ScheduleCurve(QWidget):
    """Draws what a number is at each step; nothing where it cannot be told."""

    boundary_dragged = Signal(int, int)  # which, and the step where it is held
    boundary_dropped = Signal(int, int)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._values: tuple[float, ...] = ()
        self._boundaries: tuple[int, ...] = ()
        self._may_move = False
        self._held: int | None = None
        self._steps = 1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def display(
        self,
        schedule: Schedule | None,
        number: float,
        steps: int,
        boundaries: tuple[int, ...] = (),
        *,
        may_move: bool = False,
    ) -> None:
        """Show a schedule of a number over a run; `schedule` must be a sound one. `boundaries` are where its parts end."""
        values = () if schedule is None else _values(schedule, number, steps)
        self._may_move = may_move
        if (values, steps, boundaries) != (self._values, self._steps, self._boundaries):
            self._values, self._steps, self._boundaries = values, steps, boundaries
            self.setAccessibleName(self.tr("From {0} to {1}").format(_text(values[0]), _text(values[-1])) if values else "")
            self.update()
        self.setToolTip(self.tr("Drag a boundary to where a part ends.") if may_move and boundaries else "")
        self.setVisible(bool(values))

    @property
    def values(self) -> tuple[float, ...]:
        """What is drawn."""
        return self._values

    def x_of(self, step: float) -> float:
        """Return where a step lies, in px."""
        area = self._area()
        return area.left() + area.width() * step / max(1, self._steps)

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = self._boundary_at(event.position().x()) if event.button() == Qt.MouseButton.LeftButton else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        is_near = self._held is not None or self._boundary_at(x) is not None
        self.setCursor(Qt.CursorShape.SplitHCursor if is_near else Qt.CursorShape.ArrowCursor)
        if self._held is not None:
            self.boundary_dragged.emit(self._held, self._step_at(x))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held, self._held = self._held, None
        if held is not None:
            self.boundary_dropped.emit(held, self._step_at(event.position().x()))

    def paintEvent(self, _: QPaintEvent) -> None:
        if not self._values:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = painter.font()
        small.setPixelSize(10)
        painter.setFont(small)
        area = self._area()
        painter.setPen(QPen(QColor(self._tokens.line), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        self._paint_boundaries(painter, area)
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

    def _paint_boundaries(self, painter: QPainter, area: QRectF) -> None:
        """Draw where a part ends, with the step below, where there is room for it between the first and the last."""
        metrics, last = painter.fontMetrics(), area.left() + painter.fontMetrics().horizontalAdvance(self.tr("step 0")) + 4
        end = area.right() - metrics.horizontalAdvance(f"{self._steps:,}") - 4
        for boundary in self._boundaries:
            x, text = self.x_of(boundary), f"{boundary:,}"
            if x > area.right():
                continue
            painter.setPen(QPen(QColor(self._tokens.secondary), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom() + 2))
            half = metrics.horizontalAdvance(text) / 2
            if x - half > last and x + half < end:
                painter.setPen(QColor(self._tokens.secondary))
                painter.drawText(QPointF(x - half, self.height() - metrics.descent()), text)
                last = x + half + 4

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(t.GAP, _LINE, -t.GAP, -_LINE)

    def _step_at(self, x: float) -> int:
        area = self._area()
        return round(self._steps * (x - area.left()) / max(1.0, area.width()))

    def _boundary_at(self, x: float) -> int | None:
        near = [(abs(self.x_of(step) - x), place) for place, step in enumerate(self._boundaries)] if self._may_move else []
        return min(near)[1] if near and min(near)[0] <= _REACH else None


def _values(schedule: Schedule, number: float, steps: int) -> tuple[float, ...]:
    try:
        curve = curve_of(schedule, number, steps)
        values = tuple(curve(steps * index / (_POINTS - 1)) for index in range(_POINTS))
    except (ArithmeticError, ValueError, KeyError, TypeError):  # a sound schedule may still overflow
        return ()
    return values if all(isinstance(value, int | float) and math.isfinite(value) for value in values) else ()


def _text(value: float) -> str:
    return f"{value:.3g}"
