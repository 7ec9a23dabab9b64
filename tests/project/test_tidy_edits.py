"""The edit behind Tidy: places and dots in one step."""

from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.project.annotations import Annotations, Route
from flaxstudio.project.document import Document
from flaxstudio.project.project import Project
from flaxstudio.project.tidy_edits import put

AB, BC, CD = edge("a", "b"), edge("b", "c"), edge("c", "d")
PROJECT = Project(
    graph=Graph(tuple(Node(name, "Add") for name in "abcd"), (AB, BC, CD)),
    positions=dict.fromkeys("abcd", (0.0, 0.0)),
    annotations=Annotations(routes=(Route(AB, ((1.0, 1.0),)), Route(BC, ((2.0, 2.0),)), Route(CD, ((3.0, 3.0),)))),
)


def test_wires_among_tidied_nodes_lose_their_dots_and_others_keep_them():
    tidied = put({"a": (0.0, 0.0), "b": (9.0, 0.0), "c": (0.0, 0.0)}, {BC: ((5.0, 5.0),)}, {}, "Tidy").apply(PROJECT)
    assert tidied.positions["b"] == (9.0, 0.0)
    assert {route.edge: route.dots for route in tidied.annotations.routes} == {CD: ((3.0, 3.0),), BC: ((5.0, 5.0),)}


def test_tidy_is_one_step_of_the_history():
    document = Document(PROJECT)
    document.edit(put({"a": (40.0, 0.0)}, {}, {}, "Tidy"))
    assert document.undo_text == "Tidy"
    document.undo()
    assert document.project == PROJECT
