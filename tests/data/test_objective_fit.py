"""What keeps a loss from its targets is told before a run, with a remedy; and what is known of targets to choose by."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.data.check import check_data
from flaxstudio.data.columns import class_names, class_targets
from flaxstudio.data.ends import Goal
from flaxstudio.data.goal_facts import GoalFacts, goal_facts
from flaxstudio.data.objective_fit import objective_problems
from flaxstudio.data.output_check import check_outputs
from flaxstudio.data.sources import open_table
from flaxstudio.data.table import Table
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.losses import LossTerm, Objective
from flaxstudio.training.task import prepare_task
from tests.export.test_script_metrics import mask_project
from tests.training.runs import events_of, iris_project

NUMBERS = Table({"y": np.array([0.0, 1.0, 5.0, 1.0]), "half": np.array([0.5, 0.2, 0.1, 0.0])})
KINDS = Table({"kind": np.array(["a", "b", "void", "a"], dtype=object)})


def told(goal: Goal, table: Table, loss: str, objective: Objective = Objective()) -> list[tuple[str, str]]:
    found = objective_problems((goal,), TrainConfig(loss, objectives={"": objective}), table)
    return [(problem.severity, f"{problem.what} {problem.remedy}") for problem in found]


def test_targets_beyond_what_a_loss_takes_are_told_with_the_value() -> None:
    y = Goal("output_1", "numbers", ("y",))
    ((severity, text),) = told(y, NUMBERS, "binary_cross_entropy")
    assert severity == "error"
    assert "from 0 to 1, and “y” holds 5. Take the target as classes" in text
    assert told(y, NUMBERS, "binary_cross_entropy", Objective(ignored=5.0)) == []
    assert told(y, NUMBERS, "mean_squared_error") == []
    assert "from -1 to 1" in told(y, NUMBERS, "huber", Objective(terms=(LossTerm("hinge"),)))[0][1]
    half = Goal("output_1", "numbers", ("half",))
    assert told(half, NUMBERS, "focal") == []
    assert "Choose Mean squared error" in told(half, NUMBERS, "kl_divergence_of_logs")[0][1]


def test_a_label_left_out_that_is_not_there_or_is_all_there_is_told() -> None:
    missing = told(Goal("o", "classes", ("kind",), "empty"), KINDS, "cross_entropy")
    assert [severity for severity, _ in missing] == ["warning"]
    assert "a, b, void" in missing[0][1]
    only = Table({"kind": np.array(["void", "void"], dtype=object)})
    assert "nothing is left to learn" in told(Goal("o", "classes", ("kind",), "void"), only, "cross_entropy")[0][1]
    assert "holds nothing else" in told(Goal("o", "numbers", ("y",)), Table({"y": np.ones(3)}), "huber", Objective(ignored=1.0))[0][1]  # fmt: skip


def test_a_column_of_fractions_is_no_column_of_classes() -> None:
    project = iris_project()
    assert project.dataset is not None
    shares = {**open_table("sample:iris").columns, "share": np.random.default_rng(0).random(150).round(1)}
    rare = Table({**shares, "share": np.random.default_rng(0).random(150)})
    spec = replace(project.dataset, targets=("share",))
    assert "these are not classes" in check_data(replace(project, dataset=spec), rare, catalogue())[0].what
    few = check_data(replace(project, dataset=spec), Table(shares), catalogue())
    assert not any("not classes" in problem.what for problem in few)


def test_weights_of_other_than_the_classes_are_told_with_their_order() -> None:
    goal = Goal("o", "classes", ("kind",), "void")
    weighted = Objective(class_weights=(1.0, 2.0, 3.0), ignored="void")
    assert "3 weights for the 2 classes of o. Give 2, in the order a, b" in told(goal, KINDS, "cross_entropy", weighted)[0][1]
    assert told(goal, KINDS, "cross_entropy", replace(weighted, class_weights=(1.0, 2.0))) == []


def test_a_label_left_out_is_no_class_and_arrays_of_whole_numbers_are_classes() -> None:
    assert class_names(KINDS, "kind", "void") == ("a", "b")
    assert class_targets(KINDS, "kind", ("a", "b"), "void").tolist() == [0, 1, -1, 0]
    masks = Table({"mask": np.array([[[0, 7], [255, 7]]]), "blur": np.array([[[0.5, 1.0]]])})
    assert class_names(masks, "mask", "255") == ("0", "7")
    assert class_targets(masks, "mask", ("0", "7"), "255").tolist() == [[[0, 1], [-1, 1]]]
    with pytest.raises(ProblemError, match="tell no classes"):
        class_names(masks, "blur")


def test_a_label_left_out_asks_for_an_output_less() -> None:
    project = iris_project(objectives={"": Objective(ignored="setosa")})
    assert "Set its features to 2" in str(events_of(project)[-1])


def test_a_split_of_which_nothing_counts_is_told_before_the_first_step() -> None:
    project = iris_project(loss="mean_squared_error")
    sizes = {"Input": {"shape": (1,)}, "Dense": {"features": 1}}
    nodes = tuple(replace(node, attributes=sizes.get(node.layer, {})) for node in project.graph.nodes)
    spec = DatasetSpec("sample:iris", ("sepal_length_cm",), ("petal_width_cm",), validation=1 / 150)
    few = replace(project, dataset=spec, graph=replace(project.graph, nodes=nodes))
    (only,) = prepare_task(few, catalogue()).dataset.validation.targets
    left_out = replace(few.training, objectives={"": Objective(ignored=float(only[0]))})
    words = "in the validation split is left out, so nothing is left to judge by"
    assert words in str(events_of(replace(few, training=left_out))[-1])


def test_the_labels_of_an_output_are_counted_in_the_training_split() -> None:
    project = iris_project()
    assert project.dataset is not None
    table = open_table(project.dataset.source)
    (facts,) = goal_facts(project, project.dataset, table, catalogue(), {})
    assert facts == GoalFacts("output_1", "classes", ("setosa", "versicolor", "virginica"), (35, 35, 35))
    without = replace(project, training=replace(project.training, objectives={"": Objective(ignored="setosa")}))
    (facts,) = goal_facts(without, project.dataset, table, catalogue(), {})
    assert facts.classes == {"versicolor": 35, "virginica": 35}
    wrong = replace(project.dataset, targets=("colour",))
    assert goal_facts(project, wrong, table, catalogue(), {}) == ()


def test_masks_that_do_not_fit_the_output_are_told_with_the_label_that_may_be_none(tmp_path: Path) -> None:
    project = mask_project(tmp_path, "classes", objectives={})
    assert project.dataset is not None
    table, shapes = open_table(project.dataset.source), ShapeInference(catalogue()).infer(project.graph)
    (problem,) = check_outputs(project, table, catalogue(), shapes)
    assert (problem.node, problem.what) == ("conv_2", "conv_2 gives 3 values a place, and “y” has 4 labels.")
    assert "or leave out the label “255” in the Training panel" in problem.remedy
    assert problem.fixes[0].label == "Set features to 4"
    left_out = mask_project(tmp_path, "classes")
    assert check_outputs(left_out, table, catalogue(), shapes) == ()
    smaller = replace(left_out, graph=replace(left_out.graph, nodes=tuple(
        replace(node, attributes={**node.attributes, "padding": "VALID"}) if node.name == "conv_1" else node
        for node in left_out.graph.nodes)))  # fmt: skip
    (problem,) = check_outputs(smaller, table, catalogue(), ShapeInference(catalogue()).infer(smaller.graph))
    assert problem.what == "output_1 gives (batch, 4, 3, 3) a sample, and “y” needs (batch, 6, 5, 3)."
