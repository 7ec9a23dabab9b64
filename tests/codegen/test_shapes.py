import pytest

from flaxstudio.codegen import shape_evaluation
from flaxstudio.codegen.shapes import Interrupted, ShapeInference
from flaxstudio.graph.graph import Graph, Node, Value, edge
from flaxstudio.layers import catalogue
from flaxstudio.project.sketch import Sketch, with_blocks
from tests.codegen.graphs import chain, linear, residual

CATALOGUE = catalogue()


def problems(*nodes: Node) -> list[tuple[str, str]]:
    return [(p.node, str(p)) for p in ShapeInference(CATALOGUE).infer(chain(*nodes)).problems]


def image(*sizes: int) -> Node:
    return Node("input_1", "Input", {"shape": sizes})


def test_shapes_and_params_of_each_node() -> None:
    found = ShapeInference(CATALOGUE).infer(residual())
    assert str(found.nodes["conv_2"].output) == "(batch, 8, 8, 16)"
    assert found.nodes["conv_2"].params == 3 * 3 * 16 * 16 + 16
    assert found.nodes["batch_norm_1"].params == 32
    assert found.nodes["flatten_1"].output is not None
    assert found.nodes["flatten_1"].output.sizes == (1024,)
    assert found.nodes["output_1"].output is None
    assert found.params == sum(node.params for node in found.nodes.values()) == 160 + 32 + 2320 + 10250


def test_an_edit_costs_the_nodes_it_touches_only(monkeypatch: pytest.MonkeyPatch) -> None:
    inference = ShapeInference(CATALOGUE)
    inference.infer(residual())
    computed = []
    evaluate = shape_evaluation.evaluate
    monkeypatch.setattr(
        shape_evaluation, "evaluate", lambda node, *rest: (computed.append(node.name), evaluate(node, *rest))[1]
    )
    inference.infer(residual().with_node_replaced("dense_1", Node("dense_1", "Dense", {"features": 12})))
    assert computed == ["dense_1"]


def test_what_is_stale_ends_between_two_nodes_and_what_was_found_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []
    evaluate = shape_evaluation.evaluate
    monkeypatch.setattr(
        shape_evaluation, "evaluate", lambda node, *rest: (computed.append(node.name), evaluate(node, *rest))[1]
    )
    inference = ShapeInference(CATALOGUE, lambda: len(computed) == 2)
    with pytest.raises(Interrupted):
        inference.infer(residual())
    first = list(computed)
    inference.is_stale = lambda: False
    found = inference.infer(residual())
    assert "output_1" in found.nodes
    assert computed[:2] == first
    assert len(computed) == len(set(computed))


def test_a_block_is_inferred_anew_when_one_inside_it_changes() -> None:
    inference = ShapeInference(CATALOGUE)
    for features in (3, 7):
        inner = Sketch(CATALOGUE)
        inner.add("Output", inner.add("Dense", inner.add("Input"), features=features))
        outer = Sketch(with_blocks(CATALOGUE, inner.block("Inner")))
        outer.add("Output", outer.add("Inner", outer.add("Input")))
        own = with_blocks(CATALOGUE, inner.block("Inner"), outer.block("Outer"))
        drawn = Sketch(own)
        drawn.add("Output", drawn.add("Outer", drawn.add("Input", shape=(8,))))
        assert inference.infer(drawn.graph(), own).params == 9 * features


def test_a_mistake_inside_blocks_is_mended_from_outside_in_the_innermost_of_them() -> None:
    inner = Sketch(CATALOGUE)
    given = inner.add("Input")
    inner.add("Output", inner.add("Add", given, inner.add("Dense", given, features=3)))
    outer = Sketch(with_blocks(CATALOGUE, inner.block("Inner")))
    outer.add("Output", outer.add("Inner", outer.add("Input")))
    own = with_blocks(CATALOGUE, inner.block("Inner"), outer.block("Outer"))
    drawn = Sketch(own)
    drawn.add("Output", drawn.add("Outer", drawn.add("Input", shape=(8,))))
    (problem,) = ShapeInference(own).infer(drawn.graph()).problems
    assert problem.node == "outer_1"
    assert problem.fix is not None
    assert (problem.fix.block, problem.fix.label) == ("Inner", "Set dense_1's features to 8 in Inner")


MISTAKES: list[tuple[Node, Node, str]] = [
    (image(64), Node("conv_2", "Conv"), "conv_2 expects (batch, height, width, channels); it gets (batch, 64)."),
    (
        image(9, 9),
        Node("pool", "MaxPool"),
        "pool expects (batch, height, width, channels); it gets (batch, 9, 9).",
    ),
    (image(64), Node("view", "Reshape", {"shape": (7, 9)}), "view gets (batch, 64), 64 values a sample"),
    (
        image(3, 3, 1),
        Node("pool", "MaxPool", {"window_shape": (4, 4)}),
        "pool leaves nothing: its output would be (batch, 0, 0, 1)",
    ),
]


@pytest.mark.parametrize(("first", "second", "text"), MISTAKES, ids=lambda value: getattr(value, "layer", ""))
def test_a_mistake_is_told_at_the_node_that_made_it(first: Node, second: Node, text: str) -> None:
    ((node, words),) = problems(first, second, Node("relu_9", "relu"), Node("output_1", "Output"))
    assert node == second.name
    assert words.startswith(text)


def test_inputs_to_add_must_be_alike() -> None:
    graph = residual().with_node_replaced("conv_2", Node("conv_2", "Conv", {"features": 8}))
    (problem,) = ShapeInference(CATALOGUE).infer(graph).problems
    assert problem.node == "add_1"
    assert "(batch, 8, 8, 8) and (batch, 8, 8, 16)" in problem.what


def test_a_gate_for_each_channel_multiplies_an_image() -> None:
    image, gate = Node("image", "Input", {"shape": (8, 8, 4)}), Node("gate", "Input", {"shape": (1, 1, 4)})
    edges = (edge("image", "product"), edge("gate", "product"), edge("product", "output_1"))
    found = ShapeInference(CATALOGUE).infer(
        Graph((image, gate, Node("product", "Multiply"), Node("output_1", "Output")), edges)
    )
    assert found.problems == ()
    assert str(found.nodes["product"].output) == "(batch, 8, 8, 4)"


@pytest.mark.parametrize("attributes", [{"features": 0}, {"features": None}])
def test_nodes_with_wrong_attributes_are_left_to_check(attributes: dict[str, Value]) -> None:
    graph = linear().with_node_replaced("dense_1", Node("dense_1", "Dense", attributes))
    found = ShapeInference(CATALOGUE).infer(graph)
    assert found.problems == ()
    assert set(found.nodes) == {"input_1"}


def test_an_empty_graph_has_no_shapes() -> None:
    assert ShapeInference(CATALOGUE).infer(Graph()).nodes == {}


def test_scan_repeats_only_what_gives_out_what_it_takes() -> None:
    narrow = Node("dense_1", "Dense", {"features": 16, "repeat": 3, "scan": True})
    ((node, words),) = problems(image(8), narrow, Node("output_1", "Output"))
    assert node == "dense_1"
    assert words.startswith("dense_1 is repeated by nn.scan, but takes (batch, 8) and gives (batch, 16).")
    assert problems(image(16), narrow, Node("output_1", "Output")) == []
    half = Node("dense_1", "Dense", {"features": 16, "dtype": "float16", "repeat": 3, "scan": True})
    assert (
        "takes (batch, 16) float32 and gives (batch, 16) float16" in problems(image(16), half, Node("output_1", "Output"))[0][1]
    )
