"""A node in the scene: one item, its ports painted inside and found by position."""

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from flaxstudio.gui.canvas.haste import Haste
from flaxstudio.gui.canvas.node_content import NodeContent
from flaxstudio.gui.canvas.node_painter import MARGIN, NodePainter, NodeState, detail_at, lift_of
from flaxstudio.gui.canvas.port_painter import Side, port_point


class NodeItem(QGraphicsRectItem):
    """Shows a content in a state. Its position is the node's top left.

    A rectangle item since Qt asks every item for its bounds at every frame: a rectangle answers without Python.
    """

    def __init__(self, content: NodeContent, painter: NodePainter, haste: Haste, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self.content = content
        self.state = NodeState()
        self.node_painter = painter
        self._haste = haste
        self._size = painter.size(content)
        self._lift = QPointF(0, lift_of(content))
        self._ports: dict[tuple[Side, str], QPointF] = {}
        self.setPen(Qt.PenStyle.NoPen)
        self._show_size()
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setZValue(1)

    def show_content(self, content: NodeContent) -> bool:
        """Show another content; returns whether its wires are to be laid anew."""
        size = self.node_painter.size(content)
        have_ports_moved = size != self._size or _ports(content) != _ports(self.content)
        self.content, self._size, self._lift = content, size, QPointF(0, lift_of(content))
        self._show_size()
        self._ports.clear()
        self.update()
        return have_ports_moved

    def _show_size(self) -> None:
        self.setRect(QRectF(self._lift, self._size).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))

    def show_state(self, **changes: object) -> None:
        """Change parts of the state; draws only if something is new."""
        if any(getattr(self.state, name) != value for name, value in changes.items()):
            self.state = replace(self.state, **changes)  # type: ignore[arg-type]
            self.setZValue(2 if self.state.is_selected else 1)
            self.update()

    def repaint_with(self, painter: NodePainter) -> None:
        """Draw in another theme."""
        self.node_painter = painter
        self.update()

    def box(self) -> QRectF:
        """Return the node's box in scene px, without the ports' overhang."""
        return QRectF(self.pos() + self._lift, self._size)

    def port_point(self, side: Side, port: str) -> QPointF:
        """Return a port's centre in scene px."""
        if (side, port) not in self._ports:
            self._ports[side, port] = port_point(self.content, self._size, side, port)
        return self.pos() + self._ports[side, port]

    def port_offset(self, side: Side, port: str) -> float:
        """Return how far a port lies from the beginning of the side it is on."""
        at = port_point(self.content, self._size, side, port)
        return at.x() if self.content.flow == "down" else at.y()

    def port_at(self, point: QPointF, reach: float) -> tuple[Side, str] | None:
        """Return the port within `reach` scene px of a point, the nearest if there are several."""
        keys: list[tuple[Side, str]] = [("in", name) for name in self.content.inputs]
        keys += [("out", name) for name in self.content.outputs]
        distances = [((self.port_point(*key) - point).manhattanLength(), key) for key in keys]
        near = [pair for pair in distances if pair[0] <= reach]
        return min(near)[1] if near else None

    def title_box(self) -> QRectF:
        """Return where the title is in scene px: a double-click there renames."""
        return QRectF(self.box().topLeft(), QSizeF(self._size.width(), 32))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's signature
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        detail = detail_at(scale)
        if not self._haste.is_on or not self._haste.paint(self, painter, scale, detail):
            self.node_painter.paint(painter, self.content, self.state, self._size, detail)


def _ports(content: NodeContent) -> tuple[object, ...]:
    return content.inputs, content.outputs, content.flow, content.look.is_collapsed, content.mode
