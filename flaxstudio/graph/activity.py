"""What is left of a graph without its muted and bypassed nodes: that is what becomes source, is checked and trained."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from flaxstudio.graph.graph import Edge, Graph, Node, Port
from flaxstudio.graph.spec import Catalogue, LayerSpec, PortSpec


def active(graph: Graph, catalogue: Catalogue) -> Graph:
    """Return the graph as it is computed; the graph itself where nothing is muted or bypassed.

    A muted node goes with its wires. A bypassed one goes too, and what it fed is fed by the first of its inputs that
    fits. Two wires of a merge may then come from one port, as in `x + x`.
    """
    off = {node.name: node for node in graph.nodes if node.mode != "on"}
    if not off:
        return graph
    edges = tuple(_rewired(graph, off, catalogue))
    return replace(graph, edges=edges).without_nodes(frozenset(off))


def bridged(graph: Graph, names: Collection[str], catalogue: Catalogue) -> tuple[Edge, ...]:
    """Return the edges of a graph without some nodes: what fed the first fitting input of one feeds what it fed."""
    off = {node.name: replace(node, mode="bypassed") for node in graph.nodes if node.name in names}
    return tuple(dict.fromkeys(_rewired(graph, off, catalogue)))


def _rewired(graph: Graph, off: Mapping[str, Node], catalogue: Catalogue) -> Iterator[Edge]:
    into: dict[Port, Port] = {}
    for edge in graph.edges:
        if edge.target.node in off:
            into.setdefault(edge.target, edge.source)
    for edge in graph.edges:
        if edge.target.node in off:
            continue
        source = _origin(edge.source, off, into, catalogue)
        if source is not None:
            yield edge if source == edge.source else Edge(source, edge.target)


def _origin(port: Port, off: Mapping[str, Node], into: Mapping[Port, Port], catalogue: Catalogue) -> Port | None:
    """Return the port that a value really comes from, or None where it comes from nowhere."""
    seen: set[str] = set()
    while port.node in off:
        node = off[port.node]
        if node.mode == "muted" or node.name in seen:
            return None
        seen.add(node.name)
        passed = _passed(node, port.port, catalogue.get(node.layer), into)
        if passed is None:
            return None
        port = passed
    return port


def _passed(node: Node, output: str, spec: LayerSpec | None, into: Mapping[Port, Port]) -> Port | None:
    """Return what a bypassed node lets through to one of its outputs: an array for an array, a state for a state."""
    if spec is None:
        return next((source for target, source in into.items() if target.node == node.name), None)
    wanted = spec.output(output)
    if wanted is None or (wanted.is_optional and not wanted.is_state):
        return None
    fitting = (into.get(Port(node.name, port.name)) for port in spec.inputs if _fits(port, wanted))
    return next((source for source in fitting if source is not None), None)


def _fits(given: PortSpec, wanted: PortSpec) -> bool:
    return given.is_state == wanted.is_state


def can_be_bypassed(spec: LayerSpec | None) -> bool:
    """Return whether a layer has anything to let through."""
    return spec is None or bool(spec.inputs and spec.outputs)


def silent_sources(graph: Graph, node: str, port: str) -> tuple[Node, ...]:
    """Return the muted and bypassed nodes that wires into a port come from, through bypassed ones up to the muted."""
    nodes = graph.by_name()
    todo = [edge.source.node for edge in graph.edges_into(node, port)]
    found: dict[str, Node] = {}
    while todo:
        source = nodes.get(todo.pop(0))
        if source is not None and source.mode != "on" and source.name not in found:
            found[source.name] = source
            if source.mode == "bypassed":
                todo += [edge.source.node for edge in graph.edges_into(source.name)]
    return tuple(found.values())
