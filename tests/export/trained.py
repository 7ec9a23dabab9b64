"""Small trained models for the exporters' tests: real modules with variables that are not those of a fresh init."""

from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.source import generate
from flaxstudio.export.model import Model, model_of
from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.layers import catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Preparation, Results, Trained

IDENTITY = Preparation(np.zeros((), np.float32), np.ones((), np.float32))


def chain(*nodes: Node) -> Graph:
    """Return a graph of nodes one behind the other."""
    return Graph(nodes, tuple(edge(a.name, b.name) for a, b in pairwise(nodes)))


def linear_graph() -> Graph:
    return chain(
        Node("input_1", "Input", {"shape": (10,)}), Node("dense_1", "Dense", {"features": 5}), Node("output_1", "Output")
    )


def cnn_graph() -> Graph:
    return chain(
        Node("input_1", "Input", {"shape": (8, 8, 1)}),
        Node("conv_1", "Conv", {"features": 16}),
        Node("batch_norm_1", "BatchNorm"),
        Node("relu_1", "relu"),
        Node("max_pool_1", "MaxPool"),
        Node("flatten_1", "Flatten"),
        Node("dropout_1", "Dropout", {"rate": 0.25}),
        Node("dense_1", "Dense", {"features": 10}),
        Node("output_1", "Output"),
    )


def trained(graph: Graph, preparation: Preparation = IDENTITY) -> tuple[Project, Results]:
    """Return a project whose variables are those of an init, moved away from zeros and ones."""
    project = Project("Example", graph)
    module = build_module(generate(graph, "Example", catalogue()))
    shape = next(graph.of_layer("Input")).attributes["shape"]
    variables = module.init(jax.random.PRNGKey(0), jnp.zeros((1, *shape)))
    rng = np.random.default_rng(0)
    moved: Any = jax.tree.map(lambda a: np.asarray(a) + 0.1 * rng.random(a.shape, dtype=np.float32), variables)
    return project, Results(Trained(moved, {}, 3, graph, preparation))


def model(graph: Graph, preparation: Preparation = IDENTITY) -> Model:
    return model_of(*trained(graph, preparation), catalogue())
