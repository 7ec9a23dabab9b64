"""What a query finds: names, layers, values, problems and notes, in the model and in its blocks."""

import pytest

from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.library import Block, Library
from flaxstudio.graph.problem import Problem
from flaxstudio.project.annotations import Annotations, Frame, Note
from flaxstudio.project.find import find
from flaxstudio.project.project import Project

PROJECT = Project(
    graph=Graph(
        (
            Node("conv_1", "Conv", {"features": 64, "kernel_size": (3, 3)}),
            Node("conv_2", "Conv", {"features": 128}),
            Node("head", "Dense", {"features": 10}),
            Node("stem", "Stem"),
        )
    ),
    library=Library((Block("Stem", Graph((Node("conv_1", "Conv", {"features": 32}), Node("norm", "BatchNorm")))),)),
    annotations=Annotations(
        (Frame("frame_1", "Feature maps", (0, 0, 100, 100)),), (Note("note_1", "Why 64\nhere", (0, 0, 80, 40)),)
    ),
)
PROBLEMS = (
    Problem("head", "Softmax comes before the loss.", "Remove it.", "warning"),
    Problem("norm", "BatchNorm has no input.", "Connect one.", block="Stem"),
)


def found(query: str, first: str = "") -> list[tuple[str, str]]:
    return [(hit.block, hit.node) for hit in find(PROJECT, PROBLEMS, query, first)]


@pytest.mark.parametrize(
    ("query", "nodes"),
    [
        ("", []),
        ("head", [("", "head")]),
        ("DENSE", [("", "head")]),
        ("conv", [("", "conv_1"), ("", "conv_2"), ("Stem", "conv_1")]),
        ("conv 128", [("", "conv_2")]),
        ("features=32", [("Stem", "conv_1")]),
        ("3x3", [("", "conv_1")]),
        ("layer:conv name:_2", [("", "conv_2")]),
        ("has:problem", [("", "head"), ("Stem", "norm")]),
        ("has:error", [("Stem", "norm")]),
        ("has:warning dense", [("", "head")]),
        ("softmax", [("", "head")]),
        ("why 64", [("", "note_1")]),
        ("maps", [("", "frame_1")]),
        ("nowhere", []),
    ],
)
def test_every_word_of_a_query_must_fit(query, nodes):
    assert found(query) == nodes


def test_what_is_in_the_open_block_comes_first():
    assert found("conv_1", "Stem") == [("Stem", "conv_1"), ("", "conv_1")]


def test_a_hit_says_what_of_the_node_fits():
    assert [hit.why for hit in find(PROJECT, PROBLEMS, "64")] == ["features=64", "Why 64 here"]
    assert [hit.why for hit in find(PROJECT, PROBLEMS, "has:error")] == ["BatchNorm has no input."]
