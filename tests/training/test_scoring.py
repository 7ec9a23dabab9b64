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


def counts_of(outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return (both, taken, true) of each class, shape (classes, 3), counted one by one."""
    predicted = outputs.argmax(axis=-1)
    return np.array(
        [
            [np.sum((predicted == c) & (targets == c)), np.sum(predicted == c), np.sum(targets == c)]
            for c in range(outputs.shape[-1])
        ]
    )


def test_averages_over_classes_are_macro_micro_and_weighted_ones() -> None:
    rng = np.random.default_rng(3)
    outputs, targets = rng.normal(size=(90, 4)).astype(np.float32), rng.choice(4, 90, p=[0.6, 0.2, 0.15, 0.05])
    both, taken, true = counts_of(outputs, targets).T
    recalls, overlaps = both / true, both / (taken + true - both)
    names = ("recall", "iou", "precision", "f1", "roc_auc")
    micro, weighted = (measure("classes", outputs, targets, names, how) for how in ("micro", "weighted"))
    assert micro["iou"] == pytest.approx(both.sum() / (taken + true - both).sum())
    assert micro["recall"] == micro["precision"] == micro["f1"] == pytest.approx(both.sum() / 90)
    assert weighted["recall"] == pytest.approx(np.average(recalls, weights=true))
    assert weighted["iou"] == pytest.approx(np.average(overlaps, weights=true))
    assert measure("classes", outputs, targets, names)["recall"] == pytest.approx(recalls.mean())
    likely = np.exp(outputs) / np.exp(outputs).sum(axis=-1, keepdims=True)
    is_of = (targets[:, None] == np.arange(4)).reshape(-1)
    flat = likely.reshape(-1)
    pooled = np.mean([(a > b) + 0.5 * (a == b) for a in flat[is_of] for b in flat[~is_of]])
    assert micro["roc_auc"] == pytest.approx(pooled, rel=1e-6)


def test_classes_that_are_absent_count_only_where_something_is_taken_for_them() -> None:
    outputs = np.eye(4, dtype=np.float32)[[0, 0, 1, 2]]
    targets = np.array([0, 0, 1, 1])
    told = measure("classes", outputs, targets, ("precision", "recall", "f1", "iou"))
    assert told == {  # of 0, 1 and 2, which is never right; 3 does not occur at all
        "precision": pytest.approx((1 + 1 + 0) / 3), "recall": pytest.approx((1 + 0.5 + 0) / 3),
        "f1": pytest.approx((1 + 2 / 3 + 0) / 3), "iou": pytest.approx((1 + 0.5 + 0) / 3),
    }  # fmt: skip


def test_what_cannot_be_told_is_left_out() -> None:
    one_class = measure("classes", np.eye(2, dtype=np.float32)[[0, 1]], np.array([0, 0]), ("accuracy", "roc_auc", "recall"))
    assert one_class == {"accuracy": 0.5, "recall": 0.25}
    assert measure("numbers", np.ones((3, 1)), np.ones((3, 1)), ("roc_auc", "mae")) == {"mae": 0.0}
    assert measure("numbers", -np.ones((3, 1)), np.zeros((3, 1)), ("precision", "iou")) == {}
    empty = Measure("classes", ("accuracy", "f1", "roc_auc"))
    assert empty.result(np.empty(0, np.int32)) == {}
    left_out = measure("classes", np.eye(2, dtype=np.float32), np.array([-1, -1]), ("accuracy", "iou", "roc_auc", "perplexity"))
    assert left_out == {}


@pytest.mark.parametrize("averaging", ["macro", "micro", "weighted"])
def test_targets_left_out_leave_the_metrics_of_all_others(averaging: str) -> None:
    rng = np.random.default_rng(1)
    outputs, targets = rng.normal(size=(6, 5, 4, 3)).astype(np.float32), rng.integers(-1, 3, (6, 5, 4))
    kept = targets >= 0
    told = measure("classes", outputs, targets, tuple(METRICS["classes"]), averaging)
    assert told == pytest.approx(measure("classes", outputs[kept], targets[kept], tuple(METRICS["classes"]), averaging))
    assert len(told) == len(METRICS["classes"])
    numbers = np.where(rng.random((8, 3)) < 0.5, 1.0, 0.0).astype(np.float32)
    numbers[:, 1] = 9.0
    whole = rng.normal(size=(8, 3)).astype(np.float32)
    told = measure("numbers", whole, numbers, tuple(METRICS["numbers"]), averaging, 9.0)
    assert told == pytest.approx(measure("numbers", whole[:, ::2], numbers[:, ::2], tuple(METRICS["numbers"]), averaging))


def test_top_k_takes_any_k() -> None:
    outputs, targets = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]], np.float32), np.array([1, 2])
    assert measure("classes", outputs, targets, ("top_1", "top_2", "top_3")) == {"top_1": 0.0, "top_2": 0.5, "top_3": 1.0}
