"""Fifty valid models with one mistake seeded in each: which node is to blame, and whether a repair is offered."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from flaxstudio.data.table import Table
from flaxstudio.graph.graph import Edge, Graph, Node, Port, edge
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.project import Project

_FIRST = {"MultiHeadDotProductAttention": "query"}
Change = Callable[[Graph], Graph]
_DICE = np.random.default_rng(0)


@dataclass(frozen=True)
class Mistake:
    """A model that works, what is done to it, and who did it."""

    name: str
    graph: Graph
    change: Change
    to_blame: str
    table: Table | None = None
    kind: str = "numbers"

    def project(self, is_seeded: bool = True) -> Project:
        """Return the model as a project, with its mistake or before it."""
        graph = self.change(self.graph) if is_seeded else self.graph
        names = graph.names()
        positions = {name: (260.0 * place, 0.0) for place, name in enumerate(names)}
        if self.table is None:
            return Project("Seeded", graph, positions)
        features = tuple(name for name in self.table.columns if name != "y")
        loss = "cross_entropy" if self.kind == "classes" else "mean_squared_error"
        dataset = DatasetSpec("test", features, ("y",), self.kind)  # type: ignore[arg-type]
        return Project("Seeded", graph, positions, dataset, TrainConfig(loss))


# drawing


def n(name: str, layer: str, **attributes: Any) -> Node:
    return Node(name, layer, attributes)


def row(*nodes: Node, more: tuple[Node, ...] = (), edges: tuple[Edge, ...] = ()) -> Graph:
    """Return nodes wired one after the other, with others and their wires."""
    chain = tuple(edge(a.name, b.name, target_port=_FIRST.get(b.layer, "in")) for a, b in pairwise(nodes))
    return Graph((*nodes, *more), (*chain, *edges))


def put(node: str, **attributes: Any) -> Change:
    """Set attributes of a node."""
    return lambda graph: graph.with_node_replaced(
        node, replace(graph.node(node), attributes={**graph.node(node).attributes, **attributes})
    )


def drop(*names: str) -> Change:
    """Take nodes of a row out and join what is left."""

    def change(graph: Graph) -> Graph:
        for name in names:
            (into,), out_of = graph.edges_into(name), graph.edges_from(name)
            graph = graph.without_nodes(frozenset([name])).with_edges(*(Edge(into.source, e.target) for e in out_of))
        return graph

    return change


def cut(source: str, target: str) -> Change:
    return lambda graph: graph.without_edges(
        frozenset(e for e in graph.edges if (e.source.node, e.target.node) == (source, target))
    )


def wire(source: str, target: str, port: str = "in") -> Change:
    return lambda graph: graph.with_edges(Edge(Port(source, "out"), Port(target, port)))


def become(node: str, layer: str, **attributes: Any) -> Change:
    return lambda graph: graph.with_node_replaced(node, Node(node, layer, attributes))


def between(source: str, target: str, node: Node) -> Change:
    """Put a node on a wire."""

    def change(graph: Graph) -> Graph:
        (old,) = (e for e in graph.edges if (e.source.node, e.target.node) == (source, target))
        fresh = edge(source, node.name), Edge(Port(node.name, "out"), old.target)
        return cut(source, target)(graph).with_nodes(node).with_edges(*fresh)

    return change


def branch(source: str, node: Node) -> Change:
    return lambda graph: graph.with_nodes(node).with_edges(edge(source, node.name))


def both(*changes: Change) -> Change:
    def change(graph: Graph) -> Graph:
        for one in changes:
            graph = one(graph)
        return graph

    return change


@dataclass(frozen=True)
class Verdict:
    """How a mistake was told."""

    mistake: Mistake
    blamed: str
    what: str
    repair: str
    is_mended: bool
    steps: int = 0
    left: tuple[str, ...] = ()


OUT = n("out", "Output")
MLP = row(
    n("entry", "Input", shape=(16,)),
    n("dense_1", "Dense", features=32),
    n("relu_1", "relu"),
    n("dense_2", "Dense", features=10),
    OUT,
)
CNN = row(
    n("entry", "Input", shape=(8, 8, 1)), n("conv_1", "Conv", features=8), n("norm_1", "BatchNorm"), n("relu_1", "relu"),
    n("pool_1", "MaxPool"), n("conv_2", "Conv", features=16), n("flatten_1", "Flatten"), n("dense_1", "Dense", features=10), OUT,
)  # fmt: skip
RESIDUAL = row(
    n("entry", "Input", shape=(8, 8, 4)), n("conv_1", "Conv", features=16), n("conv_2", "Conv", features=16), n("add_1", "Add"),
    n("pool_1", "GlobalAvgPool"), n("dense_1", "Dense", features=10), OUT, edges=(edge("conv_1", "add_1"),),
)  # fmt: skip
TEXT = row(
    n("entry", "Input", shape=(20,), dtype="int32"), n("embed_1", "Embed", num_embeddings=100, features=24), n("lstm_1", "LSTM", features=32),
    n("last_1", "LastStep"), n("dense_1", "Dense", features=10), OUT,
)  # fmt: skip
ATTENTION = row(
    n("entry", "Input", shape=(20,), dtype="int32"), n("embed_1", "Embed", num_embeddings=100, features=24),
    n("attention_1", "MultiHeadDotProductAttention", num_heads=4), n("norm_1", "LayerNorm"), n("pool_1", "GlobalAvgPool"),
    n("dense_1", "Dense", features=10), OUT,
)  # fmt: skip
SERIES = row(
    n("entry", "Input", shape=(30, 3)), n("conv_1", "Conv", features=8, kernel_size=(3,)), n("relu_1", "relu"), n("gru_1", "GRU", features=16),
    n("last_1", "LastStep"), n("dense_1", "Dense", features=1), OUT,
)  # fmt: skip
TWO = Graph(
    (n("a", "Input", shape=(8,)), n("b", "Input", shape=(6,)), n("dense_a", "Dense", features=12), n("dense_b", "Dense", features=12),
     n("join_1", "Concatenate"), n("dense_1", "Dense", features=2), OUT),
    (edge("a", "dense_a"), edge("b", "dense_b"), edge("dense_a", "join_1"), edge("dense_b", "join_1"), edge("join_1", "dense_1"),
     edge("dense_1", "out")),
)  # fmt: skip
GATED = Graph(
    (n("entry", "Input", shape=(8, 8, 16)), n("conv_1", "Conv", features=16), n("pool_1", "GlobalAvgPool"), n("gate_1", "Dense", features=16),
     n("view_1", "Reshape", shape=(1, 1, 16)), n("times_1", "Multiply"), OUT),
    (edge("entry", "conv_1"), edge("conv_1", "times_1"), edge("conv_1", "pool_1"), edge("pool_1", "gate_1"), edge("gate_1", "view_1"),
     edge("view_1", "times_1"), edge("times_1", "out")),
)  # fmt: skip
UNET = Graph(
    (n("entry", "Input", shape=(16, 16, 1)), n("conv_1", "Conv", features=8), n("pool_1", "MaxPool"), n("conv_2", "Conv", features=8),
     n("up_1", "UpSample"), n("join_1", "Concatenate"), n("conv_3", "Conv", features=1), OUT),
    (edge("entry", "conv_1"), edge("conv_1", "pool_1"), edge("pool_1", "conv_2"), edge("conv_2", "up_1"), edge("conv_1", "join_1"),
     edge("up_1", "join_1"), edge("join_1", "conv_3"), edge("conv_3", "out")),
)  # fmt: skip


def images(classes: int = 10, *shape: int) -> Table:
    return Table({"x": _DICE.normal(size=(40, *(shape or (8, 8, 1)))), "y": np.arange(40) % classes})


def rows_of(columns: int = 16, classes: int = 10) -> Table:
    numbers = {f"x{i}": _DICE.normal(size=40) for i in range(columns)}
    return Table({**numbers, "y": np.arange(40) % classes})


def tokens(most: int = 99) -> Table:
    words = np.arange(40 * 20).reshape(40, 20) % (most + 1)
    return Table({"x": words.astype(np.int32), "y": np.arange(40) % 10})


HALVES = Graph(
    (n("entry", "Input", shape=(9,)), n("dense_1", "Dense", features=8), n("split_1", "Split"), n("times_1", "Multiply"), OUT),
    (edge("entry", "dense_1"), edge("dense_1", "split_1"), edge("split_1", "times_1", "first"), edge("split_1", "times_1", "second"),
     edge("times_1", "out")),
)  # fmt: skip
PRODUCT = Graph(
    (n("a", "Input", shape=(5, 8)), n("b", "Input", shape=(8, 5)), n("product_1", "MatMul"), OUT),
    (edge("a", "product_1", target_port="first"), edge("b", "product_1", target_port="second"), edge("product_1", "out")),
)
DIFFERENCE = Graph(
    (n("a", "Input"), n("b", "Input"), n("minus_1", "Subtract"), OUT),
    (edge("a", "minus_1", target_port="first"), edge("b", "minus_1", target_port="second"), edge("minus_1", "out")),
)
DEEP_HEAD = row(
    n("entry", "Input", shape=(8, 8, 1)), n("conv_1", "Conv", features=8), n("flatten_1", "Flatten"), n("dense_1", "Dense", features=32),
    n("relu_1", "relu"), n("dense_2", "Dense", features=10), OUT,
)  # fmt: skip
STACKED = row(
    n("entry", "Input", shape=(20, 4)), n("lstm_1", "LSTM", features=8), n("lstm_2", "LSTM", features=8), n("last_1", "LastStep"),
    n("dense_1", "Dense", features=1), OUT,
)  # fmt: skip
ONE_HOT = row(
    n("entry", "Input", shape=(4,), dtype="int32"), n("one_1", "OneHot", num_classes=8), n("flatten_1", "Flatten"),
    n("dense_1", "Dense", features=2), OUT,
)  # fmt: skip
TAKEN = row(n("entry", "Input", shape=(5, 4)), n("take_1", "Take", index=0), n("dense_1", "Dense", features=2), OUT)
VIEWED = row(n("entry", "Input", shape=(64,)), n("view_1", "Reshape", shape=(8, 8, 1)), n("conv_1", "Conv", features=4), OUT)
COLOURED = row(n("entry", "Input", shape=(48,)), n("view_1", "Reshape", shape=(4, 4, 3)), n("conv_1", "Conv", features=4), OUT)
PHOTOS = row(
    n("entry", "Input", shape=(28, 28, 3)), n("conv_1", "Conv", features=8), n("pool_1", "GlobalAvgPool"),
    n("dense_1", "Dense", features=10), OUT,
)  # fmt: skip
WIDE_UNET = replace(UNET, nodes=tuple(n("conv_2", "Conv", features=12) if x.name == "conv_2" else x for x in UNET.nodes))
CLASSES = "classes"

MISTAKES = (
    # wrong rank
    Mistake("Flatten forgotten before the classifier", CNN, drop("flatten_1"), "dense_1", images(), CLASSES),
    Mistake("Flatten forgotten before two Dense", DEEP_HEAD, drop("flatten_1"), "dense_1", images(), CLASSES),
    Mistake("a row of pixels into a Conv", CNN, put("entry", shape=(64,)), "conv_1"),
    Mistake("grey images without channels", CNN, put("entry", shape=(8, 8)), "conv_1"),
    Mistake("kernel of one dimension for images", CNN, put("conv_2", kernel_size=(3,)), "conv_2"),
    Mistake("kernel of two dimensions for a series", SERIES, put("conv_1", kernel_size=(3, 3)), "conv_1"),
    Mistake("pooling window of one dimension for images", CNN, put("pool_1", window_shape=(2,)), "pool_1"),
    Mistake("strides of another length than the window", CNN, put("conv_2", strides=(2, 2, 2)), "conv_2"),
    Mistake("Flatten before the pooling", CNN, become("relu_1", "Flatten"), "pool_1"),
    Mistake("pooled twice over all places", RESIDUAL, between("pool_1", "dense_1", n("pool_2", "GlobalAvgPool")), "pool_2"),
    Mistake("recurrent layer without time", SERIES, both(drop("conv_1", "relu_1"), put("entry", shape=(30,))), "gru_1"),
    Mistake("last step taken before the next LSTM", STACKED, between("lstm_1", "lstm_2", n("last_2", "LastStep")), "lstm_2"),
    Mistake("attention over one step", ATTENTION, between("embed_1", "attention_1", n("first_1", "FirstStep")), "attention_1"),
    # whole numbers
    Mistake("tokens into a Dense", TEXT, become("embed_1", "Dense", features=24), "embed_1"),
    Mistake("tokens into an LSTM without Embed", TEXT, drop("embed_1"), "lstm_1"),
    Mistake("numbers with a point into an Embed", TEXT, put("entry", dtype="float32"), "embed_1"),
    Mistake("numbers with a point into OneHot", ONE_HOT, put("entry", dtype="float32"), "one_1"),
    Mistake(
        "Embed of fewer rows than the data has words", TEXT, put("embed_1", num_embeddings=50), "embed_1", tokens(), CLASSES
    ),
    # heads, groups, axes
    Mistake("heads that do not divide the features", ATTENTION, put("attention_1", num_heads=5), "attention_1"),
    Mistake("qkv features that the heads do not divide", ATTENTION, put("attention_1", qkv_features=30), "attention_1"),
    Mistake("groups that do not divide the channels", CNN, put("conv_2", feature_group_count=3), "conv_2"),
    Mistake("GroupNorm of more groups than channels", CNN, become("norm_1", "GroupNorm", num_groups=32), "norm_1"),
    Mistake("BatchNorm over the batch", CNN, put("norm_1", axis=0), "norm_1"),
    Mistake("BatchNorm of an axis that is not there", MLP, become("relu_1", "BatchNorm", axis=3), "relu_1"),
    Mistake("Transpose of three axes for images", CNN, become("relu_1", "Transpose", axes=(0, 2, 1)), "relu_1"),
    Mistake(
        "Squeeze of a dimension that is not 1",
        GATED,
        between("entry", "conv_1", n("squeeze_1", "Squeeze", axis=1)),
        "squeeze_1",
    ),
    Mistake("halves of an odd size", HALVES, put("dense_1", features=9), "split_1"),
    Mistake("place beyond the end", TAKEN, put("take_1", index=5), "take_1"),
    # sizes
    Mistake("Reshape of another product", VIEWED, put("view_1", shape=(7, 9, 1)), "view_1"),
    Mistake("Reshape of an Input that has changed", COLOURED, put("entry", shape=(75,)), "view_1"),
    Mistake("window larger than what is left", CNN, put("pool_1", window_shape=(9, 9)), "pool_1"),
    Mistake("kernel larger than the image, unpadded", CNN, put("conv_2", kernel_size=(5, 5), padding="VALID"), "conv_2"),
    # merges
    Mistake("Add of different features", RESIDUAL, put("conv_2", features=32), "add_1"),
    Mistake("Add round a stride", RESIDUAL, put("conv_2", strides=(2, 2)), "add_1"),
    Mistake("gate not spread over the image", GATED, drop("view_1"), "times_1"),
    Mistake("Concatenate along the wrong axis", WIDE_UNET, put("join_1", axis=1), "join_1"),
    Mistake("skip connection of another size", UNET, put("up_1", scale=4), "join_1"),
    Mistake(
        "a vector joined with an image", TWO, both(put("b", shape=(4, 4, 6)), become("dense_b", "Conv", features=12)), "join_1"
    ),
    Mistake("matrices that do not fit", PRODUCT, put("b", shape=(5, 8)), "product_1"),
    Mistake("images with the channels first", PHOTOS, put("entry", shape=(3, 28, 28)), "entry"),
    # data
    Mistake("fewer features than classes", MLP, put("dense_2", features=8), "dense_2", rows_of(), CLASSES),
    Mistake("another Input than the table has columns", MLP, put("entry", shape=(12,)), "entry", rows_of(), CLASSES),
    Mistake("no Dense at the end", CNN, drop("dense_1"), "flatten_1", images(), CLASSES),
    # wires
    Mistake("a wire forgotten", MLP, cut("relu_1", "dense_2"), "dense_2"),
    Mistake("one input of a Subtract forgotten", DIFFERENCE, cut("b", "minus_1"), "minus_1"),
    Mistake("a loop", RESIDUAL, both(cut("entry", "conv_1"), wire("conv_2", "conv_1")), "conv_1"),
    Mistake("a branch that leads nowhere", MLP, branch("relu_1", n("dense_3", "Dense", features=4)), "dense_3"),
    Mistake("two wires into one input", MLP, wire("entry", "dense_2"), "dense_2"),
    # values
    Mistake("a layer nobody knows", MLP, become("relu_1", "Relu6x"), "relu_1"),
    Mistake("no features", MLP, put("dense_1", features=0), "dense_1"),
)
