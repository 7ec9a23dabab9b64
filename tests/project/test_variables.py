from dataclasses import replace

import numpy as np
import pytest

from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.graph.library import Block, Library
from flaxstudio.project.variables import (
    compare,
    in_model_order,
    node_of,
    ordered_leaves,
    path_text,
    with_array,
    with_arrays,
)
from tests.project.examples import small_results


def test_arrays_come_in_the_order_of_the_graph_whatever_the_tree_says() -> None:
    graph = Graph(
        (Node("zeta", "Dense"), Node("alpha", "Dense"), Node("input_1", "Input")),
        (edge("input_1", "zeta"), edge("zeta", "alpha")),
    )
    layer = {"bias": np.zeros(2), "kernel": np.zeros((2, 2))}
    tree = {"batch_stats": {"alpha": {"mean": np.zeros(2)}}, "params": {"other": layer, "alpha": layer, "zeta": layer}}
    assert [path_text(path) for path in ordered_leaves(tree, graph)] == [
        "params/zeta/kernel",
        "params/zeta/bias",
        "params/alpha/kernel",
        "params/alpha/bias",
        "params/other/kernel",
        "params/other/bias",
        "batch_stats/alpha/mean",
    ]


def test_repeats_of_a_node_are_counted_in_tens_not_in_letters() -> None:
    graph = Graph((Node("dense_1", "Dense"),))
    paths = [("params", f"dense_1_{number}", "kernel") for number in (10, 2, 0)]
    assert in_model_order(paths, graph) == [paths[2], paths[1], paths[0]]
    assert {node_of(path, graph.names()) for path in paths} == {"dense_1"}


def test_arrays_in_blocks_come_in_the_order_of_the_block() -> None:
    inner = Graph((Node("zeta", "Dense"), Node("alpha", "Dense")), (edge("zeta", "alpha"),))
    outer = Graph((Node("tail", "Dense"), Node("block_1", "Pair")), (edge("block_1", "tail"),))
    library = Library((Block("Pair", inner),))
    paths = [
        ("params", *names, "kernel")
        for names in (("tail",), ("block_1_1", "zeta"), ("block_1_0", "alpha"), ("block_1_0", "zeta"))
    ]
    assert in_model_order(paths, outer, library) == [paths[3], paths[2], paths[1], paths[0]]


def test_an_array_belongs_to_the_node_of_its_very_name_before_a_repeat() -> None:
    assert node_of(("params", "dense_1", "kernel"), ("dense", "dense_1")) == "dense_1"
    assert node_of(("params", "dense_7", "kernel"), ("dense_1",)) == ""
    assert node_of(("params", "scale"), ("scale",)) == ""


def test_exchanging_one_array_shares_all_others_and_leaves_the_old_tree_alone() -> None:
    trained = small_results().trained
    assert trained is not None
    kernel = np.ones((4, 3), np.float32)
    changed = with_arrays(trained, {("params", "dense_1", "kernel"): kernel})
    assert changed.variables["params"]["dense_1"]["kernel"] is kernel
    assert changed.variables["params"]["dense_1"]["bias"] is trained.variables["params"]["dense_1"]["bias"]
    assert trained.variables["params"]["dense_1"]["kernel"][0, 1] == 1.0
    assert replace(changed, variables={}) is not trained
    assert (changed.step, changed.optimizer_state) == (trained.step, trained.optimizer_state)


def test_an_array_can_be_put_where_no_branch_was() -> None:
    assert with_array({}, ("params", "a", "b"), np.zeros(1))["params"]["a"]["b"].shape == (1,)


@pytest.mark.parametrize(
    ("wanted", "given", "verdict"),
    [((2,), (2,), "fits"), ((2,), (3,), "other shape"), ((2,), None, "missing"), (None, (2,), "extra")],
)
def test_every_array_gets_its_verdict(wanted, given, verdict) -> None:
    path = ("params", "dense_1", "kernel")
    (match,) = compare({path: wanted} if wanted else {}, {path: given} if given else {})
    assert (match.path, match.verdict) == (path, verdict)
