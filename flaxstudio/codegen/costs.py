"""What a node costs to compute, as XLA counts it."""

from collections.abc import Mapping
from dataclasses import replace

import jax

from flaxstudio.codegen.applying import apply_in_use
from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.shapes import BATCH, abstract_arrays, as_owner, input_shapes, single_node
from flaxstudio.codegen.source import generate
from flaxstudio.graph.activity import active
from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.shape import GraphShapes, Shape
from flaxstudio.graph.spec import Catalogue


def forward_flops(graph: Graph, shapes: GraphShapes, catalogue: Catalogue) -> dict[str, int]:
    """Return the floating point operations of each node's forward pass for one sample, where its shapes are known."""
    graph, flops = active(graph, catalogue), {}
    for node in graph.nodes:
        inputs = input_shapes(graph, node, shapes.nodes, catalogue)
        if node.name in shapes.nodes and inputs and node.layer != "Output":
            flops[node.name] = _flops(graph, node, inputs, catalogue)
    return flops


def _flops(graph: Graph, node: Node, inputs: tuple[Shape, ...], catalogue: Catalogue) -> int:
    owner = as_owner(graph, node)
    connected = tuple(p.name for p in catalogue[node.layer].inputs for _ in graph.edges_into(node.name, p.name))
    alone = replace(single_node(owner, inputs, catalogue, connected), fields=graph.fields)
    module = build_module(generate(alone, "Single", catalogue))
    arrays = abstract_arrays(inputs)
    key = jax.ShapeDtypeStruct((2,), jax.numpy.uint32)
    variables = jax.eval_shape(lambda key, *xs: module.init(key, *xs), key, *arrays)
    cost = jax.jit(lambda variables, *xs: apply_in_use(module, variables, *xs)).lower(variables, *arrays).cost_analysis()
    return round(cost.get("flops", 0.0) / BATCH) if isinstance(cost, Mapping) else 0
