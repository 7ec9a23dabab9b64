"""The graph as a frozen value: nodes joined by edges from an output port to an input port."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Formula:
    """A value computed from the fields of the class that the node stands in: `features`, `4 * features`.

    With `is_each` it names a field of several numbers: the node is repeated once for each and takes that one.
    """

    formula: str
    is_each: bool = False


Value = None | bool | int | float | str | tuple[int | float | tuple[int, ...], ...] | Formula
"""What an attribute may hold. Everything but a Formula has a `repr` that is valid, harmless Python source."""


Mode = Literal["on", "muted", "bypassed"]
"""Whether a node is part of the model: "muted" gives nothing, "bypassed" lets its first input through."""


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """One end of an edge: a port of a node, by name."""

    node: str
    port: str


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A wire from an output port to an input port. Two equal edges are the same edge."""

    source: Port
    target: Port

    def __hash__(self) -> int:
        """Return what a dataclass would, by one call instead of three: wires are looked up all the time."""
        return hash((self.source.node, self.source.port, self.target.node, self.target.port))


@dataclass(frozen=True, slots=True)
class Node:
    """A placed layer. `name` is its id and its submodule's name; `attributes` holds only what differs from the default."""

    name: str
    layer: str
    attributes: Mapping[str, Value] = field(default_factory=dict, hash=False)
    mode: Mode = "on"


@dataclass(frozen=True, slots=True)
class Field:
    """A typed field of the class that a graph becomes; nodes use it by a Formula.

    `like` says what it may hold: "int", "float", "bool" or "ints", or "LAYER.ATTRIBUTE" for what that attribute may.
    """

    name: str
    like: str
    default: Value
    help: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order they were added, edges in the order they were drawn, and the fields of the class it becomes."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    fields: tuple[Field, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Return the nodes' names in order."""
        return tuple([node.name for node in self.nodes])  # a list is twice as fast as a generator

    def by_name(self) -> dict[str, Node]:
        """Return a fresh name -> node table."""
        return {node.name: node for node in self.nodes}

    def node(self, name: str) -> Node:
        """Return the node of that name; KeyError if there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def has_node(self, name: str) -> bool:
        """Return whether a node of that name is in the graph."""
        return any(node.name == name for node in self.nodes)

    def edges_into(self, name: str, port: str | None = None) -> tuple[Edge, ...]:
        """Return the edges that end at a node, or at one of its ports, in drawing order."""
        return tuple(e for e in self.edges if e.target.node == name and port in (None, e.target.port))

    def edges_from(self, name: str) -> tuple[Edge, ...]:
        """Return the edges that start at a node, in drawing order."""
        return tuple(e for e in self.edges if e.source.node == name)

    def field(self, name: str) -> Field | None:
        """Return the field of that name, if any."""
        return next((field for field in self.fields if field.name == name), None)

    def of_layer(self, layer: str) -> Iterator[Node]:
        """Yield the nodes of one kind of layer."""
        return (node for node in self.nodes if node.layer == layer)

    def with_nodes(self, *nodes: Node) -> "Graph":
        """Return the graph with nodes added at the end."""
        return replace(self, nodes=(*self.nodes, *nodes))

    def with_edges(self, *edges: Edge) -> "Graph":
        """Return the graph with edges added at the end, those already there left alone."""
        ends = {edge.target.node for edge in edges}
        there = {e for e in self.edges if e.target.node in ends}  # to compare a wire with all others takes long
        return replace(self, edges=(*self.edges, *(e for e in dict.fromkeys(edges) if e not in there)))

    def with_node_replaced(self, name: str, node: Node) -> "Graph":
        """Return the graph with one node exchanged; edges follow a changed name."""
        nodes = tuple(node if n.name == name else n for n in self.nodes)
        if node.name == name:
            return replace(self, nodes=nodes)
        nodes = tuple(_sharing(n, node.name) if n.attributes.get("shares") == name else n for n in nodes)
        return replace(self, nodes=nodes, edges=tuple(_renamed(edge, name, node.name) for edge in self.edges))

    def without_nodes(self, names: frozenset[str]) -> "Graph":
        """Return the graph without those nodes and without the edges that touch them.

        Where the owner of shared params goes, the first that shares them takes its place.
        """
        return replace(
            self,
            nodes=_with_new_owners(self.nodes, names),
            edges=tuple(e for e in self.edges if e.source.node not in names and e.target.node not in names),
        )

    def without_edges(self, edges: frozenset[Edge]) -> "Graph":
        """Return the graph without those edges."""
        targets = {edge.target.node for edge in edges}  # to hash an edge takes longer than to look at its end
        return replace(self, edges=tuple([e for e in self.edges if e.target.node not in targets or e not in edges]))


def edge(source: str, target: str, source_port: str = "out", target_port: str = "in") -> Edge:
    """Return the edge between two nodes' usual ports."""
    return Edge(Port(source, source_port), Port(target, target_port))


def _renamed(edge: Edge, old: str, new: str) -> Edge:
    ends = (Port(new, end.port) if end.node == old else end for end in (edge.source, edge.target))
    return Edge(*ends)


def _sharing(node: Node, owner: str) -> Node:
    return replace(node, attributes={**node.attributes, "shares": owner})


def _with_new_owners(nodes: tuple[Node, ...], gone: frozenset[str]) -> tuple[Node, ...]:
    removed = {node.name: node for node in nodes if node.name in gone}
    heirs: dict[str, str] = {}
    kept = []
    for node in nodes:
        owner = node.attributes.get("shares")
        if node.name in gone:
            continue
        if isinstance(owner, str) and owner in removed:
            if owner in heirs:
                node = _sharing(node, heirs[owner])
            else:
                heirs[owner] = node.name
                node = replace(node, attributes=removed[owner].attributes)
        kept.append(node)
    return tuple(kept)
