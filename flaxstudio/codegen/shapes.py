"""Shapes of every node by abstract evaluation, one node at a time and remembered, so that an edit costs what lies behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flaxstudio.codegen.shape_evaluation import BATCH, abstract_arrays, evaluated_shape, of_ports, single_node
from flaxstudio.codegen.shape_faults import ShapeFault, fault_of_scan
from flaxstudio.codegen.source import definitions_in
from flaxstudio.graph.activity import active
from flaxstudio.graph.fields import computed, field_values
from flaxstudio.graph.formula import evaluate
from flaxstudio.graph.graph import Edge, Formula, Graph, Node, Value
from flaxstudio.graph.library import Block
from flaxstudio.graph.order import edges_by_node, topological_order
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import ArrayShape, GraphShapes, NodeShape, Shape
from flaxstudio.graph.shape_repairs import shape_repairs
from flaxstudio.graph.situation import Arrival, Situation
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.graph.usage import is_odd, usage_warnings

__all__ = ["BATCH", "Interrupted", "ShapeInference", "abstract_arrays", "as_owner", "input_shapes", "repeats_of", "single_node"]

_MOST_REMEMBERED = 20_000

_Key = tuple[Any, ...]


class Interrupted(Exception):
    """Nobody waits for the shapes any more."""


@dataclass(frozen=True, slots=True)
class _Situation:
    """All that a node's shape depends on. The same objects give the same shape, which is cheap to see."""

    node: Node
    owner: Node
    spec: LayerSpec
    inputs: tuple[Shape, ...]
    connected: tuple[str, ...]
    ports: tuple[str, ...]
    fields: Mapping[str, Value]

    def is_same(self, other: "_Situation") -> bool:
        return (
            self.node is other.node
            and self.owner is other.owner
            and self.spec is other.spec
            and self.inputs == other.inputs
            and self.connected == other.connected
            and self.ports == other.ports
            and self.fields == other.fields
        )


class ShapeInference:
    """Infers shapes and remembers each (layer, attributes, input shapes) it has seen. Not thread-safe: give it one thread.

    `is_stale` is asked before each node that must be computed: where it says yes, `Interrupted` is raised.
    """

    def __init__(self, catalogue: Catalogue, is_stale: Callable[[], bool] = lambda: False) -> None:
        self.is_stale = is_stale
        self._catalogue = catalogue
        self._known: dict[_Key, NodeShape | ShapeFault] = {}
        self._last: dict[int, tuple[_Situation, NodeShape | ShapeFault | None]] = {}

    def infer(
        self,
        graph: Graph,
        catalogue: Catalogue | None = None,
        entries: Mapping[str, Shape] | None = None,
        fields: Mapping[str, Value] | None = None,
    ) -> GraphShapes:
        """Return what each node gives out; a mistake is told at the node that made it and nodes behind it stay open.

        `catalogue` is the project's, where it has layers of its own. `entries` are the shapes at the Inputs and
        `fields` the values of the class's fields, where they are not those the graph itself names.
        """
        if catalogue is not None:
            self._catalogue = catalogue
        graph = active(graph, catalogue or self._catalogue)
        nodes, (into, out_of) = graph.by_name(), edges_by_node(graph)
        values = field_values(graph, fields)
        shapes: dict[str, NodeShape] = {}
        problems: list[Problem] = []
        for name in topological_order(graph):
            if entries is not None and name in entries:
                shapes[name] = NodeShape(entries[name])
                continue
            node = nodes[name]
            owner = nodes.get(str(node.attributes.get("shares") or ""), node)
            found = self._infer_node(node, owner, into[name], out_of[name], shapes, values)
            if isinstance(found, ShapeFault):
                at = self._situation(owner, nodes, into, into[name], shapes)
                problems.append(Problem(name, f"{name} {found.what}.", found.remedy, fixes=(*found.fixes, *shape_repairs(at))))
            elif found is not None:
                shapes[name] = found
                if is_odd(self._catalogue[node.layer], into[name], shapes):
                    problems += usage_warnings(self._situation(node, nodes, into, into[name], shapes))
        return GraphShapes(shapes, tuple(problems))

    def infer_at(self, graph: Graph, path: Sequence[str], catalogue: Catalogue | None = None) -> GraphShapes:
        """Return the shapes inside the block at a path of nodes, as it stands there; empty where the way is not known."""
        shapes = self.infer(graph, catalogue)
        fields: Mapping[str, Value] = field_values(graph)
        for name in path:
            graph = active(graph, self._catalogue)
            step = self._into(graph, graph.node(name), shapes, fields) if graph.has_node(name) else None
            if step is None:  # it is muted or bypassed, or nothing known arrives there
                return GraphShapes({})
            graph, shapes, fields = step
        return shapes

    def inside(self, graph: Graph, shapes: GraphShapes) -> dict[str, tuple[GraphShapes, ...]]:
        """Return the shapes in each block that a graph uses, by its name: once for each way in which it is used."""
        found: dict[str, dict[_Key, GraphShapes]] = {}
        open_: list[tuple[Graph, GraphShapes, Mapping[str, Value]]] = [(graph, shapes, field_values(graph))]
        while open_:
            graph, shapes, fields = open_.pop()
            graph = active(graph, self._catalogue)
            for node in graph.nodes:
                spec = self._catalogue.get(node.layer)
                if spec is None or not isinstance(spec.definition, Block):
                    continue
                inputs = input_shapes(graph, node, shapes.nodes, self._catalogue)
                key = (inputs, frozenset(as_owner(graph, node).attributes.items()), frozenset(fields.items()))
                if key not in found.setdefault(node.layer, {}) and (step := self._into(graph, node, shapes, fields)):
                    found[node.layer][key] = step[1]
                    open_.append(step)
        return {name: tuple(ways.values()) for name, ways in found.items()}

    def _into(
        self, graph: Graph, node: Node, shapes: GraphShapes, fields: Mapping[str, Value]
    ) -> tuple[Graph, GraphShapes, Mapping[str, Value]] | None:
        """Return the graph, shapes and fields of the block that a node is, as it stands there; None where that is not known."""
        node = as_owner(graph, node)
        spec = self._catalogue[node.layer]
        inputs = input_shapes(graph, node, shapes.nodes, self._catalogue)
        if not isinstance(spec.definition, Block) or inputs is None:
            return None
        try:
            given = {s.name: spec.value(computed(node, fields), s.name) for s in spec.attributes}
        except ValueError:
            return None  # a formula that check() tells about
        block = spec.definition
        values = field_values(block.graph, given)
        entries = dict(zip(block.inputs().values(), inputs, strict=True))
        return block.graph, self.infer(block.graph, entries=entries, fields=values), values

    def _situation(
        self,
        node: Node,
        nodes: Mapping[str, Node],
        into: Mapping[str, Sequence[Edge]],
        edges: Sequence[Edge],
        shapes: Mapping[str, NodeShape],
    ) -> Situation:
        spec = self._catalogue[node.layer]
        return Situation(node, spec, _arrivals(spec, edges, shapes), nodes, into, self._catalogue)

    def _infer_node(
        self,
        node: Node,
        owner: Node,
        into: Sequence[Edge],
        out_of: Sequence[Edge],
        shapes: Mapping[str, NodeShape],
        fields: Mapping[str, Value],
    ) -> NodeShape | ShapeFault | None:
        spec = self._catalogue.get(node.layer)
        if spec is None or not spec.is_trusted or spec.fault:
            return None  # check() tells the user
        inputs = _arriving(spec, into, shapes)
        if inputs is None:
            return None
        used = {edge.source.port for edge in out_of}
        ports = tuple(port.name for port in spec.outputs if not port.is_optional or port.name in used)
        connected = tuple(port.name for port in spec.inputs for edge in into if edge.target.port == port.name)
        situation = _Situation(node, owner, spec, inputs, connected, ports, fields)
        last = self._last.get(id(node))
        if last is not None and situation.is_same(last[0]):
            return last[1]
        found = self._infer_repeats(situation)
        if len(self._last) > _MOST_REMEMBERED:
            self._last.clear()
        self._last[id(node)] = situation, found  # which keeps the node alive, and its id its own
        return found

    def _infer_repeats(self, at: _Situation) -> NodeShape | ShapeFault | None:
        """Return the shape behind the last of a node's repeats, with the params of all."""
        inputs, found, params = at.inputs, None, 0
        acting = at.node if at.owner is at.node else replace(at.node, attributes=at.owner.attributes)
        try:
            items = repeats_of(acting, at.fields)
            for index, item in enumerate(items):
                one = computed(acting, at.fields, item)
                if any(a.fault(at.spec.value(one, a.name)) for a in at.spec.attributes):
                    return None
                found = self._infer_one(one, at.spec, inputs, at.connected, at.ports)
                if isinstance(found, ShapeFault) or found is None or found.output is None:
                    return found
                params += found.params
                if len(items) > 1 and acting.attributes.get("scan") is True and found.output != inputs[0]:
                    return fault_of_scan(inputs[0], found.output)
                if index and found.output == inputs[0] and item is None:  # all further repeats are alike
                    params += found.params * (len(items) - 1 - index)
                    break
                if len(items) > 1:
                    inputs = (found.output, *inputs[1:])
        except ValueError:
            return None  # a formula that check() tells about
        if found is None or isinstance(found, ShapeFault):
            return found
        return replace(found, params=0 if at.node.attributes.get("shares") else params)

    def _infer_one(
        self, node: Node, spec: LayerSpec, inputs: tuple[Shape, ...], connected: tuple[str, ...], ports: tuple[str, ...]
    ) -> NodeShape | ShapeFault | None:
        own = {a.name for a in spec.attributes}
        attributes = frozenset((key, value) for key, value in node.attributes.items() if key in own)
        definitions = tuple(definitions_in(Graph((node,)), self._catalogue))  # a block changes with those it holds
        key = (spec.name, definitions, attributes, inputs, connected, ports)
        if key not in self._known:
            if self.is_stale():
                raise Interrupted
            bare = Node(node.name, node.layer, dict(attributes))
            if isinstance(spec.definition, Block):
                found = self._infer_block(bare, spec, spec.definition, inputs, ports)
            else:
                found = evaluated_shape(bare, spec, inputs, connected, ports, self._catalogue)
            if found is None:
                return None
            self._known[key] = found
        return self._known[key]

    def _infer_block(
        self, node: Node, spec: LayerSpec, block: Block, inputs: tuple[Shape, ...], ports: tuple[str, ...]
    ) -> NodeShape | ShapeFault | None:
        given = {attribute.name: spec.value(node, attribute.name) for attribute in spec.attributes}
        entries = dict(zip(block.inputs().values(), inputs, strict=True))
        inside = self.infer(block.graph, entries=entries, fields=given)
        if first := next((problem for problem in inside.problems if problem.severity == "error"), None):
            fixes = tuple(
                fix if fix.block else replace(fix, label=f"{fix.label} in {spec.name}", block=spec.name) for fix in first.fixes
            )
            return ShapeFault(f"does not work inside: {first.what.rstrip('.')}", first.remedy, fixes)
        found = {}
        graph = active(block.graph, self._catalogue)
        for port, end in block.outputs().items():
            into = graph.edges_into(end)
            shape = inside.nodes[into[0].source.node].at(into[0].source.port) if into and end in inside.nodes else None
            if shape is None:
                return None
            found[port] = shape
        return of_ports(found, ports, spec, inside.params)


def input_shapes(graph: Graph, node: Node, shapes: Mapping[str, NodeShape], catalogue: Catalogue) -> tuple[Shape, ...] | None:
    """Return the shapes that arrive at a node, port by port, or None while any that it needs is unknown."""
    spec = catalogue.get(node.layer)
    return None if spec is None else _arriving(spec, graph.edges_into(node.name), shapes)


def _arrivals(spec: LayerSpec, into: Sequence[Edge], shapes: Mapping[str, NodeShape]) -> tuple[Arrival, ...]:
    """Return the arrays that arrive at a node with their wires, port by port; nothing where states are among them."""
    edges = [edge for port in spec.inputs for edge in into if edge.target.port == port.name]
    given = [(edge, shapes[edge.source.node].at(edge.source.port)) for edge in edges]
    arrays = tuple((edge, shape) for edge, shape in given if isinstance(shape, ArrayShape))
    return arrays if len(arrays) == len(given) else ()


def _arriving(spec: LayerSpec, into: Sequence[Edge], shapes: Mapping[str, NodeShape]) -> tuple[Shape, ...] | None:
    found: list[Shape] = []
    for port in spec.inputs:
        edges = [edge for edge in into if edge.target.port == port.name]
        if not edges and not port.is_optional:
            return None
        for edge in edges:
            given = shapes.get(edge.source.node)
            if given is None:
                return None
            if (shape := given.at(edge.source.port)) is not None:
                found.append(shape)
    return tuple(found)


def as_owner(graph: Graph, node: Node) -> Node:
    """Return the node with the attributes of the one whose params it shares."""
    owner = node.attributes.get("shares")
    if not isinstance(owner, str) or not graph.has_node(owner):
        return node
    return replace(node, attributes=graph.node(owner).attributes)


def repeats_of(node: Node, fields: Mapping[str, Value]) -> Sequence[Value]:
    """Return what each of a node's repeats takes from a field: as many Nones as repeats where it takes nothing."""
    each = next((value for value in node.attributes.values() if isinstance(value, Formula) and value.is_each), None)
    if each is not None:
        items = fields.get(each.formula.strip())
        return items if isinstance(items, tuple) else ()
    repeat = node.attributes.get("repeat", 1)
    count = evaluate(repeat, fields) if isinstance(repeat, Formula) else repeat
    return [None] * (count if isinstance(count, int) else 0)
