"""Projects with their shapes and problems, as the views are handed them."""

from dataclasses import replace
from itertools import pairwise

from flaxstudio.graph.graph import Graph, Node, Value, edge
from flaxstudio.graph.problem import Problem, setting
from flaxstudio.graph.shape import ArrayShape, GraphShapes, NodeShape
from flaxstudio.project.project import Project

NODES = (
    Node("input_1", "Input", {"shape": (8, 8, 1)}),
    Node("conv_1", "Conv", {"features": 32}),
    Node("flatten_1", "Flatten"),
    Node("dropout_1", "Dropout", {"rate": 0.25}),
    Node("dense_1", "Dense", {"features": 1000}),
    Node("dense_2", "Dense", {"features": 10}),
    Node("output_1", "Output"),
)
NAMES = tuple(node.name for node in NODES)
PROJECT = Project("Digits", Graph(NODES, tuple(edge(a, b) for a, b in pairwise(NAMES))))
SHAPES = GraphShapes(
    {
        "input_1": NodeShape(ArrayShape((8, 8, 1))),
        "conv_1": NodeShape(ArrayShape((8, 8, 32)), 320),
        "flatten_1": NodeShape(ArrayShape((2048,))),
        "dropout_1": NodeShape(ArrayShape((2048,))),
        "dense_1": NodeShape(ArrayShape((1000,)), 2049000),
        "dense_2": NodeShape(ArrayShape((10,)), 10010),
        "output_1": NodeShape(None),
    }
)
FIX = setting("Set it to 64", "conv_1", "features", 64)
PROBLEMS = (
    Problem("conv_1", "conv_1: features must be a whole number of at least 1.", "Change it in the inspector.", fixes=(FIX,)),
    Problem("dense_2", "dense_2 does not lead to an output and is left out.", "Connect it or delete it.", "warning"),
    Problem("", "There is no data.", "Choose a sample set."),
)


def with_attribute(project: Project, node: str, name: str, value: Value) -> Project:
    """Return the project with one attribute set, as the edit would."""
    old = project.graph.node(node)
    new = replace(old, attributes={**old.attributes, name: value})
    return replace(project, graph=project.graph.with_node_replaced(node, new))
