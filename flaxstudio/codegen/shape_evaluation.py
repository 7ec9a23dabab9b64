"""The shape of one node by abstract evaluation: the source of a graph of just that node, run by JAX without numbers."""

import math
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.shape_faults import ShapeFault, fault_of_inputs, first_sentence, listed
from flaxstudio.codegen.source import generate
from flaxstudio.graph.entries import entry_shape
from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.graph.shape import ArrayShape, NodeShape, Shape, StateShape
from flaxstudio.graph.spec import Catalogue, LayerSpec

BATCH = 13
"""Stands for the batch size while shapes are computed: a size that is rare, so that no other dimension passes for it."""

_MAX_STATES = 8


def evaluated_shape(
    node: Node,
    spec: LayerSpec,
    inputs: tuple[Shape, ...],
    connected: tuple[str, ...],
    ports: tuple[str, ...],
    catalogue: Catalogue,
) -> NodeShape | ShapeFault:
    """Return what a node gives out, or why it cannot; it has an array at each of the `connected` inputs."""
    if node.layer == "Input":
        return NodeShape(entry_shape(node, catalogue))
    if node.layer == "Output":
        return NodeShape(None)
    if fault := fault_of_inputs(node, spec, inputs):
        return fault
    try:
        outputs, variables = evaluate(node, inputs, connected, ports, catalogue)
    except Exception as error:  # whatever Flax or JAX raises about this node is the user's to see, in one sentence
        return ShapeFault(f"cannot take {listed(inputs)}: {first_sentence(error)}", "Change its attributes or what feeds it.")
    found = {}
    for port, output in zip(ports, outputs if len(ports) > 1 else (outputs,), strict=True):
        shape = _shape_of(output)
        if isinstance(shape, ShapeFault):
            return shape
        found[port] = shape
    params = sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(variables.get("params", {})))
    return of_ports(found, ports, spec, params)


def evaluate(
    node: Node, inputs: tuple[Shape, ...], connected: tuple[str, ...], ports: tuple[str, ...], catalogue: Catalogue
) -> tuple[Any, Any]:
    """Return what the node's module gives out and its variables, as abstract arrays."""
    module = build_module(generate(single_node(node, inputs, catalogue, connected, ports), "Single", catalogue))
    return jax.eval_shape(  # type: ignore[no-any-return]
        lambda key, *arrays: module.init_with_output(key, *arrays),
        jax.ShapeDtypeStruct((2,), jnp.uint32),
        *abstract_arrays(inputs),
    )


def of_ports(found: Mapping[str, Shape], ports: tuple[str, ...], spec: LayerSpec, params: int) -> NodeShape:
    """Return the shapes found at a node's ports as one value."""
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
