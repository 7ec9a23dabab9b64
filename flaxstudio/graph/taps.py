"""A graph that gives out what each of its nodes gives, and which units an activation shuts off."""

from collections.abc import Iterator
from dataclasses import dataclass

from flaxstudio.graph.activity import active
from flaxstudio.graph.graph import Edge, Graph, Node, Port
from flaxstudio.graph.library import Block, Library
from flaxstudio.graph.naming import free_name
from flaxstudio.graph.order import topological_order, upstream
from flaxstudio.graph.spec import Catalogue

_SHUTTING = {"relu": 0.0, "relu6": 0.0, "hard_sigmoid": -3.0, "hard_silu": -3.0}
"""Activations that give exactly 0 for all that is not above a limit."""
_MAKING = frozenset({"linear", "convolution"})
_PASSING = frozenset({"normalisation"})


@dataclass(frozen=True, slots=True)
class Shut:
    """An activation inside blocks: `units` names the node whose units it shuts off, `feeder` the node before it, which gives no
    more than `limit` for a unit that is shut. `place` has the nodes that the blocks are, from the outermost in.
    """

    place: tuple[str, ...]
    units: str
    feeder: str
    limit: float


def tapped_graph(graph: Graph, catalogue: Catalogue) -> tuple[tuple[Port, ...], Graph]:
    """Return the graph with an Output at every node that leads to one, instead of its own, and the ports they listen to.

    Outputs have no variables, so those of the model fit.
    """
    graph = active(graph, catalogue)
    useful = upstream(graph, [node.name for node in graph.of_layer("Output")])
    nodes = graph.by_name()
    kept = graph.without_nodes(frozenset(name for name in nodes if name not in useful or nodes[name].layer == "Output"))
    ports = [
        Port(name, port.name)
        for name in topological_order(graph)
        if name in useful and (spec := catalogue.get(nodes[name].layer)) is not None
        for port in spec.outputs
        if not port.is_optional or any(edge.source == Port(name, port.name) for edge in kept.edges)
    ]
    names: list[str] = []
    for _ in ports:
        names.append(free_name("output", {*nodes, *names}))
    kept = kept.with_nodes(*(Node(name, "Output") for name in names))
    return tuple(ports), kept.with_edges(*(Edge(port, Port(name, "in")) for port, name in zip(ports, names, strict=True)))


def units_shut(graph: Graph, catalogue: Catalogue) -> dict[str, str]:
    """Return each activation that gives exactly 0 on one side, with the node whose units it lets through or not.

    That is the layer before it, a normalisation in between or not; the activation itself where it is fed by something else.
    """
    nodes = graph.by_name()
    feeding = {edge.target.node: edge.source.node for edge in graph.edges}
    found = {}
    for node in graph.nodes:
        if node.layer not in _SHUTTING:
            continue
        source = feeding.get(node.name, "")
        while source and _family(nodes[source], catalogue) in _PASSING:
            source = feeding.get(source, "")
        found[node.name] = source if source and _family(nodes[source], catalogue) in _MAKING else node.name
    return found


def units_shut_inside(graph: Graph, library: Library, catalogue: Catalogue, place: tuple[str, ...] = ()) -> Iterator[Shut]:
    """Yield the activations inside a graph's blocks that shut units off, as far as a layer or normalisation feeds them."""
    for node in active(graph, catalogue).nodes:
        block = library.get(node.layer)
        if not isinstance(block, Block):
            continue
        inner, here = active(block.graph, catalogue), (*place, node.name)
        nodes = inner.by_name()
        feeding = {edge.target.node: edge.source.node for edge in inner.edges}
        for activation, units in units_shut(inner, catalogue).items():
            if units != activation:
                yield Shut(here, units, feeding[activation], _SHUTTING[nodes[activation].layer])
        yield from units_shut_inside(block.graph, library, catalogue, here)


def _family(node: Node, catalogue: Catalogue) -> str:
    spec = catalogue.get(node.layer)
    return spec.family if spec is not None else ""
