"""What is told of a node, a port or a wire on which the pointer rests or which keys ask about, as plain text."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from flaxstudio.graph.dimensions import IMAGES, described, expected_dimensions
from flaxstudio.graph.graph import Edge, Node, Port
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import ArrayShape, Shape
from flaxstudio.graph.spec import LayerSpec, PortSpec
from flaxstudio.gui.canvas.node_content import NodeContent
from flaxstudio.gui.canvas.port_painter import Key, Side, port_spec
from flaxstudio.gui.canvas.probes import main_output
from flaxstudio.gui.panels.cost_text import memory_text
from flaxstudio.project.annotations import DotOf

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene

Spot = tuple[Port, Side] | str | Edge | DotOf
"""What a card is about: a port with its side, a node by its name, a wire, a dot."""

Row = tuple[str, str]
_MOST_INPUTS = 4


@dataclass(frozen=True, slots=True)
class Card:
    """A title with what kind of thing it is, names with values, the first thing that is wrong, and a line beneath."""

    title: str
    kind: str = ""
    rows: tuple[Row, ...] = ()
    problem: Problem | None = None
    note: str = ""

    @property
    def text(self) -> str:
        """The card as lines, to be spoken."""
        head = ", ".join(part for part in (self.title, self.kind) if part)
        rows = [f"{name}: {value}" for name, value in self.rows]
        return "\n".join(line for line in (head, *rows, str(self.problem or ""), self.note) if line)


def card_of(scene: "GraphScene", spot: Spot) -> Card | None:
    """Return the card about something; None where there is no such thing any more, or nothing to say."""
    match spot:
        case str():
            return _of_node(scene, spot) if spot in scene.nodes else None
        case Edge():
            return _of_wire(scene, spot) if spot in scene.edges else None
        case DotOf():
            return Card(_tr("Dot"), note=_tr("Drag to move the dot, double-click to take it away"))
        case (port, side):
            return _of_port(scene, port, side) if port.node in scene.nodes else None


def shape_text(scene: "GraphScene", port: Port) -> str:
    """Return the shape at an output port with the names of its dimensions, "" if it is unknown."""
    shape = scene.shapes.at(port)
    return _worded(scene, port, shape) if shape is not None else ""


def bytes_of(shape: Shape) -> int:
    """Return how many bytes one sample of an output takes."""
    arrays = (shape,) if isinstance(shape, ArrayShape) else shape.parts
    return sum(math.prod(array.sizes) * _width(array.dtype) for array in arrays)


def _of_node(scene: "GraphScene", name: str) -> Card:
    content = scene.nodes[name].content
    shown = scene.shown(name)
    problems = sorted(shown[3] if shown else (), key=lambda problem: problem.severity)
    rows = (*_node_rows(content), *_given(scene, content), *_outputs(scene, content))
    if (port := main_output(scene, name)) and (values := scene.probes.value_of(port)):
        rows = (*rows, (_tr("Values"), values))
    notes = [_tr("{0} more problems").format(len(problems) - 1)] if len(problems) > 1 else []
    if content.can_be_opened:
        notes.append(_tr("Double-click to open it"))
    summary = content.spec.summary if content.spec and not problems else ""
    note = " · ".join(notes) or summary
    return Card(name, content.layer, rows, problems[0] if problems else None, note)


def _node_rows(content: NodeContent) -> Iterator[Row]:
    if content.attributes:
        yield _tr("Attributes"), content.attributes
    if content.wrapping:
        yield _tr("Repeats"), content.wrapping
    if content.shares:
        yield _tr("Shares"), _tr("the params of {0}").format(content.shares)
    if content.mode != "on":
        yield _tr("Left out"), _tr("muted") if content.mode == "muted" else _tr("bypassed: its input goes through")
    if content.params:
        yield _tr("Params"), f"{content.params:,}"


def _given(scene: "GraphScene", content: NodeContent) -> Iterator[Row]:
    """Yield what arrives at a node, wire by wire; of many wires the first ones."""
    into = scene.project.graph.edges_into(content.name)
    is_alone = len({edge.target.port for edge in into}) < 2
    for edge in into[:_MOST_INPUTS]:
        yield _tr("Gets") if is_alone else edge.target.port, shape_text(scene, edge.source) or _unknown(edge.source.node)
    if len(into) > _MOST_INPUTS:
        yield "", _tr("and {0} more").format(len(into) - _MOST_INPUTS)


def _outputs(scene: "GraphScene", content: NodeContent) -> Iterator[Row]:
    for port in content.outputs:
        if text := shape_text(scene, Port(content.name, port)):
            yield _tr("Gives") if len(content.outputs) == 1 else port, text


def _of_wire(scene: "GraphScene", edge: Edge) -> Card:
    shape = scene.shapes.at(edge.source)
    rows = [(_tr("From"), _end(scene, edge.source, "out")), (_tr("To"), _end(scene, edge.target, "in"))]
    if shape is None:
        return Card(_tr("Wire"), "", tuple(rows), note=_unknown(edge.source.node))
    rows += _shape_rows(scene, edge.source, shape)
    size = bytes_of(shape)
    short = memory_text(size)
    exact = _tr("{0} bytes").format(f"{size:,}")
    rows.append((_tr("A sample takes"), exact if size < 1000 else f"{short} ({exact})"))
    if values := scene.probes.value_of(edge.source):
        rows.append((_tr("Values"), values))
    return Card(_tr("Wire"), "", tuple(rows))


def _of_port(scene: "GraphScene", port: Port, side: Side) -> Card:
    content = scene.nodes[port.node].content
    spec = port_spec(content, (side, port.port))
    kind = _tr("Output of {0}") if side == "out" else _tr("Input of {0}")
    note = ", ".join(_kinds(spec)) if spec else ""
    rows: list[Row] = []
    if side == "out":
        shape = scene.shapes.at(port)
        rows += _shape_rows(scene, port, shape) if shape is not None else [(_tr("Shape"), _tr("not known yet"))]
        if spec and spec.help:
            rows.append((_tr("What it is"), spec.help))
        if values := scene.probes.value_of(port):
            rows.append((_tr("Values"), values))
    else:
        rows += _wanted(scene, port, spec, content)
    return Card(port.port, kind.format(port.node), tuple(rows), note=note[:1].upper() + note[1:])


def _wanted(scene: "GraphScene", port: Port, spec: PortSpec | None, content: NodeContent) -> Iterator[Row]:
    shown = scene.shown(port.node)
    if spec is not None and content.spec is not None and shown is not None:
        yield _tr("Expects"), expectation(spec, content.spec, shown[0])
    edges = [edge for edge in scene.project.graph.edges_into(port.node) if edge.target == port]
    for edge in edges[:_MOST_INPUTS]:
        shape = scene.shapes.at(edge.source)
        yield _tr("From"), _end(scene, edge.source, "out")
        if shape is not None:
            yield from _shape_rows(scene, edge.source, shape)
        else:
            yield _tr("Shape"), _tr("not known yet")
    if not edges:
        yield _tr("Gets"), _tr("nothing: no wire ends here")


def expectation(port: PortSpec, spec: LayerSpec, node: Node) -> str:
    """Return what an input takes, in the words of dimensions."""
    rank = port.rank
    if isinstance(rank, str):  # as many as its kernel has
        kernel = spec.value(node, rank)
        rank = len(kernel) + 2 if isinstance(kernel, tuple) else None
    if rank in IMAGES or not port.help:
        names = expected_dimensions(port, rank) if rank else ()
        if names and all(names):
            return f"({', '.join(names)})"
    if port.help:
        return port.help
    return _tr("{0} dimensions").format(rank) if rank else _tr("any shape")


def _kinds(spec: PortSpec) -> Iterator[str]:
    if spec.is_optional:
        yield _tr("may stay free")
    if spec.is_state:
        yield _tr("carries a state")
    if spec.is_variadic:
        yield _tr("takes many wires")


def _shape_rows(scene: "GraphScene", port: Port, shape: Shape) -> Sequence[Row]:
    return [(_tr("Shape"), _worded(scene, port, shape)), (_tr("Type"), shape.dtype)]


def _worded(scene: "GraphScene", port: Port, shape: Shape) -> str:
    return described(shape, scene.shapes.names.get(port, ()))


def _end(scene: "GraphScene", port: Port, side: Side) -> str:
    """Return the end of a wire; its port is named where the node has several on that side."""
    content = scene.nodes[port.node].content if port.node in scene.nodes else None
    keys: Sequence[Key] = [] if content is None else [(side, p) for p in (content.inputs if side == "in" else content.outputs)]
    return f"{port.node} · {port.port}" if len(keys) > 1 else port.node


def _unknown(node: str) -> str:
    return _tr("not known yet: see {0}").format(node)


def _width(dtype: str) -> int:
    bits = "".join(letter for letter in dtype if letter.isdigit())
    return max(1, int(bits) // 8) if bits else 1


def _tr(text: str) -> str:
    return QCoreApplication.translate("Canvas", text)
