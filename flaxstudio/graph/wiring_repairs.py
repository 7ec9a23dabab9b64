"""Repairs of wires: what a free input could be fed by, which wire of a loop goes, what a layer nobody knows may have been."""

import difflib
from collections.abc import Collection, Iterator, Mapping

from flaxstudio.graph.graph import Edge, Graph, Node, Port, Value
from flaxstudio.graph.order import downstream
from flaxstudio.graph.problem import Fix
from flaxstudio.graph.repair import AddOutput, Connect, Disconnect, PutBefore, RemoveNode, ReplaceNode
from flaxstudio.graph.spec import Catalogue, LayerSpec, PortSpec

_MOST = 3


def feeding(graph: Graph, node: Node, port: PortSpec, catalogue: Catalogue) -> tuple[Fix, ...]:
    """Return what would feed a free input: nodes that feed nothing yet first, then the one before it, then a new Input."""
    target = Port(node.name, port.name)
    behind = downstream(graph, [node.name])
    order = {name: place for place, name in enumerate(graph.names())}
    busy, here = {edge.source.node for edge in graph.edges}, order[node.name]
    givers = [other for other in graph.nodes if other.name not in behind and _gives(other, port, catalogue)]
    givers.sort(key=lambda other: (other.name in busy, abs(order[other.name] - here) + (order[other.name] > here) / 2))
    fixes = [
        Fix(f"Connect {other.name} to it", (Connect(Port(other.name, output.name), target),))
        for other in givers[:_MOST]
        if (output := _main(other, catalogue)) is not None
    ]
    if not port.is_state and node.layer != "Output" and "Input" in catalogue:
        fixes.append(Fix("Add an Input before it", (PutBefore("Input", target),)))
    return tuple(fixes)


def unlooping(graph: Graph, on_cycle: Collection[str]) -> tuple[Fix, ...]:
    """Return what ends a loop: its wires go one by one, the one that leads back farthest first."""
    order = {name: place for place, name in enumerate(graph.names())}
    edges = [edge for edge in graph.edges if edge.source.node in on_cycle and edge.target.node in on_cycle]
    edges.sort(key=lambda edge: order[edge.target.node] - order[edge.source.node])
    return tuple(disconnecting(edge) for edge in edges[:_MOST])


def disconnecting(edge: Edge) -> Fix:
    """Return the repair that deletes a wire."""
    return Fix(f"Delete the wire from {edge.source.node} to {edge.target.node}", (Disconnect(edge),))


def ending(graph: Graph, layer: str, catalogue: Catalogue) -> tuple[Fix, ...]:
    """Return what would give a graph its missing Input or Output, where one place is the natural one."""
    if layer == "Input":
        return tuple(Fix(f"Add an Input before {port.node}", (PutBefore("Input", port),)) for port in _free(graph, catalogue))[
            :2
        ]
    busy = {edge.source.node for edge in graph.edges}
    mains = [(node.name, _main(node, catalogue)) for node in graph.nodes if node.name not in busy]
    ends = [Port(name, output.name) for name, output in mains if output is not None]
    return tuple(Fix(f"Add an Output behind {port.node}", (AddOutput(port),)) for port in reversed(ends[-2:]))


def replacing(node: Node, catalogue: Catalogue) -> tuple[Fix, ...]:
    """Return what may stand in the place of a layer nobody knows."""
    names = {spec.name.lower(): spec.name for spec in catalogue}
    near = [names[found] for found in difflib.get_close_matches(node.layer.lower(), names, 2, 0.75)]
    kept = {name: _known(node, catalogue[name]) for name in near}
    others = tuple(Fix(f"Make it a {name}", (ReplaceNode(node.name, name, tuple(kept[name].items())),)) for name in near)
    return (*others, Fix(f"Delete {node.name}", (RemoveNode(node.name),)))


def _known(node: Node, spec: LayerSpec) -> Mapping[str, Value]:
    specs = {attribute.name: attribute for attribute in spec.attributes}
    return {name: value for name, value in node.attributes.items() if name in specs and not specs[name].fault(value)}


def _free(graph: Graph, catalogue: Catalogue) -> Iterator[Port]:
    fed = {edge.target for edge in graph.edges}
    for node in graph.nodes:
        spec = catalogue.get(node.layer)
        for port in spec.inputs if spec and node.layer != "Output" else ():
            if not port.is_optional and Port(node.name, port.name) not in fed:
                yield Port(node.name, port.name)


def _gives(node: Node, port: PortSpec, catalogue: Catalogue) -> bool:
    output = _main(node, catalogue)
    return output is not None and output.is_state == port.is_state


def _main(node: Node, catalogue: Catalogue) -> PortSpec | None:
    spec = catalogue.get(node.layer)
    return spec.main_output if spec and node.mode == "on" else None
