"""Where nodes may lie: on a grid of 10 px."""

from PySide6.QtCore import QPointF

from flaxstudio.graph.layout import Flow
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.port_painter import PORT_Y, Side

SNAP = 10
_LEAST_HEIGHT = 80


def snapped(value: float) -> float:
    """Return the nearest place on the grid that nodes snap to."""
    return round(value / SNAP) * float(SNAP)


def place_at(point: QPointF, side: Side | None = None, flow: Flow = "right") -> tuple[float, float]:
    """Return where a new node's top left goes so that it lies under a point, or has its port there.

    `side` is that of the wire's start, if a wire was dropped there.
    """
    if flow == "down" and side is not None:
        return snapped(point.x() - t.NODE_MIN_WIDTH / 2), snapped(point.y() - (_LEAST_HEIGHT if side == "in" else 0))
    left = {None: t.NODE_MIN_WIDTH / 2, "out": 0, "in": t.NODE_MIN_WIDTH}[side]
    return snapped(point.x() - left), snapped(point.y() - PORT_Y)
