"""Which nodes and ports are at a point or in a box. Qt looks through the items, so that Python sees only those near by."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from flaxstudio.graph.graph import Port
from flaxstudio.gui.canvas.node_content import Side
from flaxstudio.gui.canvas.node_item import NodeItem

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene


def node_at(scene: "GraphScene", point: QPointF) -> str | None:
    """Return the uppermost node at a point."""
    return next((item.content.name for item in _nodes_near(scene, _round(point, 1)) if item.box().contains(point)), None)


def port_at(scene: "GraphScene", point: QPointF, reach: float) -> tuple[Port, Side] | None:
    """Return the port within reach of a point, and its side."""
    for item in _nodes_near(scene, _round(point, reach)):
        if item.box().adjusted(-reach, -reach, reach, reach).contains(point) and (key := item.port_at(point, reach)):
            return Port(item.content.name, key[1]), key[0]
    return None


def nodes_in(scene: "GraphScene", box: QRectF) -> tuple[str, ...]:
    """Return the nodes that a box touches, in the graph's order."""
    near = {item.content.name for item in _nodes_near(scene, box) if box.intersects(item.box())}
    return tuple(name for name in scene.nodes if name in near) if near else ()


def _nodes_near(scene: "GraphScene", box: QRectF) -> Iterable[NodeItem]:
    """Return the nodes that may be in a box, the uppermost first."""
    if not scene.layer.isVisible():  # hidden items are not found: seen from far away, nodes are blocks
        near = [item for item in reversed(scene.nodes.values()) if box.intersects(item.box())]
        return sorted(near, key=lambda item: -item.zValue())
    found = scene.items(box, Qt.ItemSelectionMode.IntersectsItemBoundingRect, Qt.SortOrder.DescendingOrder)
    return [item for item in found if isinstance(item, NodeItem)]


def _round(point: QPointF, reach: float) -> QRectF:
    return QRectF(point, point).adjusted(-reach, -reach, reach, reach)
