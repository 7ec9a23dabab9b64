import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.metrics import METRICS
from flaxstudio.training.metrics import Measure, measure
from flaxstudio.training.scoring import MAX_BATCH, ScoringStopped
from flaxstudio.training.task import prepare_task
from tests.training.runs import evaluations_of, events_of, iris_project, template


def test_accuracy_is_the_share_of_samples_whose_largest_output_is_their_class() -> None:
    outputs = np.array([[1.0, 2.0], [3.0, 0.0], [0.0, 1.0], [5.0, 6.0]])
    assert measure("classes", outputs, np.array([1, 0, 0, 1])) == {"accuracy": 0.75}


def test_metrics_of_numbers_are_those_of_the_textbook() -> None:
    outputs, targets = np.array([[1.0], [2.0], [6.0]]), np.array([[1.0], [4.0], [4.0]])
    told = measure("numbers", outputs, targets)
    assert told == pytest.approx({"mae": 4 / 3, "rmse": np.sqrt(8 / 3), "r2": 1 - 8 / 6})
    assert measure("numbers", targets, targets) == {"mae": 0.0, "rmse": 0.0, "r2": 1.0}
    assert "r2" not in measure("numbers", outputs, np.ones((3, 1)))


def test_samples_that_do_not_fill_a_batch_give_what_they_give_alone() -> None:
    task = prepare_task(template("digits-mlp"), catalogue())
    variables = task.model.module.init(__import__("jax").random.PRNGKey(0), task.model.samples(1))
    features = task.dataset.train.features[: 2 * MAX_BATCH + 3]
    outputs = task.scorer.outputs(variables, features)
    assert outputs.shape == (2 * MAX_BATCH + 3, 10)
    assert np.array_equal(outputs[-3:], task.scorer.outputs(variables, features[-3:]))
    assert np.allclose(outputs, task.model.module.apply(variables, features), atol=1e-5)


def test_a_score_that_is_not_wanted_any_more_is_given_up() -> None:
    task = prepare_task(iris_project(), catalogue())
    variables = task.model.module.init(__import__("jax").random.PRNGKey(0), task.model.samples(1))
    with pytest.raises(ScoringStopped):
        task.scorer.score(variables, task.dataset.train, lambda: True)


def test_every_metric_is_that_of_the_textbook_however_the_rows_are_cut_into_batches() -> None:
    rng = np.random.default_rng(0)
    outputs, targets = rng.normal(size=(203, 7)).astype(np.float32), rng.integers(0, 7, 203).astype(np.int32)
    outputs[np.arange(203), targets] += 1.0
    names = tuple(METRICS["classes"])
    cut = Measure("classes", names)
    for start in range(0, 203, 50):
        padded = [np.concatenate([part, np.zeros((50, *part.shape[1:]), part.dtype)])[:50]
                  for part in (outputs[start : start + 50], targets[start : start + 50])]  # fmt: skip
        cut.add(*padded, min(50, 203 - start))
    told = cut.result(targets)
    assert list(told) == list(names)
    predicted = outputs.argmax(axis=-1)
    precision = [np.mean(targets[predicted == c] == c) for c in range(7)]
    recall = [np.mean(predicted[targets == c] == c) for c in range(7)]
    overlap = [np.sum((predicted == c) & (targets == c)) / np.sum((predicted == c) | (targets == c)) for c in range(7)]
    assert told["accuracy"] == np.mean(predicted == targets)
    assert told["precision"] == pytest.approx(np.mean(precision))
    assert told["recall"] == pytest.approx(np.mean(recall))
    assert told["f1"] == pytest.approx(np.mean([2 * p * r / (p + r) for p, r in zip(precision, recall, strict=True)]))
    assert told["iou"] == pytest.approx(np.mean(overlap))
    order = np.argsort(-outputs, axis=-1)[:, :5]
    assert told["top_5"] == np.mean([target in row for target, row in zip(targets, order, strict=True)])
    likely = np.exp(outputs) / np.exp(outputs).sum(axis=-1, keepdims=True)
    assert told["perplexity"] == pytest.approx(np.exp(-np.log(likely[np.arange(203), targets]).mean()), rel=1e-5)
    pairs = [
        [np.mean([(a > b) + 0.5 * (a == b) for a in likely[targets == c, c] for b in likely[targets != c, c]])]
        for c in range(7)
    ]
    assert told["roc_auc"] == pytest.approx(np.mean(pairs), rel=1e-6)


def test_metrics_of_masks_take_what_is_above_0_for_a_one() -> None:
    outputs, targets = (
        np.array([[1.0, -1.0], [2.0, 3.0], [-2.0, -1.0]], np.float32),
        np.array([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]),
    )
    told = measure("numbers", outputs, targets.astype(np.float32), ("precision", "recall", "f1", "iou", "roc_auc"))
    assert told == {
        "precision": pytest.approx(2 / 3), "recall": pytest.approx(2 / 3), "f1": pytest.approx(2 / 3),
        "iou": pytest.approx(0.5), "roc_auc": pytest.approx(6.5 / 9),
    }  # fmt: skip


def test_chosen_metrics_are_told_with_every_evaluation() -> None:
    events = events_of(iris_project(metrics=("f1", "perplexity", "mae"), steps=2))
    assert [list(event.metrics) for event in evaluations_of(events)] == [["accuracy", "f1", "perplexity"]] * 3
    assert "is unknown" in str(events_of(iris_project(metrics=("beauty",), steps=2))[-1])
