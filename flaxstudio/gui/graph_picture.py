"""A small picture of a graph, for cards and lists, painted without a canvas."""

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from flaxstudio.graph.graph import Graph
from flaxstudio.graph.layout import Flow
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui import tokens as t
from flaxstudio.gui.families import family_color
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.project import Position

_NODE = QRectF(0, 0, t.NODE_MIN_WIDTH, 72)
_FILLED = 0.84
_LARGEST_SCALE = 0.4
_TALLER = 3.0


def draw_graph(
    graph: Graph,
    positions: Mapping[str, Position],
    catalogue: Catalogue,
    tokens: Tokens,
    size: QSize,
    ratio: float = 1.0,
    flow: Flow = "right",
) -> QImage:
    """Return a miniature of `size` px at a screen's `ratio`: blocks in the families' colours, joined by wires."""
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(tokens.canvas))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    blocks = _blocks(graph, positions, size)
    for edge in graph.edges:
        if edge.source.node in blocks and edge.target.node in blocks:
            _draw_wire(painter, blocks[edge.source.node], blocks[edge.target.node], tokens, flow)
    for node in graph.nodes:
        _draw_block(painter, blocks[node.name], family_color(catalogue.get(node.layer), tokens), tokens)
    painter.end()
    return image


def _blocks(graph: Graph, positions: Mapping[str, Position], size: QSize) -> dict[str, QRectF]:
    """Return where each node's block lies in the picture, all of them in sight and centred.

    A long chain may be drawn taller than it is, so that its blocks stay legible.
    """
    placed = {name: _NODE.translated(*positions.get(name, (0.0, 0.0))) for name in graph.names()}
    extent = QRectF()
    for box in placed.values():
        extent = extent.united(box)
    room = QSize(round(size.width() * _FILLED), round(size.height() * _FILLED))
    across = min(_LARGEST_SCALE, room.width() / max(extent.width(), 1))
    down = min(_LARGEST_SCALE, room.height() / max(extent.height(), 1), across * _TALLER)
    left = (size.width() - extent.width() * across) / 2 - extent.left() * across
    top = (size.height() - extent.height() * down) / 2 - extent.top() * down
    place = QTransform(across, 0, 0, down, left, top)
    return {name: place.mapRect(box) for name, box in placed.items()}


def _draw_wire(painter: QPainter, source: QRectF, target: QRectF, tokens: Tokens, flow: Flow) -> None:
    is_right = flow == "right"
    start = QPointF(source.right(), source.center().y()) if is_right else QPointF(source.center().x(), source.bottom())
    end = QPointF(target.left(), target.center().y()) if is_right else QPointF(target.center().x(), target.top())
    ahead = end.x() - start.x() if is_right else end.y() - start.y()
    bend = max(abs(ahead) / 2, 4.0)
    handle = QPointF(bend, 0) if is_right else QPointF(0, bend)
    path = QPainterPath(start)
    path.cubicTo(start + handle, end - handle, end)
    color = QColor(tokens.secondary)
    color.setAlphaF(0.6)
    painter.setPen(QPen(color, 1.25))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def _draw_block(painter: QPainter, box: QRectF, color: QColor, tokens: Tokens) -> None:
    radius = min(4.0, box.height() / 4)
    outline = QPainterPath()
    outline.addRoundedRect(box, radius, radius)
    body = QColor(color)
    body.setAlphaF(0.28 if tokens.is_dark else 0.2)
    painter.fillPath(outline, QColor(tokens.panel))
    painter.fillPath(outline, body)
    painter.save()
    painter.setClipPath(outline)
    painter.fillRect(QRectF(box.left(), box.top(), max(2.0, box.width() * 0.06), box.height()), color)
    painter.restore()
    painter.setPen(QPen(color, 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(outline)
