"""Muted and bypassed nodes are no part of the model: not of its source, nor of shapes, params, training and export."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.codegen.cost_table import CostAnalysis
from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.reader import read_module
from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.codegen.source import Style, generate
from flaxstudio.graph.activity import active
from flaxstudio.graph.canonical import canonical
from flaxstudio.graph.check import check
from flaxstudio.graph.graph import Graph, Mode, Node, Port, edge
from flaxstudio.graph.library import Block, Library
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.taps import tapped_graph
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from tests.codegen.graphs import linear, residual

CATALOGUE = catalogue()
STYLES: tuple[Style, ...] = ("compact", "setup")


def with_modes(graph: Graph, **modes: Mode) -> Graph:
    return replace(graph, nodes=tuple(replace(n, mode=modes.get(n.name, "on")) for n in graph.nodes))


@pytest.mark.parametrize("style", STYLES)
def test_the_source_does_not_contain_a_bypassed_layer(style: Style) -> None:
    source = generate(with_modes(residual(), dropout_1="bypassed", conv_2="bypassed"), "Net", CATALOGUE, style)
    assert "Dropout" not in source.text
    assert "conv_2" not in source.text
    assert source.rngs == ()
    assert ("", "conv_2") not in source.places
    variables = build_module(source).init(jax.random.PRNGKey(0), jnp.ones((1, 8, 8, 1)))
    assert set(variables["params"]) == {"conv_1", "batch_norm_1", "dense_1"}


def test_the_source_is_that_of_a_graph_drawn_without_the_layer() -> None:
    drawn = residual().without_nodes(frozenset(["dropout_1"])).with_edges(edge("flatten_1", "dense_1"))
    assert generate(with_modes(residual(), dropout_1="bypassed"), "Net", CATALOGUE).text == (
        generate(replace(drawn, edges=tuple(sorted(drawn.edges, key=residual_order))), "Net", CATALOGUE).text
    )


def residual_order(wire) -> int:
    return residual().names().index(wire.target.node)


@pytest.mark.parametrize("style", STYLES)
def test_a_bypassed_branch_is_added_to_what_it_left(style: Style) -> None:
    nodes = (Node("input_1", "Input", {"shape": (3,)}), Node("relu_1", "relu", mode="bypassed"), Node("add_1", "Add"))
    wires = (edge("input_1", "relu_1"), edge("relu_1", "add_1"), edge("input_1", "add_1"), edge("add_1", "output_1"))
    module = build_module(generate(Graph((*nodes, Node("output_1", "Output")), wires), "Net", CATALOGUE, style))
    np.testing.assert_array_equal(module.apply({}, jnp.full((1, 3), -2.0)), jnp.full((1, 3), -4.0))


@pytest.mark.parametrize("style", STYLES)
def test_source_read_back_is_the_graph_that_is_computed(style: Style) -> None:
    graph = with_modes(residual(), dropout_1="bypassed", batch_norm_1="bypassed", relu_2="bypassed")
    text = generate(graph, "Net", CATALOGUE, style).text
    back = read_module(text, "Net", (ArrayShape((8, 8, 1)),), CATALOGUE).graph
    assert canonical(back, CATALOGUE) == canonical(active(graph, CATALOGUE), CATALOGUE)


def test_shapes_and_costs_are_those_of_what_is_computed() -> None:
    graph = with_modes(residual(), conv_2="bypassed")
    shapes = ShapeInference(CATALOGUE).infer(graph)
    assert shapes.problems == ()
    assert "conv_2" not in shapes.nodes
    assert CostAnalysis(CATALOGUE).table(graph, shapes).row("conv_2") is None
    whole = ShapeInference(CATALOGUE).infer(residual())
    assert whole.params - shapes.params == whole.nodes["conv_2"].params


def test_a_mistake_that_a_bypass_makes_is_told_at_the_node_that_cannot_take_it() -> None:
    shapes = ShapeInference(CATALOGUE).infer(with_modes(residual(), conv_1="bypassed", conv_2="bypassed", flatten_1="bypassed"))
    assert shapes.problems == ()  # Dense takes images too
    graph = with_modes(linear(), dense_1="muted")
    assert [(problem.node, problem.severity) for problem in check(graph, CATALOGUE)] == [
        ("input_1", "warning"),
        ("output_1", "error"),
    ]
    assert "output_1" not in ShapeInference(CATALOGUE).infer(graph).nodes


def test_a_trial_looks_only_at_what_is_computed() -> None:
    ports, tapped = tapped_graph(with_modes(residual(), relu_2="bypassed"), CATALOGUE)
    assert Port("relu_2", "out") not in ports
    assert not tapped.has_node("relu_2")


def test_nodes_inside_a_block_are_left_out_of_its_class() -> None:
    inner = Graph(
        (
            Node("input_1", "Input"),
            Node("dense_1", "Dense"),
            Node("tanh_1", "tanh", mode="bypassed"),
            Node("output_1", "Output"),
        ),
        (edge("input_1", "dense_1"), edge("dense_1", "tanh_1"), edge("tanh_1", "output_1")),
    )
    own = catalogue_of(Library((Block("Part", inner),)), CATALOGUE)
    nodes = (Node("input_1", "Input"), Node("part_1", "Part"), Node("output_1", "Output"))
    graph = Graph(nodes, (edge("input_1", "part_1"), edge("part_1", "output_1")))
    assert "tanh" not in generate(graph, "Net", own).text
    assert check(graph, own) == ()
    assert ShapeInference(own).infer(graph).nodes["part_1"].output == ArrayShape((64,))
    assert "class Part" not in generate(with_modes(graph, part_1="bypassed"), "Net", own).text


def test_an_end_of_a_block_cannot_be_muted() -> None:
    inner = Graph((Node("input_1", "Input"), Node("output_1", "Output", mode="muted")), (edge("input_1", "output_1"),))
    own = catalogue_of(Library((Block("Part", inner),)), CATALOGUE)
    nodes = (Node("input_1", "Input"), Node("part_1", "Part"), Node("output_1", "Output"))
    graph = Graph(nodes, (edge("input_1", "part_1"), edge("part_1", "output_1")))
    assert any("is an end of the block and cannot be muted" in problem.what for problem in check(graph, own))
