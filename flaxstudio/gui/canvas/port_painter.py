"""Paints a node's ports: round for arrays, square for states, small while an optional one is free, named where needed."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from flaxstudio.graph.spec import PortSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.node_content import Key as Key
from flaxstudio.gui.canvas.node_content import NodeContent
from flaxstudio.gui.canvas.node_content import Side as Side
from flaxstudio.gui.tokens import Tokens

PORT_Y = 30
"""Height of a node's first port: the same for all nodes, so that a row of nodes has straight wires."""
PORT_STEP = 20
LABEL = 14
"""Height of a port's name, and so of a row of them above or below a node's texts."""


def port_keys(content: NodeContent) -> list[Key]:
    """Return all ports of a node, the inputs first."""
    keys: list[Key] = [("in", name) for name in content.inputs]
    return [*keys, *(("out", name) for name in content.outputs)]


def port_point(content: NodeContent, size: QSizeF, side: Side, port: str) -> QPointF:
    """Return a port's centre relative to its node's top left: on the left and right, or above and below."""
    names = content.inputs if side == "in" else content.outputs
    index = names.index(port) if port in names else 0
    if content.flow == "down":
        return QPointF(size.width() * (2 * index + 1) / (2 * max(len(names), 1)), 0 if side == "in" else size.height())
    step = 0 if content.look.is_collapsed else PORT_STEP
    return QPointF(0 if side == "in" else size.width(), PORT_Y + step * index)


def port_spec(content: NodeContent, key: Key) -> PortSpec | None:
    """Return what a port is, if the layer is known."""
    if content.spec is None:
        return None
    return content.spec.input(key[1]) if key[0] == "in" else content.spec.output(key[1])


def paint_port(painter: QPainter, tokens: Tokens, color: QColor, center: QPointF, spec: PortSpec | None, look: str) -> None:
    """Paint one port; `look` names what holds of it: "connected", "swollen", "ready" for a wire, "above" for one on an
    upper or lower side."""
    is_free_extra = spec is not None and spec.is_optional and "connected" not in look
    painter.setPen(QPen(QColor(tokens.accent) if "swollen" in look or "ready" in look else color, 1.5 if is_free_extra else 2))
    painter.setBrush(color if "connected" in look else QColor(tokens.panel))
    radius = t.PORT_SIZE / 2 - (2 if is_free_extra else 1) + (3 if "swollen" in look else 1.5 if "ready" in look else 0)
    stretch = 5 if spec is not None and spec.is_variadic else 0
    across, down = (stretch, 0) if "above" in look else (0, stretch)
    box = QRectF(center.x() - radius - across, center.y() - radius - down, 2 * (radius + across), 2 * (radius + down))
    if spec is not None and spec.is_state:
        painter.drawRect(box)
    else:
        painter.drawRoundedRect(box, radius, radius)


def paint_labels(content: NodeContent, size: QSizeF, write: Callable[[QRectF, str, Qt.AlignmentFlag], None]) -> None:
    """Write the ports' names beside them; `write` gets box, text and where in the box it belongs."""
    for side, name in port_keys(content):
        at = port_point(content, size, side, name)
        if content.flow == "down":
            count = len(content.inputs if side == "in" else content.outputs)
            if count == 1:
                continue
            room = size.width() / count
            top = 5 if side == "in" else size.height() - 5 - LABEL
            write(QRectF(at.x() - room / 2 + 2, top, room - 4, LABEL), name, Qt.AlignmentFlag.AlignCenter)
        else:
            align = Qt.AlignmentFlag.AlignVCenter | (
                Qt.AlignmentFlag.AlignRight if side == "out" else Qt.AlignmentFlag.AlignLeft
            )
            write(QRectF(t.PADDING, at.y() - 9, size.width() - 2 * t.PADDING, 18), name, align)
