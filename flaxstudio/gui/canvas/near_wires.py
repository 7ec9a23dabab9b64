"""Which wires run through a box or cross a line. Qt looks through the items, so that Python sees only those near by."""

from collections.abc import Set
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from flaxstudio.graph.graph import Edge
from flaxstudio.gui.canvas.edge_item import EdgeItem

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene


def edge_through(scene: "GraphScene", box: QRectF, apart_from: Set[str] = frozenset()) -> Edge | None:
    """Return the wire that runs through a box nearest to its middle, without those of some nodes."""
    near = (wire for wire in _wires_in(scene, box) if wire.edge.source.node not in apart_from and wire.crosses(box))
    middle = box.center()
    return min(((wire.distance_to(middle), wire.edge) for wire in near), default=(0.0, None))[1]


def edges_across(scene: "GraphScene", start: QPointF, end: QPointF) -> tuple[Edge, ...]:
    """Return the wires that a straight piece crosses."""
    box = QRectF(start, end).normalized().adjusted(-1, -1, 1, 1)
    return tuple(wire.edge for wire in _wires_in(scene, box) if wire.crosses_line(start, end))


def _wires_in(scene: "GraphScene", box: QRectF) -> list[EdgeItem]:
    found = scene.items(box, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
    return [item for item in found if isinstance(item, EdgeItem) and item.edge in scene.edges]
