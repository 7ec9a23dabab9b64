"""What the pointer is told when it rests on something of the graph."""

from PySide6.QtCore import QCoreApplication, QPointF

from flaxstudio.graph.graph import Port
from flaxstudio.gui.canvas.node_painter import Side
from flaxstudio.gui.canvas.scene import GraphScene


def tip_at(scene: GraphScene, point: QPointF, reach: float) -> str:
    """Return the text for a port, a node's problem or a wire's shape; "" for nothing to say."""
    if hit := scene.port_at(point, reach):
        return _of_port(scene, *hit)
    if name := scene.node_at(point):
        content = scene.nodes[name].content
        return content.message or f"{content.name} · {content.layer}\n{content.spec.summary if content.spec else ''}".strip()
    if edge := scene.edge_at(point, reach):
        shape = shape_of(scene, edge.source.node)
        return f"{edge.source.node} → {edge.target.node}" + (f"\n{shape}" if shape else "")
    return ""


def shape_of(scene: GraphScene, name: str) -> str:
    """Return the shape a node gives out with its dtype, or "" if unknown."""
    shape = scene.shapes.nodes.get(name)
    return f"{shape.output} {shape.output.dtype}" if shape and shape.output else ""


def _of_port(scene: GraphScene, port: Port, side: Side) -> str:
    spec = scene.nodes[port.node].content.spec
    if side == "out":
        what = QCoreApplication.translate("Canvas", "Output")
        return f"{what} “{port.port}” {shape_of(scene, port.node)}".strip()
    what = QCoreApplication.translate("Canvas", "Input")
    about = spec.input(port.port) if spec else None
    return f"{what} “{port.port}” {about.help if about else ''}".strip()
