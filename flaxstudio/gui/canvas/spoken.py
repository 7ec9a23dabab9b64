"""What is said of a node, a port and a wire to somebody who does not see them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.gui.canvas.cards import card_of, shape_text
from flaxstudio.gui.canvas.node_content import NodeContent
from flaxstudio.gui.canvas.port_painter import Side

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene


def node_name(content: NodeContent) -> str:
    """Return what a node is called: "dense_1, Dense"; with a word for what is wrong with it."""
    words = {"error": _tr("error"), "warning": _tr("warning")}
    marks = [words[content.severity]] if content.severity else []
    return ", ".join([content.name, content.layer, *marks])


def node_description(content: NodeContent) -> str:
    """Return what else a node shows: attributes, shape, params, problems."""
    return ". ".join(_facts(content))


def port_name(scene: "GraphScene", port: Port, side: Side) -> str:
    """Return a port with what it is joined to: "Input in of relu_1, from dense_1"."""
    graph = scene.project.graph
    edges = [e for e in graph.edges if port == (e.target if side == "in" else e.source)]
    others = ", ".join(e.source.node if side == "in" else e.target.node for e in edges)
    if side == "in":
        text = _tr("Input {port} of {node}, from {others}") if others else _tr("Input {port} of {node}, free")
    else:
        text = _tr("Output {port} of {node}, to {others}") if others else _tr("Output {port} of {node}, free")
    return text.format(port=port.port, node=port.node, others=others)


def port_description(scene: "GraphScene", port: Port, side: Side) -> str:
    """Return what a port expects and gets, or gives."""
    card = card_of(scene, (port, side))
    facts = [f"{name} {value}" for name, value in card.rows] if card else []
    return ". ".join([*facts, card.note] if card and card.note else facts)


def edge_name(edge: Edge) -> str:
    """Return a wire as its two ends."""
    return _tr("Wire from {source} to {target}").format(source=edge.source.node, target=edge.target.node)


def edge_description(scene: "GraphScene", edge: Edge) -> str:
    """Return a wire's ports and the shape that goes through it."""
    through = shape_text(scene, edge.source)
    ports = f"{edge.source.port} → {edge.target.port}"
    return f"{ports}, {through}" if through else ports


def item_name(scene: "GraphScene", name: str) -> str:
    """Return what a frame or note is called: "Frame Encoder", "Note: read me"."""
    if name in scene.beside.frames:
        return _tr("Frame {0}").format(scene.beside.frames[name].frame.title or _tr("without a title"))
    text = scene.beside.notes[name].plain_text().strip()
    return _tr("Note: {0}").format(text.partition("\n")[0]) if text else _tr("Empty note")


def item_description(scene: "GraphScene", name: str) -> str:
    """Return what a frame holds, or a note's text."""
    if name not in scene.beside.frames:
        return scene.beside.notes[name].plain_text()
    inside = scene.nodes_in(scene.beside.frames[name].box())
    return _tr("Holds {0}").format(", ".join(inside)) if inside else _tr("Holds nothing")


def _facts(content: NodeContent) -> Iterator[str]:
    if content.attributes:
        yield content.attributes
    if content.wrapping:
        yield content.wrapping
    if content.shares:
        yield _tr("Shares the params of {0}").format(content.shares)
    if content.group is not None:
        yield _tr("In the optimizer group {0}").format(content.group.words)
    if content.shape:
        yield _tr("Output {0}").format(content.shape)
    if content.params:
        yield _tr("{0} params").format(f"{content.params:,}")
    if content.message:
        yield content.message


def _tr(text: str) -> str:
    return QCoreApplication.translate("Spoken", text)
