"""Graphs that several tests need."""

from itertools import pairwise

from flaxstudio.graph.graph import Graph, Node, edge


def chain(*nodes: Node) -> Graph:
    """Return the nodes in a row."""
    return Graph(nodes, tuple(edge(a.name, b.name) for a, b in pairwise(nodes)))


def linear() -> Graph:
    return chain(
        Node("input_1", "Input", {"shape": (10,)}), Node("dense_1", "Dense", {"features": 5}), Node("output_1", "Output")
    )


def residual() -> Graph:
    graph = chain(
        Node("input_1", "Input", {"shape": (8, 8, 1)}),
        Node("conv_1", "Conv", {"features": 16}),
        Node("batch_norm_1", "BatchNorm"),
        Node("relu_1", "relu"),
        Node("conv_2", "Conv", {"features": 16, "kernel_init": "he_normal"}),
        Node("relu_2", "relu"),
        Node("add_1", "Add"),
        Node("flatten_1", "Flatten"),
        Node("dropout_1", "Dropout"),
        Node("dense_1", "Dense", {"features": 10}),
        Node("output_1", "Output"),
    )
    return graph.with_edges(edge("relu_1", "add_1"))


def two_inputs_two_outputs() -> Graph:
    nodes = (
        Node("image", "Input", {"shape": (6,)}),
        Node("table", "Input", {"shape": (3,)}),
        Node("dense_1", "Dense", {"features": 3}),
        Node("join", "Concatenate"),
        Node("product", "Multiply"),
        Node("first", "Output"),
        Node("second", "Output"),
    )
    edges = (
        edge("image", "dense_1"), edge("dense_1", "join"), edge("table", "join"), edge("dense_1", "product"),
        edge("table", "product"), edge("join", "first"), edge("product", "second"),
    )  # fmt: skip
    return Graph(nodes, edges)
