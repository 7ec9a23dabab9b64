"""Graph to source text: the linen Module that is shown, executed, trained and exported. One text, one path."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flaxstudio.graph.graph import Edge, Graph, Node, Port
from flaxstudio.graph.order import topological_order, upstream
from flaxstudio.graph.spec import Catalogue, LayerSpec

Style = Literal["compact", "setup"]
_INDENT = "    "
_UNKNOWN = "..."  # stands where the user has not given something yet; such a source is shown, never executed


@dataclass(frozen=True, slots=True)
class Source:
    """Python source of a linen Module. `lines` tells each node's lines, first and last, counted from 1."""

    text: str
    class_name: str
    lines: Mapping[str, tuple[int, int]] = field(hash=False)
    uses_train: bool

    def node_at(self, line: int) -> str:
        """Return the node whose line this is, or ""."""
        return next((node for node, (first, last) in self.lines.items() if first <= line <= last), "")


def generate(graph: Graph, class_name: str, catalogue: Catalogue, style: Style = "compact") -> Source:
    """Return the Module's source for a graph, a draft with `...` where the graph is not finished.

    Nodes that lead to no Output are left out (all are shown while there is no Output). Literals are the `repr` of
    values that their AttributeSpec has accepted.
    """
    return _Writer(graph, class_name, catalogue, style).write()


class _Writer:
    """Writes one Module line by line, noting which node each line belongs to."""

    def __init__(self, graph: Graph, class_name: str, catalogue: Catalogue, style: Style) -> None:
        self._graph = graph
        self._class_name = class_name
        self._catalogue = catalogue
        self._style = style
        self._nodes = graph.by_name()
        self._order = _useful_order(graph)
        self._computed = [name for name in self._order if self._nodes[name].layer not in ("Input", "Output")]
        self._uses = _count_uses(graph, self._order)
        self._into = _edges_into(graph)
        self._inputs = {node.name for node in graph.of_layer("Input")}
        self._values: dict[str, str] = {}
        self._lines: list[str] = []
        self._places: dict[str, tuple[int, int]] = {}

    def write(self) -> Source:
        body = list(self._statements())
        text = "\n".join(line for _, line in body)
        uses_jnp = "jnp." in text
        self._add("import flax.linen as nn")
        if uses_jnp:
            self._add("import jax.numpy as jnp")
        self._add("", "", f"class {self._class_name}(nn.Module):")
        for node, line in body:
            self._add(line)
            if node:
                self._places[node] = (len(self._lines), len(self._lines))
        return Source("\n".join(self._lines) + "\n", self._class_name, self._places, self._uses_train())

    def _add(self, *lines: str) -> None:
        self._lines.extend(lines)

    def _uses_train(self) -> bool:
        nodes = (self._nodes[name] for name in self._computed)
        return any((spec := self._catalogue.get(node.layer)) is not None and spec.uses_train(node) for node in nodes)

    def _statements(self) -> Iterator[tuple[str, str]]:
        """Yield (node, line) of the class body; lines of no node have ""."""
        if self._style == "setup":
            yield from self._setup()
        else:
            yield "", f"{_INDENT}@nn.compact"
        yield "", f"{_INDENT}def __call__({', '.join(self._parameters())}):"
        for name in self._computed:
            yield name, _INDENT * 2 + self._statement(self._nodes[name])
        returned = [self._input_values(node)[0] for node in self._graph.of_layer("Output")]
        if returned:
            yield "", f"{_INDENT * 2}return {', '.join(returned)}"
        elif not self._computed:
            yield "", f"{_INDENT * 2}{_UNKNOWN}"

    def _setup(self) -> Iterator[tuple[str, str]]:
        specs = {name: self._catalogue.get(self._nodes[name].layer) for name in self._computed}
        modules = [(name, spec) for name, spec in specs.items() if spec is not None and spec.is_module]
        if not modules:
            return
        yield "", f"{_INDENT}def setup(self):"
        for name, spec in modules:
            yield "", f"{_INDENT * 2}self.{name} = {self._fill(spec, self._nodes[name], (), '')}"
        yield "", ""

    def _parameters(self) -> list[str]:
        inputs = [node.name for node in self._graph.of_layer("Input")]
        self._values.update({name: name if len(inputs) > 1 else "x" for name in inputs})
        return ["self", *(self._values[name] for name in inputs), *(["train: bool = False"] if self._uses_train() else [])]

    def _statement(self, node: Node) -> str:
        spec = self._catalogue.get(node.layer)
        if spec is None:
            self._values[node.name] = _UNKNOWN
            return f"# {node.name}: this version does not know the layer"
        inputs = self._input_values(node)
        if not spec.is_module:
            expression = self._fill(spec, node, inputs, "")
        else:
            arguments = ", ".join([*inputs, *([spec.call] if spec.call else [])])
            maker = f"self.{node.name}" if self._style == "setup" else self._fill(spec, node, (), f'name="{node.name}"')
            expression = f"{maker}({arguments})"
        return f"{self._variable_for(node)} = {expression}"

    def _input_values(self, node: Node) -> list[str]:
        """Return the variables that hold a node's inputs, port by port."""
        spec = self._catalogue.get(node.layer)
        ports = spec.inputs if spec else ()
        edges = [edge for port in ports for edge in self._into.get(Port(node.name, port.name), (None,))]
        return [self._values.get(edge.source.node, _UNKNOWN) if edge else _UNKNOWN for edge in edges]

    def _variable_for(self, node: Node) -> str:
        """Return the variable for a node's value: `x` or its chain's while nobody else needs it, else the node's name."""
        spec = self._catalogue[node.layer]
        sources = [edge.source.node for port in spec.inputs for edge in self._into.get(Port(node.name, port.name), ())]
        for source in sources:
            self._uses[source] = self._uses.get(source, 0) - 1
        free = [self._values[s] for s in sources if self._uses[s] <= 0 and self._values.get(s, _UNKNOWN) != _UNKNOWN]
        continues = free[0] if len(sources) == 1 and free and free[0] not in self._inputs else node.name
        chosen = "x" if "x" in free else continues
        self._values[node.name] = chosen
        return chosen

    def _fill(self, spec: LayerSpec, node: Node, inputs: Iterable[str], name: str) -> str:
        """Return the spec's template with a node's values in it."""
        sources = {attribute.name: _attribute_source(spec, node, attribute.name) for attribute in spec.attributes}
        written = [a.name for a in spec.attributes if a.is_required or a.name in node.attributes]
        keywords = [f"{key}={sources[key]}" for key in written] + ([name] if name else [])
        filled = spec.code.format(inputs=spec.join.join(inputs), attributes=", ".join(keywords), **sources)
        return filled.replace(", )", ")")


def _attribute_source(spec: LayerSpec, node: Node, name: str) -> str:
    attribute = spec.attribute(name)
    value = spec.value(node, name)
    return _UNKNOWN if attribute.fault(value) else attribute.source(value)


def _useful_order(graph: Graph) -> list[str]:
    outputs = [node.name for node in graph.of_layer("Output")]
    useful = upstream(graph, outputs) if outputs else frozenset(graph.names())
    return [name for name in topological_order(graph) if name in useful]


def _count_uses(graph: Graph, order: list[str]) -> dict[str, int]:
    """Return how many edges to nodes that are written start at each node."""
    written = set(order)
    uses = dict.fromkeys(order, 0)
    for edge in graph.edges:
        if edge.target.node in written and edge.source.node in uses:
            uses[edge.source.node] += 1
    return uses


def _edges_into(graph: Graph) -> dict[Port, list[Edge]]:
    into: dict[Port, list[Edge]] = {}
    for edge in graph.edges:
        into.setdefault(edge.target, []).append(edge)
    return into
