from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import pytest

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.source import Source, Style, generate
from flaxstudio.graph.check import check, has_errors
from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.graph.spec import LayerSpec
from flaxstudio.layers import catalogue

from .examples import VARIANTS, Example, Given, example_of, graph_of

CATALOGUE = catalogue()
LAYERS = [spec for spec in CATALOGUE if spec.family != "io"]
BATCH = 3
QUICKLY = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


def array(given: Given, key: jax.Array) -> jax.Array:
    shape = (BATCH, *given.shape)
    match given.kind:
        case "tokens":
            return jax.random.randint(key, shape, 0, 7)
        case "lengths":
            return jnp.array([2, 5, 3])
        case "mask":
            return (jnp.arange(shape[-1]) <= jnp.arange(shape[-2])[:, None]).astype(jnp.float32) * jnp.ones(shape)
        case "positive":
            return jax.random.uniform(key, shape, minval=0.5, maxval=2.0)
        case _:
            return jax.random.normal(key, shape)


def arrays(given: dict[str, Given]) -> list[jax.Array]:
    keys = jax.random.split(jax.random.key(7), len(given))
    return [array(one, key) for one, key in zip(given.values(), keys, strict=True)]


def written(graph: Graph, style: Style = "compact") -> Source:
    problems = check(graph, CATALOGUE)
    assert not has_errors(problems), problems
    return generate(graph, "Single", CATALOGUE, style)


def initialized(module: nn.Module, inputs: list[jax.Array]) -> dict[str, Any]:
    return dict(jax.jit(module.init, compiler_options=QUICKLY)({"params": jax.random.key(0)}, *inputs))


def is_finite(tree: Any) -> bool:
    floats = [leaf for leaf in jax.tree.leaves(tree) if jnp.issubdtype(jnp.asarray(leaf).dtype, jnp.floating)]
    return all(bool(jnp.isfinite(leaf).all()) for leaf in floats)


def squares(outputs: Any) -> jax.Array:
    """Return a loss that every number of the outputs has a part in."""
    leaves = [leaf.astype(jnp.float32) for leaf in jax.tree.leaves(outputs)]
    return sum(((leaf - 0.3) ** 2).mean() for leaf in leaves)  # type: ignore[return-value]


def examine(spec: LayerSpec, example: Example) -> None:
    graph, given = graph_of(spec, example, CATALOGUE)
    source = written(graph)
    module, inputs = build_module(source), arrays(given)
    variables = initialized(module, inputs)
    assert set(variables.get("params", {})) <= {"layer_1"}, source.text
    assert set(variables) - {"params"} == set(spec.collections)
    assert source.rngs == spec.rngs
    outputs = jax.jit(module.apply, compiler_options=QUICKLY)(variables, *inputs)
    assert all(leaf.shape[0] == BATCH for leaf in jax.tree.leaves(outputs)), source.text
    assert is_finite(outputs), source.text

    params = variables.pop("params", {})
    train = {"train": True} if source.uses_train else {}
    floats = {i: x for i, x in enumerate(inputs) if jnp.issubdtype(x.dtype, jnp.floating)}

    def loss(params: Any, floats: dict[int, jax.Array]) -> Any:
        filled = [floats.get(i, x) for i, x in enumerate(inputs)]
        rngs = {name: jax.random.key(i) for i, name in enumerate(source.rngs)}
        result, updates = module.apply(
            {"params": params, **variables}, *filled, **train, rngs=rngs, mutable=[*variables, "intermediates"]
        )
        return squares(result), updates

    step = jax.jit(jax.value_and_grad(loss, argnums=(0, 1), has_aux=True), compiler_options=QUICKLY)
    (before, updates), gradients = step(params, floats)
    assert is_finite((before, gradients, updates)), source.text
    stepped = jax.tree.map(lambda p, g: p - 0.01 * g, params, gradients[0])
    assert is_finite(step(stepped, floats)), source.text
    if params:
        moved = [not jnp.array_equal(a, b) for a, b in zip(jax.tree.leaves(params), jax.tree.leaves(stepped), strict=True)]
        assert any(moved), source.text


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.name)
def test_a_layer_alone_initialises_and_trains(spec: LayerSpec) -> None:
    examine(spec, example_of(spec))


@pytest.mark.parametrize("name", VARIANTS)
def test_a_layer_with_other_attributes_and_inputs_trains(name: str) -> None:
    examine(CATALOGUE[name.split()[0]], VARIANTS[name])


@pytest.mark.parametrize("spec", [spec for spec in LAYERS if spec.is_module], ids=lambda spec: spec.name)
def test_both_styles_keep_the_same_params_under_the_node_s_name(spec: LayerSpec) -> None:
    graph, given = graph_of(spec, example_of(spec), CATALOGUE)
    shapes = []
    for style in ("compact", "setup"):
        module = build_module(written(graph, style))
        inputs = [jax.ShapeDtypeStruct((BATCH, *one.shape), one.dtype) for one in given.values()]
        variables = jax.eval_shape(module.init, jax.random.key(0), *inputs)
        shapes.append(jax.tree.map(lambda leaf: leaf.shape, variables))
    assert shapes[0] == shapes[1]


def test_a_decoder_begins_with_the_state_that_an_encoder_ends_with() -> None:
    nodes = (
        Node("input_1", "Input", {"shape": (5, 3)}),
        Node("input_2", "Input", {"shape": (4, 2)}),
        Node("encoder", "LSTM", {"features": 6}),
        Node("decoder", "LSTM", {"features": 6}),
        Node("output_1", "Output"),
    )
    edges = (
        edge("input_1", "encoder"), edge("input_2", "decoder"), edge("decoder", "output_1"),
        edge("encoder", "decoder", source_port="carry", target_port="initial_carry"),
    )  # fmt: skip
    module = build_module(written(Graph(nodes, edges)))
    first, second = jnp.ones((BATCH, 5, 3)), jnp.ones((BATCH, 4, 2))
    variables = initialized(module, [first, second])
    assert not jnp.allclose(module.apply(variables, first, second), module.apply(variables, -first, second))


def test_a_mask_alone_hides_keys_and_is_not_added_as_a_bias() -> None:
    example = VARIANTS["DotProductAttention with a mask alone"]
    graph, given = graph_of(CATALOGUE["DotProductAttention"], example, CATALOGUE)
    query, key, value, mask = arrays(given)
    outputs = build_module(written(graph)).apply({}, query, key, value, mask)
    assert jnp.allclose(outputs, nn.dot_product_attention(query, key, value, mask=mask))
