from dataclasses import replace

import pytest

from flaxstudio.graph.graph import Graph, Node, Port, edge
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.document import Document
from flaxstudio.project.insertion import GAP, chain_ends, insert
from flaxstudio.project.project import Project
from tests.project.test_wire_edits import row

CATALOGUE = catalogue()
SIZES = dict.fromkeys(("a", "b", "c", "d", "x", "y"), (180.0, 80.0))


def with_loose(project: Project, *nodes: Node) -> Project:
    return replace(project, graph=project.graph.with_nodes(*nodes))


def test_a_node_dropped_on_a_wire_stands_between_and_the_rest_makes_room_in_one_step() -> None:
    document = Document(with_loose(row(a="Input", b="Dense", c="Output"), Node("x", "relu")))
    document.edit(insert(["x"], edge("a", "b"), CATALOGUE, {"x": (130.0, 0.0)}, SIZES))
    places = document.project.positions
    assert document.project.graph.edges == (edge("a", "x"), edge("x", "b"), edge("b", "c"))
    assert places["x"] == (240.0, 0.0)
    assert places["b"][0] == places["x"][0] + 180 + GAP
    assert places["c"][0] - places["b"][0] == 260
    assert places["a"] == (0.0, 0.0)
    document.undo()
    assert document.project.positions == row(a="Input", b="Dense", c="Output").positions


def test_where_there_is_room_nothing_moves() -> None:
    project = with_loose(row(a="Input", b="Output"), Node("x", "relu"))
    project = replace(project, positions={"a": (0.0, 0.0), "b": (900.0, 0.0)})
    after = insert(["x"], edge("a", "b"), CATALOGUE, {"x": (400.0, 50.0)}, SIZES).apply(project)
    assert after.positions == {"a": (0.0, 0.0), "b": (900.0, 0.0), "x": (400.0, 50.0)}


def test_in_a_drawing_that_flows_down_room_is_made_below() -> None:
    project = with_loose(row(a="Input", b="Output"), Node("x", "relu"))
    project = replace(project, flow="down", positions={"a": (0.0, 0.0), "b": (0.0, 120.0)})
    after = insert(["x"], edge("a", "b"), CATALOGUE, {"x": (10.0, 60.0)}, SIZES).apply(project)
    assert (after.positions["x"], after.positions["b"]) == ((10.0, 140.0), (0.0, 280.0))


def test_a_chain_is_inserted_as_one() -> None:
    project = row(a="Input", b="Output")
    graph = project.graph.with_nodes(Node("x", "Dense"), Node("y", "relu")).with_edges(edge("x", "y"))
    project = replace(project, graph=graph)
    edit = insert(["x", "y"], edge("a", "b"), CATALOGUE, {"x": (100.0, 0.0), "y": (360.0, 0.0)}, SIZES)
    after = edit.apply(project)
    assert set(after.graph.edges) == {edge("a", "x"), edge("x", "y"), edge("y", "b")}
    assert after.positions["b"][0] == after.positions["y"][0] + 180 + GAP
    assert edit.text == "Insert 2 nodes"


def test_nodes_with_wires_elsewhere_or_without_an_order_are_no_chain() -> None:
    graph = Graph((Node("a", "Input"), Node("b", "Dense"), Node("x", "Dense"), Node("y", "relu")), (edge("a", "b"),))
    assert chain_ends(graph, ["x"], CATALOGUE) == (Port("x", "in"), Port("x", "out"))
    for names in (["b"], ["x", "y"], ["a"], []):
        assert chain_ends(graph, names, CATALOGUE) is None


def test_what_cannot_stand_on_a_wire_is_refused_in_words() -> None:
    project = with_loose(row(a="Input", b="Output"), Node("x", "Input"))
    with pytest.raises(ProblemError, match="cannot stand on a wire"):
        insert(["x"], edge("a", "b"), CATALOGUE, {}, SIZES).apply(project)
