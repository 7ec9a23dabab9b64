from dataclasses import replace

import numpy as np
import pytest

from flaxstudio.export.model import model_of
from flaxstudio.graph.graph import Node, edge
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.results import Preparation, Results
from tests.export.trained import linear_graph, model, trained


def test_an_untrained_project_cannot_be_exported() -> None:
    project, _ = trained(linear_graph())
    with pytest.raises(ProblemError, match="has not been trained"):
        model_of(project, Results(), catalogue())


def test_a_graph_edited_after_training_cannot_be_exported() -> None:
    project, results = trained(linear_graph())
    changed = replace(project, graph=project.graph.with_nodes(Node("relu_1", "relu")))
    with pytest.raises(ProblemError, match="changed after it was trained"):
        model_of(changed, results, catalogue())


def test_moving_a_node_leaves_the_model_exportable() -> None:
    project, results = trained(linear_graph())
    moved = replace(project, positions={"dense_1": (300.0, 20.0)})
    assert model_of(moved, results, catalogue()).inputs["inputs"].sizes == (10,)


def test_ends_have_plain_names_alone_and_their_nodes_names_among_others() -> None:
    one = model(linear_graph())
    assert (list(one.inputs), one.outputs) == (["inputs"], ("outputs",))
    graph = linear_graph().with_nodes(Node("output_2", "Output")).with_edges(edge("dense_1", "output_2"))
    two = model(graph)
    assert (list(two.inputs), two.outputs) == (["inputs"], ("output_1", "output_2"))


def test_the_exported_function_scales_features_exactly_where_training_did() -> None:
    preparation = Preparation(np.full(10, 2, np.float32), np.full(10, 4, np.float32))
    plain, scaled = model(linear_graph()), model(linear_graph(), preparation)
    features = np.ones((3, 10), np.float32)
    assert (plain.scales_features, scaled.scales_features) == (False, True)
    variables = plain.trained.variables
    expected = plain.apply_function()(variables, (features - 2) / 4)
    np.testing.assert_allclose(scaled.apply_function()(variables, features), expected, rtol=1e-6)
