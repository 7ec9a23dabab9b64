"""What one node costs to compute, as XLA counts it, remembered by attributes and input shapes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from flaxstudio.codegen.applying import apply_in_use, keys_by_name
from flaxstudio.codegen.cost_formulas import Flops, formula_flops
from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.shapes import BATCH, abstract_arrays, single_node
from flaxstudio.codegen.source import definitions_in, generate
from flaxstudio.graph.graph import Field, Graph, Node
from flaxstudio.graph.shape import NodeShape, Shape
from flaxstudio.graph.spec import Catalogue

_FREE = ("Input", "Output", "Flatten", "Reshape", "Squeeze", "ExpandDims", "StopGradient")
"""Layers that compute nothing."""


class FlopCounter:
    """Counts the FLOPs of single nodes and remembers each (layer, attributes, input shapes). Give it one thread.

    A layer that XLA cannot be asked about costs nothing known: it counts as 0.
    """

    def __init__(self) -> None:
        self._known: dict[Any, Flops] = {}

    def known(
        self, node: Node, inputs: tuple[Shape, ...], connected: tuple[str, ...], shape: NodeShape, catalogue: Catalogue
    ) -> Flops | None:
        """Return a node's FLOPs where no lowering is needed for them."""
        if node.layer in _FREE or not inputs:
            return Flops(0, 0)
        if found := formula_flops(node, catalogue[node.layer], inputs, shape.output):
            return found
        return self._known.get(_key(node, inputs, connected, catalogue))

    def count(
        self,
        node: Node,
        inputs: tuple[Shape, ...],
        connected: tuple[str, ...],
        catalogue: Catalogue,
        fields: tuple[Field, ...] = (),
    ) -> Flops:
        """Ask XLA what a node costs for one sample; takes some tens of milliseconds."""
        key = _key(node, inputs, connected, catalogue)
        if key not in self._known:
            graph = replace(single_node(node, inputs, catalogue, connected), fields=fields)
            try:
                self._known[key] = _lowered(graph, inputs, catalogue)
            except Exception:  # its shape is told as a problem, or it has no gradient; neither is this table's matter
                self._known[key] = Flops(0, 0)
        return self._known[key]


def _key(node: Node, inputs: tuple[Shape, ...], connected: tuple[str, ...], catalogue: Catalogue) -> Any:
    definitions = tuple(definitions_in(Graph((node,)), catalogue))
    return (node.layer, definitions, frozenset(node.attributes.items()), inputs, connected)


def _lowered(graph: Graph, inputs: tuple[Shape, ...], catalogue: Catalogue) -> Flops:
    source = generate(graph, "Single", catalogue)
    module, arrays = build_module(source), abstract_arrays(inputs)
    key = jax.ShapeDtypeStruct((2,), jnp.uint32)
    variables = jax.eval_shape(lambda key, *xs: module.init(key, *xs), key, *arrays)
    forward = _flops(lambda variables, *xs: apply_in_use(module.apply, variables, *xs, rngs=source.rngs), variables, *arrays)
    flag: dict[str, Any] = {"train": True} if source.uses_train else {}
    params = variables.get("params", {})
    others = {name: tree for name, tree in variables.items() if name != "params"}

    def both(params: Any, others: Any, key: Any, *xs: Any) -> Any:
        floats = [jax.tree.map(lambda x: jnp.issubdtype(x.dtype, jnp.floating), x) for x in xs]

        def run(params: Any, *given: Any) -> Any:
            held = jax.tree.map(lambda x, is_float: x if is_float else jax.lax.stop_gradient(x), given, tuple(floats))
            rngs = keys_by_name(key, ("dropout", *source.rngs))
            outputs, _ = module.apply({"params": params, **others}, *held, **flag, rngs=rngs, mutable=list(others))
            return [leaf for leaf in jax.tree.leaves(outputs) if jnp.issubdtype(leaf.dtype, jnp.floating)]

        outputs, back = jax.vjp(run, params, *xs)
        return outputs, back([jnp.ones_like(leaf) for leaf in outputs])

    try:
        training = _flops(both, params, others, key, *arrays)
    except Exception:  # what has no gradient is computed forward only
        training = forward
    return Flops(forward, max(training, forward))


def _flops(function: Any, *arguments: Any) -> int:
    cost = jax.jit(function).lower(*arguments).cost_analysis()
    return round(cost.get("flops", 0.0) / BATCH) if isinstance(cost, Mapping) else 0
