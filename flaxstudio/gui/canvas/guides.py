"""Lines that a dragged node snaps to: where its wires become straight, and its edges and middle meet its neighbours'."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from flaxstudio.gui.canvas.overview import bounds_of
from flaxstudio.gui.canvas.snapping import snapped

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene

_MARGIN = 20.0
_REACH = 6
"""How near, in px on the screen, a node must come to a line to snap to it."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A place on one axis, and the span on the other axis of what lies there."""

    at: float
    first: float
    last: float


class GuideLines(QGraphicsItem):
    """The lines on show, thin at any zoom."""

    def __init__(self, color: QColor) -> None:
        super().__init__()
        self._pen = QPen(color, 1, Qt.PenStyle.DashLine)
        self._pen.setCosmetic(True)
        self.lines: list[QLineF] = []
        self.setZValue(5)

    def show_lines(self, lines: list[QLineF]) -> None:
        """Draw other lines."""
        if lines != self.lines:
            self.prepareGeometryChange()
            self.lines = lines

    def boundingRect(self) -> QRectF:
        boxes = (
            QRectF(line.p1(), line.p2()).normalized().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN) for line in self.lines
        )
        return bounds_of(boxes)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's signature
        painter.setPen(self._pen)
        painter.drawLines(self.lines)


class Guides:
    """Where dragged nodes may go. What stands still is measured once, when the drag begins."""

    def __init__(self, scene: "GraphScene", name: str, moving: Iterable[str], in_view: QRectF) -> None:
        self._scene = scene
        self._box = scene.nodes[name].box()
        held = frozenset(moving)
        still = [item.box() for other, item in scene.nodes.items() if other not in held and in_view.intersects(item.box())]
        self._lines = (
            _sorted(_Line(at, b.top(), b.bottom()) for b in still for at in (b.left(), b.center().x(), b.right())),
            _sorted(_Line(at, b.left(), b.right()) for b in still for at in (b.top(), b.center().y(), b.bottom())),
        )
        self._across = 1 if scene.project.flow == "right" else 0
        self._ports = _wires(scene, held)
        self._drawn = GuideLines(QColor(scene.tokens.accent))
        scene.addItem(self._drawn)

    def fitted(self, offset: QPointF, zoom: float, on_grid: bool) -> tuple[float, float]:
        """Return the offset that is nearest to a wanted one and meets a line or the grid, and show the line."""
        reach = _REACH / zoom
        box = self._box.translated(offset)
        drawn: list[QLineF] = []
        found = [0.0, 0.0]
        for axis, start in enumerate((box.topLeft().x(), box.topLeft().y())):
            shift = self._straightened(axis, offset, reach, drawn)
            if shift is None:
                shift = self._met(axis, box, reach, drawn)
            if shift is None:
                shift = snapped(start) - start if on_grid else 0.0
            found[axis] = shift
        self._drawn.show_lines(drawn)
        return offset.x() + found[0], offset.y() + found[1]

    def clear(self) -> None:
        """Show no line."""
        self._drawn.show_lines([])

    def end(self) -> None:
        """Take the lines away."""
        if self._drawn.scene() is not None:
            self._scene.removeItem(self._drawn)

    def _straightened(self, axis: int, offset: QPointF, reach: float, drawn: list[QLineF]) -> float | None:
        """Return the shift by which a wire to what stands still becomes straight."""
        if axis != self._across:
            return None
        best: tuple[float, QPointF, QPointF] | None = None
        for moving, still in self._ports:
            at = moving + offset
            shift = still.y() - at.y() if axis == 1 else still.x() - at.x()
            if abs(shift) <= reach and (best is None or abs(shift) < abs(best[0])):
                best = shift, at, still
        if best is None:
            return None
        shift, at, still = best
        drawn.append(
            QLineF(at.x(), still.y(), still.x(), still.y()) if axis == 1 else QLineF(still.x(), at.y(), still.x(), still.y())
        )
        return shift

    def _met(self, axis: int, box: QRectF, reach: float, drawn: list[QLineF]) -> float | None:
        """Return the shift by which an edge or the middle meets a neighbour's."""
        own = (box.left(), box.center().x(), box.right()) if axis == 0 else (box.top(), box.center().y(), box.bottom())
        near = [(line.at - at, line) for at in own for line in _near(self._lines[axis], at, reach)]
        if not near:
            return None
        shift, line = min(near, key=lambda pair: abs(pair[0]))
        first, last = (box.top(), box.bottom()) if axis == 0 else (box.left(), box.right())
        first, last = min(first, line.first), max(last, line.last)
        drawn.append(QLineF(line.at, first, line.at, last) if axis == 0 else QLineF(first, line.at, last, line.at))
        return shift


def _wires(scene: "GraphScene", held: frozenset[str]) -> list[tuple[QPointF, QPointF]]:
    """Return the ends of every wire between what moves and what stands still, the moving one first."""
    ends = []
    for edge in scene.project.graph.edges:
        if edge in scene.edges and (edge.source.node in held) != (edge.target.node in held):
            source = scene.nodes[edge.source.node].port_point("out", edge.source.port)
            target = scene.nodes[edge.target.node].port_point("in", edge.target.port)
            ends.append((source, target) if edge.source.node in held else (target, source))
    return ends


def _sorted(lines: Iterable[_Line]) -> list[_Line]:
    return sorted(lines, key=lambda line: line.at)


def _near(lines: Sequence[_Line], at: float, reach: float) -> Sequence[_Line]:
    first = bisect_left(lines, at - reach, key=lambda line: line.at)
    last = bisect_left(lines, at + reach, key=lambda line: line.at)
    return lines[first : last + 1] if last < len(lines) and lines[last].at <= at + reach else lines[first:last]
