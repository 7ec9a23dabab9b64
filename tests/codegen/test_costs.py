"""What nodes cost: by formula as XLA counts it, into blocks, over repeats, and only as far as may be asked."""

from dataclasses import replace

import pytest

from flaxstudio.codegen import costs
from flaxstudio.codegen.cost_formulas import Flops, formula_flops
from flaxstudio.codegen.cost_table import CostAnalysis
from flaxstudio.codegen.costs import FlopCounter
from flaxstudio.codegen.shapes import ShapeInference, input_shapes
from flaxstudio.graph.cost import CostTable
from flaxstudio.graph.graph import Field, Formula, Graph
from flaxstudio.graph.receptive_field import Reach
from flaxstudio.layers import catalogue
from flaxstudio.project.sketch import Sketch, with_blocks
from tests.architectures.vision_residual import resnet
from tests.codegen.graphs import linear

CATALOGUE = catalogue()
TOLERANCE = 0.02

FORMULAS = {
    "Dense": ((12,), "Dense", {"features": 20}),
    "Dense without bias": ((12,), "Dense", {"features": 20, "use_bias": False}),
    "Dense of steps": ((7, 12), "Dense", {"features": 20}),
    "Conv": ((9, 8, 5), "Conv", {"features": 6}),
    "Conv of stride 2": ((9, 8, 5), "Conv", {"features": 6, "strides": (2, 2)}),
    "Conv, VALID": ((9, 8, 5), "Conv", {"features": 6, "padding": "VALID", "strides": (2, 1)}),
    "Conv of gaps": ((9, 8, 5), "Conv", {"features": 6, "kernel_dilation": (2, 3)}),
    "Conv of groups": ((8, 8, 6), "Conv", {"features": 12, "feature_group_count": 6}),
    "Conv of a series": ((30, 4), "Conv", {"features": 6, "kernel_size": (5,)}),
    "Conv of a cube": ((5, 5, 5, 2), "Conv", {"features": 3, "kernel_size": (3, 3, 3)}),
    "Conv without bias": ((8, 8, 6), "Conv", {"features": 12, "use_bias": False}),
}


def chain(shape, *layers, blocks=(), fields=()):
    known = with_blocks(CATALOGUE, *blocks)
    sketch = Sketch(known, fields)
    sketch.add("Output", sketch.chain(sketch.add("Input", shape=shape), *layers))
    return sketch.graph(), known


def table_of(graph, known=CATALOGUE, **more) -> CostTable:
    shapes = ShapeInference(known).infer(graph)
    assert shapes.problems == ()
    return CostAnalysis(known).table(graph, shapes, **more)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_says_what_xla_counts(name):
    shape, layer, attributes = FORMULAS[name]
    graph, known = chain(shape, (layer, attributes))
    node, shapes = graph.nodes[1], ShapeInference(known).infer(graph)
    inputs = input_shapes(graph, node, shapes.nodes, known)
    said = formula_flops(node, known[layer], inputs, shapes.nodes[node.name].output)
    counted = FlopCounter().count(node, inputs, ("in",), known)
    assert said.forward == pytest.approx(counted.forward, rel=1e-6, abs=1)
    assert said.training == pytest.approx(counted.training, rel=TOLERANCE)


def test_flops_of_a_dense_are_two_for_each_kernel_value_and_one_a_bias():
    cost = table_of(linear()).row("dense_1").cost
    assert (cost.flops, cost.params, cost.bytes, cost.activations) == (2 * 10 * 5 + 5, 55, 220, 20)


def test_training_costs_about_three_times_the_forward_pass():
    graph, known = chain((8, 8, 3), ("Conv", {"features": 16}), "BatchNorm", "relu", "Flatten", ("Dense", {"features": 10}))
    total = table_of(graph, known).total
    assert 2.8 < total.training_flops / total.flops < 3.2


def test_resnet_18_has_the_published_figures():
    drawing = resnet((2, 2, 2, 2), "ResNet18")
    found = table_of(drawing.graph, drawing.catalogue)
    assert found.total.params == 11_689_512
    assert found.total.flops == pytest.approx(2 * 1.82e9, rel=0.08)  # torchvision counts the zeros at the borders too
    assert found.row("conv_1").field.axes == (Reach(7, 2), Reach(7, 2))


def test_a_block_is_the_sum_of_what_is_in_it_times_its_repeats():
    inner, _ = chain((6,), ("Dense", {"features": 6}), "tanh")
    sketch = Sketch(CATALOGUE)
    sketch.add("Output", sketch.chain(sketch.add("Input", shape=(6,)), ("Dense", {"features": 6}), "tanh"))
    block = sketch.block("Layer")
    for wrapping in ({}, {"scan": True}):
        graph, known = chain((6,), ("Layer", {"repeat": 4, **wrapping}), blocks=(block,))
        row = table_of(graph, known).row("layer_1")
        alone = table_of(inner)
        assert row.count == 4
        assert row.cost.params == 4 * 42
        assert row.cost.flops == 4 * (alone.row("dense_1").cost.flops + alone.row("tanh_1").cost.flops)
        assert [(child.name, child.count) for child in row.children] == [("dense_1", 4), ("tanh_1", 4)]
        assert sum(child.cost.flops for child in row.children) == row.cost.flops


def test_repeats_of_other_sizes_are_counted_one_by_one():
    fields = (Field("widths", "ints", (8, 4)),)
    graph, known = chain((10,), ("Dense", {"features": Formula("widths", is_each=True), "between": "relu"}), fields=fields)
    row = table_of(graph, known).row("dense_1")
    assert row.cost.flops == (2 * 10 * 8 + 8) + 8 + (2 * 8 * 4 + 4)
    assert row.cost.params == 10 * 8 + 8 + 8 * 4 + 4


def test_what_is_shared_has_no_params_and_computes_again():
    sketch = Sketch(CATALOGUE)
    x = sketch.add("Input", shape=(6,))
    first = sketch.add("Dense", x, features=6, name="first")
    sketch.add("Output", sketch.add("Dense", first, shares="first", name="again"))
    found = table_of(sketch.graph())
    assert [found.row(name).cost.params for name in ("first", "again")] == [42, 0]
    assert found.row("again").cost.flops == found.row("first").cost.flops


def test_recomputing_keeps_only_what_a_block_gives_out():
    sketch = Sketch(CATALOGUE)
    sketch.add("Output", sketch.chain(sketch.add("Input", shape=(6,)), ("Dense", {"features": 60}), ("Dense", {"features": 6})))
    block = sketch.block("Wide")
    kept = []
    for remat in (False, True):
        graph, known = chain((6,), ("Wide", {"remat": remat}), blocks=(block,))
        kept.append(table_of(graph, known).row("wide_1").cost.activations)
    assert kept == [4 * 66, 4 * 6]


def test_a_token_model_is_counted_too():
    sketch = Sketch(CATALOGUE)
    tokens = sketch.add("Input", shape=(12,), dtype="int32")
    x = sketch.add("Embed", tokens, num_embeddings=50, features=16)
    x = sketch.add("MultiHeadDotProductAttention", x, num_heads=4)
    sketch.add("Output", sketch.add("LSTM", x, features=8))
    found = table_of(sketch.graph())
    attention = found.row("multi_head_dot_product_attention_1").cost
    assert attention.flops > 12 * 16 * 16 * 2 * 3
    assert attention.training_flops > 2.5 * attention.flops
    assert found.is_complete


def test_what_may_not_be_asked_stays_open_and_is_filled_in_later():
    graph, known = chain((6,), ("Dense", {"features": 6}), "gelu", "softplus")
    shapes, analysis = ShapeInference(known).infer(graph), CostAnalysis(known)
    first = analysis.table(graph, shapes, may_count=lambda: False)
    assert not first.is_complete
    assert [first.row(name).cost.flops is None for name in ("dense_1", "gelu_1", "softplus_1")] == [False, True, True]
    assert first.total.flops is None
    answers = iter([True])
    second = analysis.table(graph, shapes, may_count=lambda: next(answers, False))
    assert [second.row(name).cost.flops is None for name in ("gelu_1", "softplus_1")] == [False, True]
    third = analysis.table(graph, shapes)
    assert third.is_complete
    assert analysis.table(graph, shapes, may_count=lambda: False) == third


def test_xla_is_asked_once_for_equal_nodes(monkeypatch):
    asked = []
    real = costs._lowered
    monkeypatch.setattr(costs, "_lowered", lambda *arguments: (asked.append(1), real(*arguments))[1])
    graph, known = chain((6,), *["gelu"] * 30)
    assert table_of(graph, known).total.flops > 0
    assert len(asked) == 1


def test_a_node_whose_shape_is_unknown_costs_nothing_known():
    graph, known = chain((6,), "Dense", "Conv")
    shapes = ShapeInference(known).infer(graph)
    assert shapes.problems
    found = CostAnalysis(known).table(graph, shapes)
    assert found.row("conv_1").cost.flops == 0
    assert found.row("dense_1").cost.flops > 0


def test_an_empty_graph_costs_nothing():
    assert table_of(Graph()) == CostTable()


def test_what_xla_cannot_be_asked_about_counts_as_nothing():
    graph, known = chain((6,), "relu")
    node = replace(graph.nodes[1], layer="Conv", attributes={"features": 3})
    assert FlopCounter().count(
        node, input_shapes(graph, graph.nodes[1], ShapeInference(known).infer(graph).nodes, known), ("in",), known
    ) == Flops(0, 0)
