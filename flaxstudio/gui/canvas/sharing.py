"""Dashed lines between nodes that use the same params, shown for the node one looks at."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from flaxstudio.graph.graph import Graph
from flaxstudio.gui.tokens import Tokens

_DEPTH = 44


def sharers(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return, for each node whose params several use, all of these: the owner first."""
    users: dict[str, list[str]] = {}
    for node in graph.nodes:
        if owner := node.attributes.get("shares"):
            users.setdefault(str(owner), []).append(node.name)
    groups = [(owner, *others) for owner, others in users.items() if graph.has_node(owner)]
    return {name: group for group in groups for name in group}


class SharingLines(QGraphicsPathItem):
    """One curve from the owner of params to each node that shares them."""

    def __init__(self, tokens: Tokens, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self.setZValue(0.8)
        self.names: tuple[str, ...] = ()
        self._graph = Graph()
        self._sharers: dict[str, tuple[str, ...]] = {}
        self.set_tokens(tokens)

    def group_to_show(self, graph: Graph, hovered: str, selected: Collection[str]) -> tuple[str, ...]:
        """Return the sharers of the node under the pointer, else of the only one that is selected."""
        if graph is not self._graph:  # asked at every step of a drag
            self._graph, self._sharers = graph, sharers(graph)
        group = self._sharers.get(hovered, ())
        return group if group or len(selected) != 1 else self._sharers.get(next(iter(selected)), ())

    def show_group(self, names: tuple[str, ...], boxes: Mapping[str, QRectF]) -> None:
        """Draw the lines of a group, or none."""
        self.names = names
        path = QPainterPath()
        for name in names[1:]:
            path.addPath(_line(boxes[names[0]], boxes[name]))
        self.setPath(path)

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        pen = QPen(QColor(tokens.secondary), 1.5, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([4, 4])
        self.setPen(pen)


def _line(owner: QRectF, sharer: QRectF) -> QPainterPath:
    """Return a straight line between nodes that stand one above the other, else a curve from foot to foot."""
    upper, lower = sorted((owner, sharer), key=QRectF.top)
    if upper.bottom() >= lower.top() or upper.right() < lower.left() or lower.right() < upper.left():
        return _curve(_foot(owner), _foot(sharer))
    path = QPainterPath(_foot(upper))
    path.lineTo(lower.center().x(), lower.top())
    return path


def _foot(box: QRectF) -> QPointF:
    return QPointF(box.center().x(), box.bottom())


def _curve(start: QPointF, end: QPointF) -> QPainterPath:
    depth = max(start.y(), end.y()) + _DEPTH
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x(), depth), QPointF(end.x(), depth), end)
    return path
