"""Paints a node's ports: round for arrays, square for states, small while an optional one is free, named where needed."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from flaxstudio.graph.spec import PortSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.node_content import NodeContent
from flaxstudio.gui.tokens import Tokens

Side = Literal["in", "out"]
Key = tuple[Side, str]

PORT_Y = 30
"""Height of a node's first port: the same for all nodes, so that a row of nodes has straight wires."""
PORT_STEP = 22


def port_keys(content: NodeContent) -> list[Key]:
    """Return all ports of a node, the inputs first."""
    keys: list[Key] = [("in", name) for name in content.inputs]
    return [*keys, *(("out", name) for name in content.outputs)]


def port_point(content: NodeContent, width: float, side: Side, port: str) -> QPointF:
    """Return a port's centre relative to its node's top left."""
    names = content.inputs if side == "in" else content.outputs
    index = names.index(port) if port in names else 0
    return QPointF(0 if side == "in" else width, PORT_Y + PORT_STEP * index)


def port_spec(content: NodeContent, key: Key) -> PortSpec | None:
    """Return what a port is, if the layer is known."""
    if content.spec is None:
        return None
    return content.spec.input(key[1]) if key[0] == "in" else content.spec.output(key[1])


def paint_port(painter: QPainter, tokens: Tokens, color: QColor, center: QPointF, spec: PortSpec | None, look: str) -> None:
    """Paint one port; `look` names what holds of it: "connected", "swollen"."""
    is_free_extra = spec is not None and spec.is_optional and "connected" not in look
    painter.setPen(QPen(QColor(tokens.accent) if "swollen" in look else color, 1.5 if is_free_extra else 2))
    painter.setBrush(color if "connected" in look else QColor(tokens.panel))
    radius = t.PORT_SIZE / 2 - (2 if is_free_extra else 1) + (3 if "swollen" in look else 0)
    stretch = 5 if spec is not None and spec.is_variadic else 0
    box = QRectF(center.x() - radius, center.y() - radius - stretch, 2 * radius, 2 * (radius + stretch))
    if spec is not None and spec.is_state:
        painter.drawRect(box)
    else:
        painter.drawRoundedRect(box, radius, radius)


def paint_labels(content: NodeContent, width: float, write: Callable[[QRectF, str, bool], None]) -> None:
    """Write the ports' names beside them; `write` gets box, text and whether it belongs to the right."""
    inner, half = width - 2 * t.PADDING, 9
    for side, name in port_keys(content):
        y = port_point(content, width, side, name).y()
        write(QRectF(t.PADDING, y - half, inner, 2 * half), name, side == "out")
