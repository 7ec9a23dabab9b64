from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.source import generate
from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.config import OptimizerSpec
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.training.beginning import InitKey, draw_variables, initialized, initialized_nodes
from flaxstudio.training.events import RunFinished
from tests.training.runs import are_same, events_of, iris_project, losses_of, noisy_project, trained_by

CATALOGUE = catalogue()


def begin(project: Project, seed: int = 0, results: Results = Results(), *, is_of_run: bool = True):
    return initialized(project, results, CATALOGUE, InitKey(seed, is_of_run), None)


def test_the_key_itself_gives_what_the_notebook_writes() -> None:
    project = iris_project(("Dense", {"features": 8}))
    module = build_module(generate(project.graph, project.name, CATALOGUE))
    drawn = draw_variables(project, CATALOGUE, InitKey(7, is_of_run=False))
    assert are_same(drawn, jax.tree.map(np.asarray, dict(module.init(jax.random.PRNGKey(7), jnp.zeros((1, 4))))))
    assert not are_same(drawn, draw_variables(project, CATALOGUE, InitKey(8, is_of_run=False)))


def test_a_run_from_initialised_variables_is_the_run_that_would_have_drawn_them_itself() -> None:
    project = noisy_project(seed=3)
    begun = begin(project, 3)
    assert begun.step == 0
    from_them, alone = events_of(project, resume=begun), events_of(project)
    assert np.array_equal(losses_of(from_them), losses_of(alone))
    assert are_same(trained_by(project, from_them).variables, trained_by(project, alone).variables)


def test_variables_at_step_0_can_be_trained_with_any_optimizer_chosen_later() -> None:
    project = iris_project(("Dense", {"features": 8}), steps=5)
    begun = begin(project)
    other = replace(project, training=replace(project.training, optimizer=OptimizerSpec("sgd", 0.1, {"momentum": 0.9})))
    assert isinstance(events_of(other, resume=begun)[-1], RunFinished)


def test_data_that_came_after_initialisation_is_prepared_by_its_own_training_split() -> None:
    project = iris_project(("Dense", {"features": 8}), steps=5)
    begun = begin(replace(project, dataset=None))
    assert begun.preparation.offset.shape == ()
    assert np.array_equal(losses_of(events_of(project, resume=begun)), losses_of(events_of(project)))


def test_data_that_does_not_fit_does_not_prevent_initialising() -> None:
    project = iris_project(("Dense", {"features": 8}))
    assert project.dataset is not None
    assert begin(replace(project, dataset=replace(project.dataset, source="nowhere.csv"))).step == 0


def test_drawing_one_node_anew_leaves_all_others_and_the_step() -> None:
    project = iris_project(("Dense", {"features": 8}), ("BatchNorm", {}), ("Dense", {"features": 8}))
    first = replace(begin(project), step=10)
    second = initialized_nodes(first, frozenset(["dense_2"]), project, CATALOGUE, InitKey(5))
    old, new = first.variables["params"], second.variables["params"]
    assert not np.array_equal(old["dense_2"]["kernel"], new["dense_2"]["kernel"])
    assert new["dense_1"]["kernel"] is old["dense_1"]["kernel"]
    assert second.variables["batch_stats"]["batch_norm_1"]["mean"] is first.variables["batch_stats"]["batch_norm_1"]["mean"]
    assert (second.step, second.optimizer_state) == (10, first.optimizer_state)


def test_one_node_of_a_changed_graph_is_not_drawn_anew() -> None:
    project = iris_project(("Dense", {"features": 8}))
    other = iris_project(("Dense", {"features": 9}))
    with pytest.raises(ProblemError, match="graph was changed"):
        initialized_nodes(begin(project), frozenset(["dense_1"]), other, CATALOGUE, InitKey())


def test_what_cannot_be_initialised_is_one_sentence() -> None:
    nodes = (Node("input_1", "Input", {"shape": (4,)}), Node("conv_1", "Conv"), Node("output_1", "Output"))
    wrong = Project("Wrong", Graph(nodes, (edge("input_1", "conv_1"), edge("conv_1", "output_1"))))
    with pytest.raises(ProblemError, match="conv_1 cannot be initialised"):
        draw_variables(wrong, CATALOGUE, InitKey())
    nothing = Project("Nothing", Graph((nodes[0], nodes[2]), (edge("input_1", "output_1"),)))
    with pytest.raises(ProblemError, match="no variables"):
        draw_variables(nothing, CATALOGUE, InitKey())


def test_a_layer_muted_during_a_training_gets_back_what_it_had_learnt() -> None:
    from flaxstudio.gui.variables_acts import _keeping
    from flaxstudio.project.activity_edits import set_mode

    project = iris_project(("Dense", {"features": 8}), ("Dense", {"features": 3}), steps=5)
    names = [node.name for node in project.graph.of_layer("Dense")]
    trained = trained_by(project, events_of(project))
    without = set_mode(names[:1], "bypassed", CATALOGUE).apply(project)
    begun = begin(without, results=Results(trained))
    assert set(begun.variables["params"]) == set(names[1:])
    again = _keeping(begin(project, 7), begun)
    assert again.fits(project)
    assert np.array_equal(again.variables["params"][names[0]]["kernel"], trained.variables["params"][names[0]]["kernel"])
