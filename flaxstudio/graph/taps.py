"""A graph that gives out what each of its nodes gives, and which units an activation shuts off."""

from flaxstudio.graph.activity import active
from flaxstudio.graph.graph import Edge, Graph, Node, Port
from flaxstudio.graph.naming import free_name
from flaxstudio.graph.order import topological_order, upstream
from flaxstudio.graph.spec import Catalogue

_SHUTTING = frozenset({"relu", "relu6", "hard_sigmoid", "hard_silu"})
"""Activations that give exactly 0 on one side."""
_MAKING = frozenset({"linear", "convolution"})
_PASSING = frozenset({"normalisation"})


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


def _family(node: Node, catalogue: Catalogue) -> str:
    spec = catalogue.get(node.layer)
    return spec.family if spec is not None else ""
