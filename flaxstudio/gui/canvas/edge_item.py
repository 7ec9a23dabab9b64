"""Wires: those of the graph, and the loose one that follows the pointer."""

from functools import lru_cache
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from flaxstudio.graph.graph import Edge
from flaxstudio.graph.layout import Flow
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.routing import distance, path_through, piece_at
from flaxstudio.gui.tokens import Tokens

_SAMPLES = 24
_FAINT = 0.7

_Look = Literal["plain", "silent", "cut"]


def wire_path(source: QPointF, target: QPointF, flow: Flow = "right") -> QPainterPath:
    """Return the curve from an output to an input, leaving and arriving along the flow."""
    way = target - source
    ahead, aside = (way.x(), abs(way.y())) if flow == "right" else (way.y(), abs(way.x()))
    bend = max(ahead / 2, min(40.0, abs(ahead) + aside))
    if ahead < 0:
        bend = min(40 - ahead / 2, 240)
    handle = QPointF(bend, 0) if flow == "right" else QPointF(0, bend)
    path = QPainterPath(source)
    path.cubicTo(source + handle, target - handle, target)
    return path


class EdgeItem(QGraphicsPathItem):
    """A wire of the graph, in the colour of the family it comes from."""

    def __init__(self, edge: Edge, tokens: Tokens, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self.edge = edge
        self.is_selected = False
        self._is_lit = False
        self._is_cut = False
        self._is_silent = False
        self._is_far = False
        self._tokens = tokens
        self._color = QColor(tokens.secondary)
        self._points: list[QPointF] = []
        self._samples = _SAMPLES
        self._middle: QPointF | None = None
        self._course: tuple[tuple[QPointF, ...], Flow] = ((), "right")

    def draw_between(self, source: QPointF, target: QPointF, flow: Flow = "right") -> None:
        """Lay the wire between two points in scene px."""
        self.setPath(wire_path(source, target, flow))
        self._points, self._middle = [], None
        self._samples = _SAMPLES
        self._course = (source, target), flow

    def draw_through(self, points: list[QPointF], flow: Flow) -> None:
        """Lay the wire from an output through its dots, if any, to an input, all in scene px."""
        if len(points) == 2:
            self.draw_between(points[0], points[1], flow)
            return
        self.setPath(path_through(points, flow))
        self._points, self._middle = [], None
        self._samples = _SAMPLES * (len(points) - 1)
        self._course = tuple(points), flow

    def piece_at(self, point: QPointF) -> int:
        """Return between which of its dots a point lies: the number that a new dot there gets."""
        points, flow = self._course
        return piece_at(list(points), flow, point)

    def middle(self) -> QPointF:
        """Return the point half way along the wire, in scene px."""
        if self._middle is None:
            self._middle = self.path().pointAtPercent(0.5)
        return self._middle

    @property
    def course(self) -> tuple[QPointF, ...]:
        """The points that the wire goes through: its ends and its dots, in scene px."""
        return self._course[0]

    def show_color(self, color: QColor, tokens: Tokens) -> None:
        """Take the colour of the source's family."""
        self._color, self._tokens = color, tokens
        self._repen()

    def show_selected(self, is_selected: bool) -> None:
        """Draw the wire as selected or not."""
        self.is_selected = is_selected
        self._repen()

    def show_silent(self, is_silent: bool) -> None:
        """Draw the wire dashed: what it comes from is muted, so it carries nothing."""
        if is_silent != self._is_silent:
            self._is_silent = is_silent
            self._repen()

    def show_far(self, is_far: bool) -> None:
        """Draw the wire twice as wide, or not: seen from far away it would be thinner than a pixel of the screen."""
        if is_far != self._is_far:
            self._is_far = is_far
            self._repen()

    def show_lit(self, is_lit: bool) -> None:
        """Light the wire up: the pointer is on it, or something would be dropped on it."""
        if is_lit != self._is_lit:
            self._is_lit = is_lit
            self._repen()

    def show_cut(self, is_cut: bool) -> None:
        """Draw the wire as about to be cut, or not."""
        self._is_cut = is_cut
        self._repen()

    def distance_to(self, point: QPointF) -> float:
        """Return the distance from a point in scene px, by short straight pieces of the curve."""
        points = self._pieces()
        return min(distance(point, start, end) for start, end in pairwise(points))

    def crosses(self, box: QRectF) -> bool:
        """Return whether the wire runs through a box."""
        return any(box.contains(point) for point in self._pieces())

    def crosses_line(self, start: QPointF, end: QPointF) -> bool:
        """Return whether the wire crosses a straight piece."""
        line, bounded = QLineF(start, end), QLineF.IntersectionType.BoundedIntersection
        return any(line.intersects(QLineF(a, b))[0] == bounded for a, b in pairwise(self._pieces()))

    def _pieces(self) -> list[QPointF]:
        if not self._points:
            path = self.path()
            self._points = [path.pointAtPercent(i / self._samples) for i in range(self._samples + 1)]
        return self._points

    def _repen(self) -> None:
        is_strong = self.is_selected or self._is_lit
        color = self._tokens.error if self._is_cut else self._tokens.accent if self.is_selected else self._color.name()
        look: _Look = "cut" if self._is_cut else "silent" if self._is_silent else "plain"
        width = (t.WIRE_WIDTH + (1 if is_strong else 0)) * (2 if self._is_far else 1)
        self.setPen(_pen(color, 1.0 if is_strong or self._is_cut else _FAINT, width, look))
        height = 0.5 if is_strong else 0.0
        if height != self.zValue():
            self.setZValue(height)


@lru_cache(maxsize=256)
def _pen(color: str, opacity: float, width: int, look: _Look) -> QPen:
    """Return the pen of wires that look alike: a thousand of them change theirs at one step of the zoom."""
    ink = QColor(color)
    ink.setAlphaF(opacity)
    pen = QPen(ink, width, Qt.PenStyle.DashLine if look == "cut" else Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    if look == "silent":
        pen.setDashPattern([2, 4])
    return pen


class LooseWire(QGraphicsPathItem):
    """The dashed wire between a port and the pointer."""

    def __init__(self, color: QColor) -> None:
        super().__init__()
        pen = QPen(color, t.WIRE_WIDTH, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([4, 3])
        self.setPen(pen)
        self.setZValue(3)

    def draw_between(self, source: QPointF, target: QPointF, flow: Flow = "right") -> None:
        """Lay the wire between two points in scene px."""
        self.setPath(wire_path(source, target, flow))
