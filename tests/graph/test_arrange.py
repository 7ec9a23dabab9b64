"""Align, distribute and stack: the places they give."""

import pytest

from flaxstudio.graph.arrange import align, distribute, stack
from flaxstudio.graph.graph import Graph, Node, edge

BOXES = {"a": (0.0, 0.0, 100.0, 60.0), "b": (50.0, 200.0, 200.0, 80.0), "c": (400.0, 90.0, 100.0, 40.0)}


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("left", {"a": (0, 0), "b": (0, 200), "c": (0, 90)}),
        ("right", {"a": (400, 0), "b": (300, 200), "c": (400, 90)}),
        ("centre", {"a": (200, 0), "b": (150, 200), "c": (200, 90)}),
        ("top", {"a": (0, 0), "b": (50, 0), "c": (400, 0)}),
        ("bottom", {"a": (0, 220), "b": (50, 200), "c": (400, 240)}),
        ("middle", {"a": (0, 110), "b": (50, 100), "c": (400, 120)}),
    ],
)
def test_aligned_nodes_have_one_line_in_common(line, places):
    assert align(BOXES, line) == places


def test_distributed_nodes_have_equal_gaps_and_the_outermost_stay():
    places = distribute(BOXES, "horizontally")
    assert places == {"a": (0.0, 0.0), "b": (150.0, 200.0), "c": (400.0, 90.0)}
    assert distribute(BOXES, "vertically") == {"a": (0.0, 0.0), "c": (400.0, 110.0), "b": (50.0, 200.0)}


def test_nothing_to_arrange_is_nothing_done():
    assert align({}, "left") == distribute({}, "vertically") == {}
    assert distribute({"a": BOXES["a"]}, "vertically") == {"a": (0.0, 0.0)}


def test_stacked_nodes_stand_in_a_row_as_the_data_goes_with_straight_wires():
    graph = Graph(tuple(Node(name, "Add") for name in "abc"), (edge("c", "b"), edge("b", "a", target_port="second")))
    places = stack(graph, BOXES, lambda port, is_output: 50.0 if port.port == "second" else 30.0)
    assert places == {"c": (0.0, 90.0), "b": (180.0, 90.0), "a": (460.0, 70.0)}


def test_stacked_nodes_stand_in_a_column_where_the_data_goes_down():
    graph = Graph(tuple(Node(name, "Add") for name in "abc"), (edge("a", "b"), edge("b", "c")))
    places = stack(graph, BOXES, lambda port, is_output: 50.0, "down")
    assert places == {"a": (0.0, 0.0), "b": (0.0, 140.0), "c": (0.0, 300.0)}
