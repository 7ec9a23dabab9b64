"""Shapes of every node by abstract evaluation, one node at a time and remembered, so that an edit costs one node."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.source import generate
from flaxstudio.graph.graph import Graph, Node, Value, edge
from flaxstudio.graph.order import topological_order
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import ArrayShape, GraphShapes, NodeShape
from flaxstudio.graph.spec import Catalogue, LayerSpec, PortSpec

BATCH = 2
"""Stands for the batch size while shapes are computed; above 1, so that nothing broadcasts by accident."""

_Key = tuple[str, frozenset[tuple[str, Value]], tuple[ArrayShape, ...]]


@dataclass(frozen=True, slots=True)
class _Fault:
    what: str
    remedy: str


class ShapeInference:
    """Infers shapes and remembers each (layer, attributes, input shapes) it has seen. Not thread-safe: give it one thread."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[_Key, NodeShape | _Fault] = {}

    def infer(self, graph: Graph) -> GraphShapes:
        """Return what each node gives out; a mistake is told at the node that made it and nodes behind it stay open."""
        nodes = graph.by_name()
        shapes: dict[str, NodeShape] = {}
        problems: list[Problem] = []
        for name in topological_order(graph):
            found = self._infer_node(graph, nodes[name], shapes)
            if isinstance(found, _Fault):
                problems.append(Problem(name, f"{name} {found.what}.", found.remedy))
            elif found is not None:
                shapes[name] = found
        return GraphShapes(shapes, tuple(problems))

    def _infer_node(self, graph: Graph, node: Node, shapes: Mapping[str, NodeShape]) -> NodeShape | _Fault | None:
        spec = self._catalogue.get(node.layer)
        inputs = input_shapes(graph, node, shapes, self._catalogue)
        if spec is None or inputs is None or any(a.fault(spec.value(node, a.name)) for a in spec.attributes):
            return None  # check() tells the user
        key = (node.layer, frozenset(node.attributes.items()), inputs)
        if key not in self._known:
            self._known[key] = _compute(node, spec, inputs, self._catalogue)
        return self._known[key]


def input_shapes(
    graph: Graph, node: Node, shapes: Mapping[str, NodeShape], catalogue: Catalogue
) -> tuple[ArrayShape, ...] | None:
    """Return the shapes that arrive at a node, port by port, or None while any is unknown."""
    spec = catalogue.get(node.layer)
    if spec is None:
        return None
    found: list[ArrayShape] = []
    for port in spec.inputs:
        edges = graph.edges_into(node.name, port.name)
        known = [shapes[e.source.node].output for e in edges if e.source.node in shapes]
        if not edges or len(known) < len(edges):
            return None
        found.extend(shape for shape in known if shape is not None)
    return tuple(found)


def single_node(node: Node, inputs: tuple[ArrayShape, ...], catalogue: Catalogue) -> Graph:
    """Return a graph of one node between inputs of the given shapes and an output."""
    spec = catalogue[node.layer]
    names = [f"in_{number}" for number in range(len(inputs))]
    entries = tuple(
        Node(name, "Input", {"shape": shape.sizes, "dtype": shape.dtype}) for name, shape in zip(names, inputs, strict=True)
    )
    ports = [spec.inputs[min(i, len(spec.inputs) - 1)].name for i in range(len(inputs))]
    into = tuple(edge(name, node.name, target_port=port) for name, port in zip(names, ports, strict=True))
    return Graph((*entries, node, Node("out_0", "Output")), (*into, edge(node.name, "out_0")))


def abstract_arrays(inputs: tuple[ArrayShape, ...]) -> list[jax.ShapeDtypeStruct]:
    """Return the inputs as JAX's abstract arrays, with BATCH in front."""
    return [jax.ShapeDtypeStruct((BATCH, *shape.sizes), jnp.dtype(shape.dtype)) for shape in inputs]


def _compute(node: Node, spec: LayerSpec, inputs: tuple[ArrayShape, ...], catalogue: Catalogue) -> NodeShape | _Fault:
    if node.layer == "Input":
        sizes, dtype = spec.value(node, "shape"), spec.value(node, "dtype")
        return NodeShape(ArrayShape(sizes if isinstance(sizes, tuple) else (), str(dtype)))
    if node.layer == "Output":
        return NodeShape(None)
    if fault := _fault_of_inputs(node, spec, inputs):
        return fault
    try:
        output, variables = _evaluate(node, inputs, catalogue)
    except Exception as error:  # whatever Flax or JAX raises about this node is the user's to see, in one sentence
        return _Fault(f"cannot take {_listed(inputs)}: {_first_sentence(error)}", "Change its attributes or what feeds it.")
    return _node_shape(output, variables)


def _evaluate(node: Node, inputs: tuple[ArrayShape, ...], catalogue: Catalogue) -> tuple[Any, Any]:
    module = build_module(generate(single_node(node, inputs, catalogue), "Single", catalogue))
    return jax.eval_shape(  # type: ignore[no-any-return]
        lambda key, *arrays: module.init_with_output(key, *arrays),
        jax.ShapeDtypeStruct((2,), jnp.uint32),
        *abstract_arrays(inputs),
    )


def _node_shape(output: Any, variables: Any) -> NodeShape | _Fault:
    sizes = tuple(int(size) for size in output.shape)
    if not sizes or sizes[0] != BATCH:
        return _Fault("mixes up the samples of a batch: its first dimension is no longer the batch", "Change its attributes.")
    if 0 in sizes:
        return _Fault(
            f"leaves nothing: its output would be {ArrayShape(sizes[1:])}", "Use a smaller window, or SAME padding before it."
        )
    params = sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(variables.get("params", {})))
    return NodeShape(ArrayShape(sizes[1:], output.dtype.name), params)


def _fault_of_inputs(node: Node, spec: LayerSpec, inputs: tuple[ArrayShape, ...]) -> _Fault | None:
    for port, given in zip(spec.inputs, inputs, strict=False):  # a variadic port stands last
        if fault := _fault_of_rank(node, spec, port, given):
            return fault
    match node.layer:
        case "Reshape":
            return _fault_of_reshape(spec.value(node, "shape"), inputs[0])
        case "Add" | "Multiply":
            return _fault_of_elementwise(inputs)
        case _:
            return None


def _fault_of_rank(node: Node, spec: LayerSpec, port: PortSpec, given: ArrayShape) -> _Fault | None:
    rank = len(given.sizes) + 1
    wanted = port.rank
    if isinstance(wanted, str):
        kernel = spec.value(node, wanted)
        wanted = len(kernel) + 2 if isinstance(kernel, tuple) else None
    if wanted is not None and rank != wanted:
        names = {3: "batch, length, channels", 4: "batch, height, width, channels", 5: "batch, depth, height, width, channels"}
        shape = f" ({names[wanted]})" if wanted in names else ""
        remedy = "Insert a Reshape before it." if rank < wanted else "Insert a Flatten or Reshape before it."
        return _Fault(f"expects {wanted} dimensions{shape} and gets {given}", remedy)
    if rank < port.minimum_rank:
        return _Fault(
            f"expects at least {port.minimum_rank} dimensions {port.help} and gets {given}", "Insert a Reshape before it."
        )
    return None


def _fault_of_reshape(shape: Value, given: ArrayShape) -> _Fault | None:
    if not isinstance(shape, tuple):
        return None
    have, want = math.prod(given.sizes), math.prod(size for size in shape if size != -1)
    if 0 in shape or any(size < -1 for size in shape) or shape.count(-1) > 1:
        return _Fault("has an impossible shape", "Use sizes of at least 1, and -1 once at most.")
    fits = have % want == 0 if -1 in shape else have == want
    if fits:
        return None
    new = ArrayShape(shape)
    return _Fault(
        f"gets {given}, {have:,} values a sample, which do not make {new}", f"Choose sizes whose product is {have:,}."
    )


def _fault_of_elementwise(inputs: tuple[ArrayShape, ...]) -> _Fault | None:
    if len({shape.sizes for shape in inputs}) <= 1:
        return None
    return _Fault(f"gets {_listed(inputs)}, which differ", "Make the shapes equal, with a Dense or Conv on one of the wires.")


def _listed(inputs: tuple[ArrayShape, ...]) -> str:
    return " and ".join(map(str, inputs))


def _first_sentence(error: Exception) -> str:
    text = str(error).strip().split("\n")[0].split(" (https://")[0]
    return (text or type(error).__name__).rstrip(".")[:200]
