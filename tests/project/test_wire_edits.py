from dataclasses import replace
from itertools import pairwise

import pytest

from flaxstudio.graph.graph import Graph, Node, Port, edge
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.document import Document
from flaxstudio.project.project import Project
from flaxstudio.project.wire_edits import cut, detach, link, move_wires, remove_and_reconnect

CATALOGUE = catalogue()


def row(**layers: str) -> Project:
    """Return nodes in a row, each wired to the next."""
    names = list(layers)
    graph = Graph(tuple(Node(name, layer) for name, layer in layers.items()), tuple(edge(a, b) for a, b in pairwise(names)))
    return Project("Row", graph, {name: (260.0 * i, 0.0) for i, name in enumerate(names)})


FORK = replace(
    row(a="Input", b="Dense", c="relu", add_1="Add", out_1="Output"),
    graph=Graph(
        (Node("a", "Input"), Node("b", "Dense"), Node("c", "relu"), Node("add_1", "Add"), Node("out_1", "Output")),
        (edge("a", "b"), edge("b", "c"), edge("c", "add_1"), edge("b", "add_1"), edge("add_1", "out_1")),
    ),
)


def test_all_wires_of_an_output_move_to_another_in_one_step() -> None:
    document = Document(FORK)
    document.edit(move_wires(FORK.graph.edges_from("b"), "out", Port("a", "out"), CATALOGUE))
    assert set(document.project.graph.edges_from("a")) == {edge("a", "b"), edge("a", "c"), edge("a", "add_1")}
    assert document.undo_text == "Move 2 wires to a"


def test_a_wire_moved_to_an_occupied_input_takes_its_place() -> None:
    moved = move_wires([edge("c", "add_1")], "in", Port("out_1", "in"), CATALOGUE).apply(FORK).graph
    assert moved.edges_into("out_1") == (edge("c", "out_1"),)


def test_several_wires_do_not_move_to_an_input_that_takes_one() -> None:
    with pytest.raises(ProblemError, match="takes one wire"):
        move_wires(FORK.graph.edges_into("add_1"), "in", Port("out_1", "in"), CATALOGUE).apply(FORK)


def test_wires_that_would_make_a_loop_are_not_moved() -> None:
    with pytest.raises(ProblemError, match="loop"):
        move_wires([edge("a", "b")], "out", Port("c", "out"), CATALOGUE).apply(FORK)


def test_a_stroke_through_two_wires_is_named_by_their_number() -> None:
    edit = cut(FORK.graph.edges_into("add_1"))
    assert edit.text == "Cut 2 wires"
    assert edit.apply(FORK).graph.edges_into("add_1") == ()


def test_deleting_with_reconnection_lets_the_flow_go_on() -> None:
    project = row(a="Input", b="Dense", c="relu", d="Output")
    edit = remove_and_reconnect(["b", "c"], [], CATALOGUE)
    after = edit.apply(project)
    assert after.graph.edges == (edge("a", "d"),)
    assert set(after.positions) == {"a", "d"}
    assert edit.text == "Delete b, c and reconnect"


def test_reconnection_makes_no_wire_twice() -> None:
    after = remove_and_reconnect(["c"], [], CATALOGUE).apply(FORK)
    assert after.graph.edges_into("add_1") == (edge("b", "add_1"),)


def test_detached_nodes_stay_with_the_wires_among_them() -> None:
    project = row(a="Input", b="Dense", c="relu", d="Output")
    after = detach(["b", "c"], CATALOGUE).apply(project)
    assert set(after.graph.edges) == {edge("a", "d"), edge("b", "c")}
    assert after.graph.nodes == project.graph.nodes


def test_what_has_no_input_leaves_a_gap_when_detached() -> None:
    project = row(a="Input", b="Dense", c="Output")
    assert detach(["a"], CATALOGUE).apply(project).graph.edges == (edge("b", "c"),)


def test_nodes_are_linked_in_the_order_they_stand_in() -> None:
    project = replace(row(c="Output", b="Dense", a="Input"), positions={"a": (0.0, 0.0), "b": (300.0, 40.0), "c": (600.0, 0.0)})
    project = replace(project, graph=replace(project.graph, edges=()))
    assert link(["c", "a", "b"], CATALOGUE).apply(project).graph.edges == (edge("a", "b"), edge("b", "c"))


def test_nodes_side_by_side_are_linked_to_a_merge_behind_them_and_not_to_each_other() -> None:
    graph = Graph((Node("a", "Input"), Node("b", "Dense"), Node("c", "Dense"), Node("add_1", "Add")))
    project = Project("M", graph, {"a": (0.0, 0.0), "b": (300.0, -80.0), "c": (310.0, 80.0), "add_1": (600.0, 0.0)})
    linked = set(link(graph.names(), CATALOGUE).apply(project).graph.edges)
    assert linked == {edge("a", "b"), edge("a", "c"), edge("b", "add_1"), edge("c", "add_1")}


def test_linking_leaves_occupied_inputs_alone() -> None:
    project = row(a="Input", b="Dense", c="Output")
    with pytest.raises(ProblemError, match="Nothing can be linked"):
        link(["a", "b", "c"], CATALOGUE).apply(project)
