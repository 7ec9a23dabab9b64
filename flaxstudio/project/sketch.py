"""Draws a graph in a few lines of Python, as templates and tests need it: the wires are the values that calls return."""

from collections.abc import Mapping, Sequence
from typing import Any

from flaxstudio.graph.graph import Edge, Field, Graph, Node, Port, Value
from flaxstudio.graph.library import Block, Library
from flaxstudio.graph.naming import free_name
from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers.own import catalogue_of


class Sketch:
    """A graph in the making. `catalogue` holds every layer that may be placed, own ones included."""

    def __init__(self, catalogue: Catalogue, fields: Sequence[Field] = ()) -> None:
        self._catalogue = catalogue
        self._fields = tuple(fields)
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []

    def add(
        self, layer: str, *inputs: Port, name: str = "", wires: Mapping[str, Port] | None = None, **attributes: Value
    ) -> Port:
        """Place a layer, feed its ports in order (the last takes all that are left where it takes many) and return its output.

        `wires` feeds ports by name. Attributes equal to their default are left out.
        """
        return self._place(layer, inputs, name, wires or {}, attributes)

    def chain(self, start: Port, *layers: tuple[str, Mapping[str, Any]] | str) -> Port:
        """Place layers one after the other and return the last one's output."""
        for layer in layers:
            kind, attributes = (layer, {}) if isinstance(layer, str) else layer
            start = self._place(kind, (start,), "", {}, attributes)
        return start

    def graph(self) -> Graph:
        """Return what was drawn."""
        return Graph(tuple(self._nodes), tuple(self._edges), self._fields)

    def block(self, name: str, help_text: str = "") -> Block:
        """Return what was drawn as a block."""
        return Block(name, self.graph(), help_text)

    def _place(
        self, layer: str, inputs: Sequence[Port], name: str, wires: Mapping[str, Port], attributes: Mapping[str, Value]
    ) -> Port:
        spec = self._catalogue[layer]
        name = name or free_name(spec.base_name(), {node.name for node in self._nodes})
        set_ones = {key: value for key, value in attributes.items() if value != spec.attribute(key).default}
        self._nodes.append(Node(name, layer, set_ones))
        for index, source in enumerate(inputs):
            port = spec.inputs[min(index, len(spec.inputs) - 1)]
            self._edges.append(Edge(source, Port(name, port.name)))
        for key, source in wires.items():
            self._edges.append(Edge(source, Port(name, key)))
        return Port(name, spec.main_output.name if spec.main_output else "")


def with_blocks(catalogue: Catalogue, *blocks: Block) -> Catalogue:
    """Return the catalogue with blocks, to draw with them."""
    return catalogue_of(Library(blocks), catalogue)
