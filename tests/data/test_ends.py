from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from flaxstudio.data.check import check_data
from flaxstudio.data.ends import Ends, ends_of
from flaxstudio.data.table import Table
from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.project import Project, check_project
from flaxstudio.project.repairs import apply_fix
from flaxstudio.project.sketch import Sketch

CATALOGUE = catalogue()
ROWS = 12
TABLE = Table(
    {
        **{name: np.arange(ROWS) * 1.0 for name in ("a", "b", "c", "d", "p", "q", "r")},
        "kind": np.array(["x", "y", "z"] * 4, dtype=object),
        "image": np.zeros((ROWS, 3, 3)),
    }
)


def joining(*inputs: tuple[str, tuple[int, ...]], outputs: tuple[tuple[str, int], ...] = (("out", 1),)) -> Project:
    """Return a project whose Inputs are flattened and joined, with a Dense before each Output."""
    sketch = Sketch(CATALOGUE)
    parts = [sketch.add("Flatten", sketch.add("Input", name=name, shape=shape)) for name, shape in inputs]
    x = sketch.add("Concatenate", *parts) if len(parts) > 1 else parts[0]
    for name, size in outputs:
        sketch.add("Output", sketch.add("Dense", x, features=size, name=f"dense_{name}"), name=name)
    return Project(graph=sketch.graph())


def using(project: Project, features: str, targets: str, **config: Any) -> Project:
    kind: Any = config.pop("kind", "numbers")
    dataset = DatasetSpec("", tuple(features.split()), tuple(targets.split()), kind)
    return replace(project, dataset=dataset, training=TrainConfig(**config))


def ends(project: Project, sizes: dict[str, int] | None = None) -> Ends:
    assert project.dataset is not None
    return ends_of(project, project.dataset, TABLE, CATALOGUE, sizes or {})


def columns(project: Project, sizes: dict[str, int] | None = None) -> dict[str, str]:
    found = ends(project, sizes)
    return {end.name: " ".join(end.columns) for end in (*found.entries, *found.goals)}


def test_inputs_are_filled_in_order_and_the_last_takes_the_rest() -> None:
    project = using(joining(("left", (2,)), ("right", (1,))), "a b c d", "p")
    assert columns(project) == {"left": "a b", "right": "c d", "out": "p"}


def test_a_column_goes_to_the_input_of_its_name() -> None:
    project = using(joining(("left", (2,)), ("a", (1,)), ("right", (9,))), "a b c image", "p")
    assert columns(project) == {"left": "b c", "a": "a", "right": "image", "out": "p"}


def test_every_input_gets_a_column_while_there_are_enough() -> None:
    project = using(joining(("left", (9,)), ("right", (9,))), "a b c", "p")
    assert columns(project) == {"left": "a b", "right": "c", "out": "p"}


def test_inputs_of_other_methods_take_nothing() -> None:
    sketch = Sketch(CATALOGUE)
    latent = sketch.add("Input", name="latent", shape=(1,))
    hidden = sketch.add("Dense", sketch.add("Input", shape=(2,)), features=1, name="encoder")
    sketch.add("Output", sketch.add("Dense", hidden, features=1, name="decoder"))
    sketch.add("Output", sketch.add("Dense", latent, shares="decoder", name="again"), method="decode")
    assert columns(using(Project(graph=sketch.graph()), "a b", "p")) == {"input_1": "a b", "output_1": "p"}


def test_outputs_take_targets_by_size_by_name_or_one_of_classes() -> None:
    heads = joining(("x", (1,)), outputs=(("first", 2), ("kind", 3), ("second", 1)))
    project = using(heads, "a", "p kind q r", losses={"kind": "cross_entropy"})
    found = ends(project, {"first": 2, "kind": 3, "second": 1})
    assert [(goal.name, goal.kind, goal.columns) for goal in found.goals] == [
        ("first", "numbers", ("p", "q")),
        ("kind", "classes", ("kind",)),
        ("second", "numbers", ("r",)),
    ]
    assert check_data(project, TABLE, CATALOGUE) == ()
    assert check_project(project, CATALOGUE) == ()


def test_an_output_of_unknown_size_leaves_one_target_for_each_after_it() -> None:
    heads = joining(("x", (1,)), outputs=(("first", 2), ("second", 1)))
    assert columns(using(heads, "a", "p q r"))["first"] == "p q"


def test_an_input_of_another_size_than_its_columns_is_told_and_fixed() -> None:
    project = using(joining(("left", (2,)), ("right", (1,))), "a b c d", "p")
    (problem,) = check_data(project, TABLE, CATALOGUE)
    assert problem.node == "right"
    assert problem.what == "c, d give 2 numbers a sample; right takes 1."
    assert problem.fix is not None
    assert check_data(apply_fix(problem.fix, CATALOGUE).apply(project), TABLE, CATALOGUE) == ()


def test_an_input_without_a_feature_is_told() -> None:
    project = using(joining(("left", (1,)), ("right", (1,))), "a", "p")
    (problem,) = check_data(project, TABLE, CATALOGUE)
    assert (problem.node, problem.what) == ("right", "right gets no feature.")


def test_features_that_no_input_takes_are_told() -> None:
    project = using(joining(("a", (1,)), ("b", (1,))), "a b c", "p")
    (problem,) = check_data(project, TABLE, CATALOGUE)
    assert problem.what == "No Input takes c."


def test_a_head_of_another_size_than_its_classes_is_told_and_fixed() -> None:
    heads = joining(("x", (1,)), outputs=(("size", 1), ("kind", 2)))
    project = using(heads, "a", "p kind", losses={"kind": "cross_entropy"})
    (problem,) = check_data(project, TABLE, CATALOGUE)
    assert (problem.node, problem.what) == ("dense_kind", "dense_kind gives 2 outputs, and the data has 3 classes.")
    assert problem.fix is not None
    assert check_data(apply_fix(problem.fix, CATALOGUE).apply(project), TABLE, CATALOGUE) == ()


def test_the_size_of_a_dense_that_shares_params_is_its_owners() -> None:
    sketch = Sketch(CATALOGUE)
    left, right = (sketch.add("Input", name=name, shape=(1,)) for name in ("left", "right"))
    first = sketch.add("Dense", left, features=1, name="owner")
    sketch.add("Output", first)
    sketch.add("Output", sketch.add("Dense", right, shares="owner", name="again"))
    assert check_data(using(Project(graph=sketch.graph()), "a b", "p q"), TABLE, CATALOGUE) == ()


def test_a_head_of_classes_with_several_targets_left_is_told() -> None:
    heads = joining(("x", (1,)), outputs=(("size", 1), ("other", 3)))
    project = using(heads, "a", "p q kind", losses={"other": "cross_entropy"})
    (problem,) = check_data(project, TABLE, CATALOGUE)
    assert problem.node == "other"
    assert problem.what == "other tells classes of one target, and q, kind are left for it."


@pytest.mark.parametrize(
    ("targets", "config", "told"),
    [
        ("p", {}, "The model has 2 Outputs, and 1 target."),
        ("p q r", {"loss": "cross_entropy", "kind": "classes"}, "There are 3 targets of classes for 2 Outputs."),
        ("p q", {"losses": {"first": "guess"}}, "The loss “guess” is unknown."),
        ("p q", {"loss": "cross_entropy"}, "The loss Cross-entropy does not suit a target of numbers."),
    ],
)
def test_targets_and_losses_that_do_not_suit_the_outputs_are_told(targets: str, config: dict[str, Any], told: str) -> None:
    project = using(joining(("x", (1,)), outputs=(("first", 1), ("second", 1))), "a", targets, **config)
    assert [problem.what for problem in check_project(project, CATALOGUE)] == [told]


def test_where_every_output_has_its_own_loss_the_common_one_does_not_matter() -> None:
    heads = joining(("x", (1,)), outputs=(("first", 1), ("second", 1)))
    losses = {"first": "huber", "second": "huber"}
    assert check_project(using(heads, "a", "p q", loss="cross_entropy", losses=losses), CATALOGUE) == ()
