"""Shapes of every node by abstract evaluation, one node at a time and remembered, so that an edit costs one node."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.shape_faults import ShapeFault, fault_of_inputs, fault_of_scan, first_sentence, listed
from flaxstudio.codegen.source import definitions_in, generate
from flaxstudio.graph.activity import active
from flaxstudio.graph.entries import entry_shape
from flaxstudio.graph.fields import computed, field_values
from flaxstudio.graph.formula import evaluate
from flaxstudio.graph.graph import Formula, Graph, Node, Value, edge
from flaxstudio.graph.library import Block
from flaxstudio.graph.order import topological_order
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import ArrayShape, GraphShapes, NodeShape, Shape, StateShape
from flaxstudio.graph.spec import Catalogue, LayerSpec

BATCH = 13
"""Stands for the batch size while shapes are computed: a size that is rare, so that no other dimension passes for it."""

_MAX_STATES = 8

_Key = tuple[Any, ...]


class ShapeInference:
    """Infers shapes and remembers each (layer, attributes, input shapes) it has seen. Not thread-safe: give it one thread."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[_Key, NodeShape | ShapeFault] = {}

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
        nodes = graph.by_name()
        values = field_values(graph, fields)
        shapes: dict[str, NodeShape] = {}
        problems: list[Problem] = []
        for name in topological_order(graph):
            if entries is not None and name in entries:
                shapes[name] = NodeShape(entries[name])
                continue
            found = self._infer_node(graph, nodes[name], shapes, values)
            if isinstance(found, ShapeFault):
                problems.append(Problem(name, f"{name} {found.what}.", found.remedy))
            elif found is not None:
                shapes[name] = found
        return GraphShapes(shapes, tuple(problems))

    def infer_at(self, graph: Graph, path: Sequence[str], catalogue: Catalogue | None = None) -> GraphShapes:
        """Return the shapes inside the block at a path of nodes, as it stands there; empty where the way is not known."""
        shapes, fields = self.infer(graph, catalogue), field_values(graph)
        for name in path:
            graph = active(graph, self._catalogue)
            if not graph.has_node(name):  # muted or bypassed: nothing arrives there
                return GraphShapes({})
            node = as_owner(graph, graph.node(name))
            spec = self._catalogue[node.layer]
            inputs = input_shapes(graph, node, shapes.nodes, self._catalogue)
            if not isinstance(spec.definition, Block) or inputs is None:
                return GraphShapes({})
            given = {s.name: spec.value(computed(node, fields), s.name) for s in spec.attributes}
            graph = spec.definition.graph
            fields = field_values(graph, given)
            shapes = self.infer(graph, entries=dict(zip(spec.definition.inputs().values(), inputs, strict=True)), fields=fields)
        return shapes

    def _infer_node(
        self, graph: Graph, node: Node, shapes: Mapping[str, NodeShape], fields: Mapping[str, Value]
    ) -> NodeShape | ShapeFault | None:
        spec = self._catalogue.get(node.layer)
        inputs = input_shapes(graph, node, shapes, self._catalogue)
        if spec is None or inputs is None or not spec.is_trusted or spec.fault:
            return None  # check() tells the user
        owner = as_owner(graph, node)
        ports = tuple(p.name for p in spec.outputs if not p.is_optional or graph_uses(graph, node.name, p.name))
        connected = tuple(port.name for port in spec.inputs for _ in graph.edges_into(node.name, port.name))
        try:
            items = repeats_of(owner, fields)
            found: NodeShape | ShapeFault | None = None
            params = 0
            for index, item in enumerate(items):
                one = computed(owner, fields, item)
                if any(a.fault(spec.value(one, a.name)) for a in spec.attributes):
                    return None
                found = self._infer_one(one, spec, inputs, connected, ports)
                if isinstance(found, ShapeFault) or found is None or found.output is None:
                    return found
                params += found.params
                if len(items) > 1 and owner.attributes.get("scan") is True and found.output != inputs[0]:
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
        return replace(found, params=0 if node.attributes.get("shares") else params)

    def _infer_one(
        self, node: Node, spec: LayerSpec, inputs: tuple[Shape, ...], connected: tuple[str, ...], ports: tuple[str, ...]
    ) -> NodeShape | ShapeFault | None:
        own = {a.name for a in spec.attributes}
        attributes = frozenset((key, value) for key, value in node.attributes.items() if key in own)
        definitions = tuple(definitions_in(Graph((node,)), self._catalogue))  # a block changes with those it holds
        key = (spec.name, definitions, attributes, inputs, connected, ports)
        if key not in self._known:
            bare = Node(node.name, node.layer, dict(attributes))
            if isinstance(spec.definition, Block):
                found = self._infer_block(bare, spec, spec.definition, inputs, ports)
            else:
                found = _compute(bare, spec, inputs, connected, ports, self._catalogue)
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
        if inside.problems:
            first = inside.problems[0]
            return ShapeFault(f"does not work inside: {first.what.rstrip('.')}", first.remedy)
        found = {}
        graph = active(block.graph, self._catalogue)
        for port, end in block.outputs().items():
            into = graph.edges_into(end)
            shape = inside.nodes[into[0].source.node].at(into[0].source.port) if into and end in inside.nodes else None
            if shape is None:
                return None
            found[port] = shape
        return _of_ports(found, ports, spec, inside.params)


def input_shapes(graph: Graph, node: Node, shapes: Mapping[str, NodeShape], catalogue: Catalogue) -> tuple[Shape, ...] | None:
    """Return the shapes that arrive at a node, port by port, or None while any that it needs is unknown."""
    spec = catalogue.get(node.layer)
    if spec is None:
        return None
    found: list[Shape] = []
    for port in spec.inputs:
        edges = graph.edges_into(node.name, port.name)
        known = [shapes[e.source.node].at(e.source.port) for e in edges if e.source.node in shapes]
        if (not edges and not port.is_optional) or len(known) < len(edges):
            return None
        found.extend(shape for shape in known if shape is not None)
    return tuple(found)


def graph_uses(graph: Graph, node: str, port: str) -> bool:
    """Return whether any edge starts at a port."""
    return any(edge.source.port == port for edge in graph.edges_from(node))


def single_node(
    node: Node, inputs: tuple[Shape, ...], catalogue: Catalogue, connected: tuple[str, ...] = (), ports: tuple[str, ...] = ()
) -> Graph:
    """Return a graph of one node between inputs of the given shapes and an Output for each of its ports."""
    spec = catalogue[node.layer]
    names = [f"in_{number}" for number in range(len(inputs))]
    arrays = [shape.parts[0] if isinstance(shape, StateShape) else shape for shape in inputs]
    entries = tuple(
        Node(name, "Input", {"shape": shape.sizes, "dtype": shape.dtype}) for name, shape in zip(names, arrays, strict=True)
    )
    into_ports = connected or tuple(spec.inputs[min(i, len(spec.inputs) - 1)].name for i in range(len(inputs)))
    into = tuple(edge(name, node.name, target_port=port) for name, port in zip(names, into_ports, strict=True))
    given = ports or tuple(port.name for port in spec.outputs if not port.is_optional)
    ends = tuple(Node(f"out_{number}", "Output") for number in range(len(given)))
    out_of = tuple(edge(node.name, end.name, source_port=port) for end, port in zip(ends, given, strict=True))
    return Graph((*entries, node, *ends), (*into, *out_of))


def abstract_arrays(inputs: tuple[Shape, ...]) -> list[Any]:
    """Return the inputs as JAX's abstract arrays, with BATCH in front; a state is a tuple of them."""
    return [
        tuple(abstract_arrays(shape.parts))
        if isinstance(shape, StateShape)
        else jax.ShapeDtypeStruct((BATCH, *shape.sizes), jnp.dtype(shape.dtype))
        for shape in inputs
    ]


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


def _compute(
    node: Node,
    spec: LayerSpec,
    inputs: tuple[Shape, ...],
    connected: tuple[str, ...],
    ports: tuple[str, ...],
    catalogue: Catalogue,
) -> NodeShape | ShapeFault:
    if node.layer == "Input":
        return NodeShape(entry_shape(node, catalogue))
    if node.layer == "Output":
        return NodeShape(None)
    if fault := fault_of_inputs(node, spec, inputs):
        return fault
    try:
        outputs, variables = _evaluate(node, inputs, connected, ports, catalogue)
    except Exception as error:  # whatever Flax or JAX raises about this node is the user's to see, in one sentence
        return ShapeFault(f"cannot take {listed(inputs)}: {first_sentence(error)}", "Change its attributes or what feeds it.")
    found = {}
    for port, output in zip(ports, outputs if len(ports) > 1 else (outputs,), strict=True):
        shape = _shape_of(output)
        if isinstance(shape, ShapeFault):
            return shape
        found[port] = shape
    params = sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(variables.get("params", {})))
    return _of_ports(found, ports, spec, params)


def _evaluate(
    node: Node, inputs: tuple[Shape, ...], connected: tuple[str, ...], ports: tuple[str, ...], catalogue: Catalogue
) -> tuple[Any, Any]:
    module = build_module(generate(single_node(node, inputs, catalogue, connected, ports), "Single", catalogue))
    return jax.eval_shape(  # type: ignore[no-any-return]
        lambda key, *arrays: module.init_with_output(key, *arrays),
        jax.ShapeDtypeStruct((2,), jnp.uint32),
        *abstract_arrays(inputs),
    )


def _of_ports(found: Mapping[str, Shape], ports: tuple[str, ...], spec: LayerSpec, params: int) -> NodeShape:
    main = spec.main_output.name if spec.main_output else ports[0]
    others = tuple((port, shape) for port, shape in found.items() if port != main)
    return NodeShape(found[main], params, others)


def _shape_of(output: Any) -> Shape | ShapeFault:
    if not hasattr(output, "shape"):
        parts = [_shape_of(leaf) for leaf in jax.tree.leaves(output)[:_MAX_STATES]]
        return StateShape(tuple(part for part in parts if isinstance(part, ArrayShape)))
    sizes = tuple(int(size) for size in output.shape)
    if not sizes or sizes[0] != BATCH:
        return ShapeFault(
            "mixes up the samples of a batch: its first dimension is no longer the batch", "Change its attributes."
        )
    if 0 in sizes:
        return ShapeFault(
            f"leaves nothing: its output would be {ArrayShape(sizes[1:])}", "Use a smaller window, or SAME padding before it."
        )
    return ArrayShape(sizes[1:], output.dtype.name)
