"""What the pointer is told when it rests on something of the graph."""

from PySide6.QtCore import QCoreApplication, QPointF

from flaxstudio.graph.graph import Port
from flaxstudio.gui.canvas.node_content import NodeContent
from flaxstudio.gui.canvas.port_painter import Side, port_spec
from flaxstudio.gui.canvas.scene import GraphScene
from flaxstudio.project.annotations import DotOf


def tip_at(scene: GraphScene, point: QPointF, reach: float) -> str:
    """Return the text for a port, a node's problem or a wire's shape; "" for nothing to say."""
    if hit := scene.port_at(point, reach):
        return _of_port(scene, *hit)
    beside = scene.beside.hit(point, reach)
    if name := scene.node_at(point):
        return _of_node(scene.nodes[name].content)
    if beside is not None and isinstance(beside.key, DotOf):
        return QCoreApplication.translate("Canvas", "Drag to move the dot, double-click to take it away")
    if edge := scene.edge_at(point, reach):
        shape = shape_of(scene, edge.source)
        return f"{edge.source.node} → {edge.target.node}" + (f"\n{shape}" if shape else "")
    return ""


def shape_of(scene: GraphScene, port: Port) -> str:
    """Return the shape that an output port gives out with its dtype, or "" if unknown."""
    known = scene.shapes.nodes.get(port.node)
    shape = known.at(port.port) if known else None
    return f"{shape} {shape.dtype}" if shape else ""


def _of_node(content: NodeContent) -> str:
    if content.message:
        return content.message
    lines = [f"{content.name} · {content.layer}", content.spec.summary if content.spec else ""]
    if content.wrapping:
        lines.append(QCoreApplication.translate("Canvas", "Repeated or wrapped: {0}").format(content.wrapping))
    if content.shares:
        lines.append(QCoreApplication.translate("Canvas", "Uses the params of {0} again").format(content.shares))
    if content.can_be_opened:
        lines.append(QCoreApplication.translate("Canvas", "Double-click to open it"))
    return "\n".join(line for line in lines if line)


def _of_port(scene: GraphScene, port: Port, side: Side) -> str:
    spec = port_spec(scene.nodes[port.node].content, (side, port.port))
    what = QCoreApplication.translate("Canvas", "Output") if side == "out" else QCoreApplication.translate("Canvas", "Input")
    kinds = []
    if spec is not None and spec.is_optional:
        kinds.append(QCoreApplication.translate("Canvas", "may stay free"))
    if spec is not None and spec.is_state:
        kinds.append(QCoreApplication.translate("Canvas", "a state"))
    if spec is not None and spec.is_variadic:
        kinds.append(QCoreApplication.translate("Canvas", "takes many"))
    head = f"{what} “{port.port}”" + (f" ({', '.join(kinds)})" if kinds else "")
    more = shape_of(scene, port) if side == "out" else ""
    return "\n".join(line for line in (head, spec.help if spec else "", more) if line)
