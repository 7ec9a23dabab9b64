import jax
import jax.numpy as jnp
import pytest

from flaxstudio.codegen.module import build_module, node_of_error, require_sound
from flaxstudio.codegen.source import generate
from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from tests.codegen.graphs import chain, linear

CATALOGUE = catalogue()


def test_an_error_inside_a_model_names_the_node_of_its_line() -> None:
    graph = chain(Node("input_1", "Input"), Node("view", "Reshape", {"shape": (7, 7)}), Node("output_1", "Output"))
    source = generate(graph, "Net", CATALOGUE)
    with pytest.raises(TypeError) as caught:
        build_module(source).init(jax.random.PRNGKey(0), jnp.ones((2, 8)))
    assert node_of_error(source, caught.value) == "view"


def test_an_error_from_elsewhere_names_no_node() -> None:
    assert node_of_error(generate(linear(), "Net", CATALOGUE), ValueError("x")) == ""


def test_a_graph_with_errors_is_not_built() -> None:
    with pytest.raises(ProblemError, match="no Input"):
        require_sound(Graph(), CATALOGUE)
    require_sound(linear(), CATALOGUE)
