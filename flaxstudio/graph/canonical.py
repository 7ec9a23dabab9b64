"""One order for graphs that are drawn in different orders, so that they can be compared."""

import ast
from dataclasses import replace

from flaxstudio.graph.graph import Formula, Graph, Node, Value
from flaxstudio.graph.order import topological_order
from flaxstudio.graph.spec import Catalogue


def canonical(graph: Graph, catalogue: Catalogue | None = None) -> Graph:
    """Return the graph in one order: Inputs first as they stand, then by topology; edges by their ends.

    Wires into one port keep their order, which tells `a + b` from `b + a`. Formulas are spelt one way. With a catalogue,
    attributes that are the default are left out.
    """
    place = {name: number for number, name in enumerate(graph.names())}
    wired = replace(
        graph, edges=tuple(sorted(graph.edges, key=lambda edge: (place.get(edge.target.node, 0), edge.target.port)))
    )
    order = {name: number for number, name in enumerate(topological_order(wired))}
    nodes = sorted(
        graph.nodes, key=lambda node: (node.layer != "Input", 0 if node.layer == "Input" else order.get(node.name, -1))
    )
    at = {node.name: number for number, node in enumerate(nodes)}
    edges = sorted(graph.edges, key=lambda edge: (at.get(edge.target.node, 0), edge.target.port))
    return replace(graph, nodes=tuple(_spelt(node, catalogue) for node in nodes), edges=tuple(edges))


def _spelt(node: Node, catalogue: Catalogue | None) -> Node:
    spec = catalogue.get(node.layer) if catalogue is not None else None
    # what shares another's params has no attributes of its own that count
    shown = ("shares",) if node.attributes.get("shares") else tuple(sorted(node.attributes))
    given = {key: _formula(node.attributes[key]) for key in shown}
    return replace(
        node, attributes={key: given[key] for key in shown if spec is None or given[key] != spec.attribute(key).default}
    )


def _formula(value: Value) -> Value:
    if not isinstance(value, Formula):
        return value
    try:
        return Formula(ast.unparse(ast.parse(value.formula.strip(), mode="eval")), value.is_each)
    except (SyntaxError, ValueError):
        return value
