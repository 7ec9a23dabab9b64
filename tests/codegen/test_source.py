from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.source import Style, generate, import_lines
from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.layers import catalogue
from flaxstudio.project.sketch import Sketch
from tests.codegen.graphs import chain, linear, residual, two_inputs_two_outputs

CATALOGUE = catalogue()
GRAPHS = {"linear": linear(), "residual": residual(), "two": two_inputs_two_outputs()}


@pytest.mark.parametrize("style", ["compact", "setup"])
@pytest.mark.parametrize("name", GRAPHS)
def test_source_is_as_in_its_golden_file(name: str, style: Style) -> None:
    golden = Path(__file__).parent / "golden" / f"{name}_{style}.py.txt"
    assert generate(GRAPHS[name], "Net", CATALOGUE, style).text == golden.read_text(encoding="utf-8")


def test_both_styles_have_the_same_params_and_bit_equal_outputs() -> None:
    x = jnp.linspace(0, 1, 2 * 64).reshape(2, 8, 8, 1)
    compact, setup = (build_module(generate(residual(), "Net", CATALOGUE, s)) for s in ("compact", "setup"))
    variables = compact.init(jax.random.PRNGKey(0), x)
    assert jax.tree.structure(variables) == jax.tree.structure(setup.init(jax.random.PRNGKey(0), x))
    np.testing.assert_array_equal(compact.apply(variables, x), setup.apply(variables, x))


def test_params_are_named_by_their_nodes() -> None:
    variables = build_module(generate(linear(), "Net", CATALOGUE)).init(jax.random.PRNGKey(0), jnp.ones((1, 10)))
    assert variables["params"]["dense_1"]["kernel"].shape == (10, 5)


def test_several_inputs_and_outputs_are_arguments_and_a_tuple() -> None:
    module = build_module(generate(two_inputs_two_outputs(), "Net", CATALOGUE))
    outputs, _ = module.init_with_output(jax.random.PRNGKey(0), jnp.ones((2, 6)), jnp.ones((2, 3)))
    assert [output.shape for output in outputs] == [(2, 6), (2, 3)]


def test_every_node_knows_its_line() -> None:
    source = generate(residual(), "Net", CATALOGUE)
    lines = source.text.splitlines()
    first, last = source.lines["conv_2"]
    assert 'name="conv_2"' in "".join(lines[first - 1 : last])
    assert source.node_at(source.lines["dropout_1"][0]) == "dropout_1"
    assert source.node_at(1) == ""


def test_train_is_an_argument_only_where_a_layer_needs_it() -> None:
    assert not generate(linear(), "Net", CATALOGUE).uses_train
    assert "train: bool = False" in generate(residual(), "Net", CATALOGUE).text


def test_an_unfinished_graph_gives_a_draft_with_dots() -> None:
    text = generate(Graph((Node("dense_1", "Dense", {"features": 0}),)), "Net", CATALOGUE).text
    assert 'x = nn.Dense(features=..., name="dense_1")(...)' in text
    compile(text, "draft", "exec")
    compile(generate(Graph(), "Net", CATALOGUE).text, "empty", "exec")


def test_nodes_that_lead_to_no_output_are_left_out() -> None:
    graph = linear().with_nodes(Node("relu_1", "relu")).with_edges(edge("input_1", "relu_1"))
    assert "relu" not in generate(graph, "Net", CATALOGUE).text


def test_values_that_the_spec_refuses_never_reach_the_source() -> None:
    evil = chain(
        Node("input_1", "Input"), Node("conv_1", "Conv", {"padding": "SAME'); import os #"}), Node("output_1", "Output")
    )
    assert "import os" not in generate(evil, "Net", CATALOGUE).text


def test_a_node_has_a_line_in_setup_and_one_in_each_method_that_calls_it() -> None:
    sketch = Sketch(CATALOGUE)
    z = sketch.add("Dense", sketch.add("Input", shape=(8,)), name="encoder", features=2)
    sketch.add("Output", sketch.add("Dense", z, name="decoder", features=8))
    sketch.add("Output", z, method="encode")
    source = generate(sketch.graph(), "AutoEncoder", CATALOGUE)
    lines = source.text.splitlines()
    pieces = source.lines_of("", "encoder")
    assert len(pieces) == 3
    assert all("encoder" in lines[first - 1] for first, _ in pieces)
    assert [source.place_at(first) for first, _ in pieces] == [("", "encoder")] * 3


def test_a_node_with_a_name_of_its_own_lends_it_to_no_other_node_of_the_chain() -> None:
    graph = chain(
        Node("input_1", "Input", {"shape": (8,)}),
        Node("dense_2", "Dense"),
        Node("relu_2", "relu"),
        Node("dense_3", "Dense"),
        Node("output_1", "Output"),
    )
    lines = [line.strip() for line in generate(graph, "Net", CATALOGUE).text.splitlines()]
    assert lines[-3:] == ["relu_2 = nn.relu(x)", 'x = nn.Dense(features=64, name="dense_3")(relu_2)', "return x"]


def test_an_import_that_code_layers_spell_in_another_way_stands_once() -> None:
    wanted = {"import flax.linen as nn", "from flax import linen as nn", "from jax import numpy as jnp", "from jax import lax"}
    lines = list(import_lines(wanted | {"from typing import Any"}))
    assert lines == [
        "from typing import Any", "", "import flax.linen as nn", "from jax import lax", "from jax import numpy as jnp",
    ]  # fmt: skip
