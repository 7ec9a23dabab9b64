"""What is seen of a run while it goes is true, and changes nothing in it."""

import threading
from functools import partial

import jax
import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.config import OptimizerSpec
from flaxstudio.training import observing
from flaxstudio.training.device import Setting, find_device
from flaxstudio.training.distributions import taps_of
from flaxstudio.training.events import Observed
from flaxstudio.training.first_state import first_state
from flaxstudio.training.loop import train
from flaxstudio.training.observing import Observer
from flaxstudio.training.steps import train_step
from flaxstudio.training.task import prepare_task
from tests.training.runs import events_of, iris_project, losses_of, noisy_project


def test_gradient_and_moves_are_those_of_the_step() -> None:
    project = iris_project(optimizer=OptimizerSpec("sgd", 0.5))
    task = prepare_task(project, catalogue())
    state = first_state(project, task.model, None)
    step = partial(train_step, loss=task.loss, uses_train=False)
    batch = (task.dataset.train.features, task.dataset.train.targets)
    observer = Observer(step, Setting(find_device("cpu"), False), partial(taps_of, project, catalogue()))
    assert observer.observe(state, batch, 7) is None
    observer.close()
    seen = observer.observe(state, batch, 7)
    assert seen is not None
    after, _ = step(state, *batch)

    def norm(tree: object) -> float:
        return float(np.sqrt(sum(np.square(np.asarray(leaf, np.float64)).sum() for leaf in jax.tree.leaves(tree))))

    moved = jax.tree.map(lambda new, old: new - old, after.params, state.params)
    assert seen.step == 7
    assert seen.gradient == pytest.approx(norm(moved) / 0.5, rel=1e-4)
    assert seen.ratios == {"dense_1": pytest.approx(norm(moved) / norm(state.params), rel=1e-4)}
    assert seen.memory > 1e6


def test_a_run_that_is_observed_has_the_losses_of_one_that_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observing, "_SECONDS", 0.0)
    monkeypatch.setattr(observing, "_SHARE", 1e9)
    project, seen = noisy_project(), []
    for event in train(project, catalogue(), is_observed=True):
        seen.append(event)
        for thread in threading.enumerate():
            if thread.name == "observer":
                thread.join()
    assert np.array_equal(losses_of(seen), losses_of(events_of(project)))
    told = [event for event in seen if isinstance(event, Observed)]
    assert told
    assert all(np.isfinite(event.gradient) and set(event.ratios) == {"dense_1", "dense_2", "batch_norm_1"} for event in told)
