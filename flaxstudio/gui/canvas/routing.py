"""The way of a wire: straight along the flow from port to port, or smoothly through the dots that the user put on it."""

import math
from itertools import pairwise

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from flaxstudio.graph.layout import Flow

_SAMPLES = 24
_LEAST_HANDLE = 24.0
_LEVEL = 1.0


def path_through(points: list[QPointF], flow: Flow) -> QPainterPath:
    """Return the curve from an output through dots to an input: along the flow at its ends, smooth at its dots."""
    path = QPainterPath(points[0])
    for start, out, into, end in _pieces(points, flow):
        path.cubicTo(start + out, end - into, end)
    return path


def piece_at(points: list[QPointF], flow: Flow, point: QPointF) -> int:
    """Return the number of the piece between two dots that runs nearest to a point: where a new dot belongs."""
    nearest = []
    for number, (start, out, into, end) in enumerate(_pieces(points, flow)):
        piece = QPainterPath(start)
        piece.cubicTo(start + out, end - into, end)
        samples = [piece.pointAtPercent(i / _SAMPLES) for i in range(_SAMPLES + 1)]
        nearest.append((min(distance(point, a, b) for a, b in pairwise(samples)), number))
    return min(nearest)[1]


def distance(point: QPointF, start: QPointF, end: QPointF) -> float:
    """Return the distance of a point from a straight piece."""
    along, to_point = end - start, point - start
    length = QPointF.dotProduct(along, along)
    share = max(0.0, min(1.0, QPointF.dotProduct(to_point, along) / length)) if length else 0.0
    rest = to_point - along * share
    return math.hypot(rest.x(), rest.y())


def _pieces(points: list[QPointF], flow: Flow) -> list[tuple[QPointF, QPointF, QPointF, QPointF]]:
    """Return (start, handle out, handle in, end) of each piece."""
    ahead = QPointF(1, 0) if flow == "right" else QPointF(0, 1)
    ways = [ahead, *(_way(*near, flow) for near in zip(points, points[1:], points[2:], strict=False)), ahead]
    found = []
    for number, (start, end) in enumerate(pairwise(points)):
        length = math.hypot(end.x() - start.x(), end.y() - start.y())
        handle = max(length / 3, min(_LEAST_HANDLE, length / 2))
        forward = QPointF.dotProduct(end - start, ahead)
        if forward > 0 and ways[number] == ahead and ways[number + 1] == ahead:
            handle = forward / 2  # as a wire without dots: it turns between the two, and not beyond them
        found.append((start, ways[number] * handle, ways[number + 1] * handle, end))
    return found


def _way(before: QPointF, dot: QPointF, after: QPointF, flow: Flow) -> QPointF:
    """Return which way a wire runs at a dot: straight on to a dot that is level with it, else midway between its pieces."""
    for start, end in ((dot, after), (before, dot)):
        if abs(end.y() - start.y() if flow == "right" else end.x() - start.x()) < _LEVEL:
            return _unit(end - start)
    return _unit(after - before)


def _unit(way: QPointF) -> QPointF:
    length = math.hypot(way.x(), way.y())
    return way / length if length else QPointF(1, 0)
