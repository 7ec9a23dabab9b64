import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.training.metrics import measure
from flaxstudio.training.scoring import MAX_BATCH, ScoringStopped
from flaxstudio.training.task import prepare_task
from tests.training.runs import iris_project, template


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
