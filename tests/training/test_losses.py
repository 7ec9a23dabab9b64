"""Losses: all of Optax's are reached, weighted and masked means hold over whole splits, and scripts compute the same."""

import inspect
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from optax import losses as of_optax

from flaxstudio.data.check import check_data
from flaxstudio.data.sources import open_table
from flaxstudio.layers import catalogue
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import LOSSES, LossSpec, LossTerm, Objective
from flaxstudio.project.objective_check import objective_faults
from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project, parse_project
from flaxstudio.training.losses import build_loss, output_loss
from flaxstudio.training.task import prepare_task
from tests.export.test_script import assert_same
from tests.training.runs import evaluations_of, events_of, iris_project

NOT_REACHED = {
    "ctc_loss": "its targets are sequences shorter than what the Output gives, and all that judges an Output here "
    "(metrics, baselines, what is drawn of it) holds each of its values against one of the targets",
    "ctc_loss_with_forward_probs": "ctc_loss with more to give",
    "ntxent": "gives one value for a whole batch, whose samples it compares with one another: a split's value would depend on "
    "how it is cut into batches, and there is no value a sample to be weighted or left out",
    "triplet_margin_loss": "compares three outputs of the same layers for three samples; a sample here has its own targets, "
    "and its Output is of their shape",
    "convex_kl_divergence": "an older name of generalized_kl_divergence",
}
"""Losses that no form shows, with the reason; the tests below hold Optax to each."""


def test_every_loss_of_optax_is_reached_or_has_a_reason() -> None:
    public = {name for name in dir(of_optax) if callable(getattr(of_optax, name)) and not name.startswith("_")}
    elsewhere = {name for name, one in vars(optax).items() if getattr(one, "__module__", "").startswith("optax.losses")}
    codes = " ".join(spec.expression(smoothing=smoothing) for spec in LOSSES for smoothing in (0.0, 0.1))
    assert len(public) > 25
    assert {name for name in public | elsewhere if f".{name}(" not in codes} == set(NOT_REACHED)


def test_what_is_held_against_shorter_sequences_asks_for_the_lengths_of_both() -> None:
    frames, labels = jnp.linspace(-1.0, 1.0, 2 * 5 * 3).reshape(2, 5, 3), jnp.asarray([[1, 2], [2, 0]])
    values = of_optax.ctc_loss(frames, jnp.zeros((2, 5)), labels, jnp.asarray([[0.0, 0.0], [0.0, 1.0]]))
    assert values.shape == (2,)
    given = of_optax.ctc_loss_with_forward_probs(frames, jnp.zeros((2, 5)), labels, jnp.zeros((2, 2)))
    assert len(given) == 3
    needed = [name for name, one in inspect.signature(of_optax.ctc_loss).parameters.items() if one.default is one.empty]
    assert needed == ["logits", "logit_paddings", "labels", "label_paddings"]


def test_what_compares_the_samples_of_a_batch_has_no_value_a_sample_and_no_mean_over_batches() -> None:
    embeddings, labels = jnp.sin(jnp.arange(24.0)).reshape(8, 3), jnp.asarray([0, 0, 1, 1, 0, 0, 1, 1])
    whole = of_optax.ntxent(embeddings, labels)
    halves = [of_optax.ntxent(embeddings[part], labels[part]) for part in (slice(0, 4), slice(4, 8))]
    assert whole.shape == ()
    assert abs(float(whole) - float(jnp.stack(halves).mean())) > 0.1
    assert np.isnan(of_optax.ntxent(embeddings[:2], jnp.asarray([0, 1])))  # a batch without a pair has none at all


def test_what_compares_three_outputs_takes_no_targets() -> None:
    needed = [
        name for name, one in inspect.signature(of_optax.triplet_margin_loss).parameters.items() if one.default is one.empty
    ]
    assert needed == ["anchors", "positives", "negatives"]


def test_an_older_name_gives_what_the_newer_one_does() -> None:
    outputs, targets = jnp.log(jnp.asarray([[0.2, 0.8]])), jnp.asarray([[0.5, 0.5]])
    with pytest.warns(DeprecationWarning, match="generalized_kl_divergence"):
        older = of_optax.convex_kl_divergence(outputs, targets)
    assert np.array_equal(older, of_optax.generalized_kl_divergence(outputs, targets))


@pytest.mark.parametrize("spec", LOSSES, ids=lambda spec: spec.name)
def test_every_loss_gives_a_finite_value_a_sample_that_can_be_derived(spec: LossSpec) -> None:
    outputs = jnp.linspace(-0.5, 0.9, 12).reshape(4, 3)
    targets = jnp.asarray([0, 2, 1, 1]) if spec.target_kind == "classes" else jax.nn.softmax(outputs[::-1])
    loss = build_loss(spec.name)
    assert loss(outputs, targets).shape == (4,)
    gradient = jax.grad(lambda given: loss(given, targets).mean())(outputs)
    assert np.isfinite(gradient).all()
    assert (gradient != 0).any()
    assert all(spec.argument(argument.name).fault(argument.default) is None for argument in spec.arguments)


OUTPUTS, CLASSES = jnp.asarray([[2.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.5, 0.5, 3.0], [1.0, 2.0, 0.0]]), jnp.asarray([0, 1, 2, 0])


def loss_of(objective: Objective, loss: str = "cross_entropy") -> float:
    made = output_loss(TrainConfig(loss, objectives={"": objective}), "output_1")
    return float(made.loss(OUTPUTS, CLASSES).mean())


def test_objectives_are_what_one_writes_by_hand() -> None:
    each = optax.softmax_cross_entropy_with_integer_labels(OUTPUTS, CLASSES)
    one_hot = jax.nn.one_hot(CLASSES, 3)
    weights = jnp.asarray([1.0, 2.0, 0.5])[CLASSES]
    assert loss_of(Objective(weight=3.0)) == pytest.approx(3 * float(each.mean()))
    assert loss_of(Objective(class_weights=(1.0, 2.0, 0.5))) == pytest.approx(float((each * weights).sum() / weights.sum()))
    some = output_loss(TrainConfig("cross_entropy", objectives={"": Objective(ignored="void")}), "output_1")
    assert float(some.loss(OUTPUTS, jnp.asarray([-1, 1, 2, -1]))) == pytest.approx(float(each[1:3].mean()))
    smooth = optax.softmax_cross_entropy(OUTPUTS, optax.smooth_labels(one_hot, 0.1)).mean()
    assert loss_of(Objective(smoothing=0.1)) == pytest.approx(float(smooth))
    both = each + 0.5 * optax.sigmoid_focal_loss(OUTPUTS, one_hot, gamma=1.0).sum(axis=-1)
    terms = (LossTerm("focal_of_classes", 0.5, {"gamma": 1.0}),)
    assert loss_of(Objective(terms=terms)) == pytest.approx(float(both.mean()))


def test_single_values_are_left_out_where_the_loss_is_a_mean_of_values_else_whole_samples() -> None:
    outputs, targets = jnp.asarray([[1.0, 2.0], [3.0, 5.0], [0.0, 4.0]]), jnp.asarray([[0.0, 9.0], [1.0, 3.0], [9.0, 9.0]])
    left_out = {"": Objective(ignored=9.0)}
    squares = output_loss(TrainConfig("mean_squared_error", objectives=left_out), "output_1")
    assert float(squares.loss(outputs, targets)) == pytest.approx((1 + 4 + 4) / 3)
    half = output_loss(TrainConfig("half_squared_error", objectives=left_out), "output_1")
    assert float(half.loss(outputs, targets)) == pytest.approx((4 + 4) / 2)
    both = {"": Objective(ignored=9.0, terms=(LossTerm("mean_absolute_error", 2.0),))}
    added = output_loss(TrainConfig("mean_squared_error", objectives=both), "output_1")
    assert float(added.loss(outputs, targets)) == pytest.approx(3.0 + 2 * (1 + 2 + 2) / 3)


def test_a_value_left_out_has_no_gradient_even_where_the_loss_has_no_value_for_it() -> None:
    loss = output_loss(TrainConfig("kl_divergence", objectives={"": Objective(ignored=-1.0)}), "output_1").loss
    targets = jnp.asarray([[0.2, 0.8], [-1.0, -1.0]])
    gradient = jax.grad(lambda given: loss(given, targets).mean())(jnp.asarray([[0.3, 0.1], [0.5, 0.2]]))
    assert np.isfinite(gradient).all()
    assert (gradient[1] == 0).all()
    assert (gradient[0] != 0).all()


WEIGHTED = Objective(class_weights=(1.0, 5.0, 0.5), smoothing=0.05, weight=2.0, terms=(LossTerm("poly_cross_entropy", 0.1),))


def test_a_weighted_mean_over_a_split_is_no_mean_of_means(monkeypatch: pytest.MonkeyPatch) -> None:
    from flaxstudio.training import scoring

    project = iris_project(objectives={"": WEIGHTED}, steps=3)
    task = prepare_task(project, catalogue())
    told = next(event for event in evaluations_of(events_of(project)) if event.split == "train")
    monkeypatch.setattr(scoring, "MAX_BATCH", 7)
    from flaxstudio.training.initialization import initialize, run_keys

    variables = initialize(task.model.module, run_keys(0)[1], task.model.samples(1), "module")
    small, whole = prepare_task(project, catalogue()).scorer, task.scorer
    split = task.dataset.train
    assert small.score(variables, split).loss == pytest.approx(whole.score(variables, split).loss, rel=1e-6)
    outputs = whole.outputs(variables, split.features)
    exact = float(task.loss(jnp.asarray(outputs), jnp.asarray(split.targets)).mean())
    assert whole.score(variables, split).loss == pytest.approx(exact, rel=1e-5)
    assert np.isfinite(told.loss)


@pytest.mark.parametrize("ignored", ["void", 255.0, -1.0, None])
def test_what_is_left_out_is_saved_as_it_is(ignored: str | float | None) -> None:
    project = iris_project(objectives={"": Objective(ignored=ignored, weight=2.0)}, metrics=("top_3",), averaging="micro")
    again, _ = parse_project(dump_project(project, Results()), "x.msgpack")
    assert again.training == project.training


def test_a_label_left_out_of_numbers_is_told_and_breaks_nothing() -> None:
    project = iris_project(loss="mean_squared_error", objectives={"": Objective(ignored="void")})
    assert "“void”, is not a number" in str(events_of(project)[-1])
    spec = replace(project.dataset, target_kind="numbers", targets=("petal_width_cm",), features=("sepal_width_cm",))  # type: ignore[type-var]
    assert check_data(replace(project, dataset=spec), open_table(spec.source), catalogue()) != ()


def test_objectives_are_saved_and_written_into_scripts(tmp_path: Path) -> None:
    project = iris_project(objectives={"": WEIGHTED})
    again, _ = parse_project(dump_project(project, Results()), "x.msgpack")
    assert again.training == project.training
    assert_same(project, tmp_path)
    few = replace(project, training=replace(project.training, objectives={"": Objective(class_weights=(1.0, 2.0))}))
    assert "2 weights for the 3 classes" in str(events_of(few)[-1])


@pytest.mark.parametrize(
    ("loss", "objective", "words"),
    [
        ("huber", Objective({"gamma": 1.0}), "no argument “gamma”"),
        ("huber", Objective({"delta": -1.0}), "must be a number of at least 0"),
        ("huber", Objective(smoothing=0.1), "cannot smooth"),
        ("huber", Objective(class_weights=(1.0,)), "no classes"),
        ("huber", Objective(ignored="void"), "is not a number"),
        ("cross_entropy", Objective(smoothing=1.0), "without 1"),
        ("cross_entropy", Objective(class_weights=(0.0, 0.0)), "nothing can be learnt"),
        ("cross_entropy", Objective(terms=(LossTerm("magic"),)), "is unknown"),
        ("cross_entropy", Objective(terms=(LossTerm("huber"),)), "cannot be added"),
        ("cross_entropy", Objective(weight=-1.0), "at least 0"),
    ],
)
def test_what_is_wrong_with_an_objective_is_told(loss: str, objective: Objective, words: str) -> None:
    assert any(words in f"{what} {remedy}" for what, remedy in objective_faults(loss, objective))
