"""Where a node stands when its shape cannot be: what arrives at it, over which wires, from which nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flaxstudio.graph.graph import Edge, Node, Value
from flaxstudio.graph.problem import Fix, setting
from flaxstudio.graph.repair import InsertLayer
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue, LayerSpec

Arrival = tuple[Edge, ArrayShape]

_KEEPING = ("activation", "normalisation")
_REARRANGING = ("Flatten", "Reshape", "ExpandDims", "Squeeze")


@dataclass(frozen=True, slots=True)
class Situation:
    """A node with its arrivals in the order of its ports; the nodes and edges before it tell who made them."""

    node: Node
    spec: LayerSpec
    arrivals: tuple[Arrival, ...]
    nodes: Mapping[str, Node]
    into: Mapping[str, Sequence[Edge]]
    catalogue: Catalogue

    @property
    def given(self) -> ArrayShape:
        """What arrives first."""
        return self.arrivals[0][1]

    @property
    def wire(self) -> Edge:
        """The wire over which it arrives."""
        return self.arrivals[0][0]

    def has(self, name: str) -> bool:
        """Return whether the node's layer has an attribute."""
        return any(attribute.name == name for attribute in self.spec.attributes)

    def value(self, name: str) -> Value:
        """Return an attribute of the node; None where its layer has none of that name."""
        return self.spec.value(self.node, name) if self.has(name) else None

    def set(self, name: str, value: Value, label: str = "") -> Fix:
        """Return the repair that sets an attribute of the node."""
        return setting(label or f"Set {name} to {told(value)}", self.node.name, name, value)

    def insert(self, layer: str, label: str = "", edge: Edge | None = None, **settings: Value) -> Fix:
        """Return the repair that puts a layer on a wire to the node: the first, unless another is named."""
        return Fix(label or f"Insert {layer}", (InsertLayer(layer, edge or self.wire, tuple(settings.items())),))

    def maker(self, edge: Edge, attribute: str = "features") -> Node | None:
        """Return the node whose attribute decides the last size of what comes over a wire, if one does."""
        seen: set[str] = set()
        name = edge.source.node
        while name not in seen and name in self.nodes:
            seen.add(name)
            node, edges = self.nodes[name], self.into[name]
            spec = self.catalogue.get(node.layer)
            if spec is None:
                return None
            if any(a.name == attribute and a.type == "int" for a in spec.attributes):
                return None if node.attributes.get("shares") else node
            if spec.family not in _KEEPING or len(edges) != 1:
                return None
            name = edges[0].source.node
        return None

    def entry(self, edge: Edge) -> Node | None:
        """Return the Input that a wire comes from, through nothing but layers that rearrange."""
        name = edge.source.node
        for _ in range(len(self.nodes)):
            node = self.nodes.get(name)
            if node is None or node.layer == "Input":
                return node
            edges = self.into[name]
            if node.layer not in _REARRANGING or len(edges) != 1:
                return None
            name = edges[0].source.node
        return None


def told(value: Value) -> str:
    """Return a value as it is written in a label: `3, 3`."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
