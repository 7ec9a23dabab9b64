"""Evaluations, early stopping, best states, single steps and changes while a run goes."""

from dataclasses import replace

import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.config import OptimizerSpec, check_dataset
from flaxstudio.project.optimizer import CHAIN, Link
from flaxstudio.project.results import Standing
from flaxstudio.project.watch import EarlyStopping, Watch, improves, is_lower_better
from flaxstudio.training.control import Control
from flaxstudio.training.events import Changed, Evaluated, Event, Refused, RunFailed, RunFinished, StepsDone, log_lines
from flaxstudio.training.judging import has_waited, judged
from flaxstudio.training.loop import train
from flaxstudio.training.spikes import SpikeGuard
from tests.training.runs import are_same, evaluations_of, events_of, iris_project, losses_of, noisy_project, trained_by

HASTY = OptimizerSpec("adam", 0.3)


def end_of(events: list[Event]) -> RunFinished:
    assert isinstance(events[-1], RunFinished), events[-1]
    return events[-1]


def validation_losses(events: list[Event]) -> dict[int, float]:
    return {event.step: event.loss for event in evaluations_of(events) if event.split == "validation"}


def test_evaluations_come_every_so_many_steps() -> None:
    events = events_of(iris_project(watch=Watch(evaluation_steps=7)))
    assert list(validation_losses(events)) == [7, 14, 21, 28, 35, 40]


def test_evaluations_by_seconds_leave_the_losses_alone() -> None:
    plain, timed = events_of(iris_project()), events_of(iris_project(watch=Watch(evaluation_seconds=1e-6)))
    assert np.array_equal(losses_of(plain), losses_of(timed))
    assert len(list(evaluations_of(timed))) > 3


def test_a_run_without_improvement_ends_early_with_its_best_variables() -> None:
    watch = Watch(evaluation_steps=5, early_stopping=EarlyStopping(patience=3), keep_best=2)
    project = noisy_project(steps=2000, watch=watch, optimizer=HASTY)
    events = events_of(project)
    end = end_of(events)
    assert end.reason == "early_stopping"
    assert end.step < 2000
    on_the_way = validation_losses(events)
    best = min(on_the_way, key=lambda step: (on_the_way[step], step))
    assert end.step == best + 3 * 5
    shorter = replace(project, training=replace(project.training, steps=best, watch=Watch(evaluation_steps=5)))
    assert are_same(end.variables, trained_by(shorter, events_of(shorter)).variables)
    assert [one.value for one in end.standing.best] == sorted(one.value for one in end.standing.best)
    assert len(end.standing.best) == 2
    last = [event for event in evaluations_of(events) if event.split == "test"]
    assert last[-1].step == best


def test_a_run_that_ended_early_goes_on_when_it_is_told_to() -> None:
    watch = Watch(evaluation_steps=5, early_stopping=EarlyStopping(patience=3, restores_best=False))
    project = noisy_project(steps=2000, watch=watch, optimizer=HASTY)
    first = events_of(project)
    assert end_of(first).reason == "early_stopping"
    second = end_of(events_of(project, resume=replace(trained_by(project, first), standing=end_of(first).standing)))
    assert second.step >= end_of(first).step + 15


def test_early_stopping_without_a_validation_split_is_told_before() -> None:
    project = iris_project(watch=Watch(early_stopping=EarlyStopping()))
    assert project.dataset is not None
    bare = replace(project.dataset, validation=0.0)
    assert any("Early stopping needs" in problem.what for problem in check_dataset(bare, project.training))


def test_a_metric_that_is_not_there_is_told_with_those_that_are() -> None:
    (failed,) = events_of(iris_project(watch=Watch(metric="beauty")))
    assert isinstance(failed, RunFailed)
    assert "no metric “beauty”" in failed.error
    assert "accuracy" in failed.error


@pytest.mark.parametrize(
    ("metric", "is_lower"),
    [("loss", True), ("mae", True), ("rmse", True), ("accuracy", False), ("r2", False), ("head.loss", True)],
)
def test_some_metrics_are_better_the_smaller_they_are(metric: str, is_lower: bool) -> None:
    assert is_lower_better(metric) == is_lower
    assert improves(metric, 0.4, 0.5) == is_lower
    assert not improves(metric, 0.5, 0.5)
    assert not improves(metric, 0.45, 0.5, min_delta=0.1)
    assert improves(metric, 0.5, None)


def test_waiting_is_counted_and_the_best_are_ranked() -> None:
    watch = Watch(keep_best=2, early_stopping=EarlyStopping(patience=2))
    standing = Standing()
    for step, loss in enumerate((0.9, 0.5, 0.7, 0.6)):
        standing = judged(standing, Evaluated(step, "validation", loss), watch, dict)
    assert (standing.value, standing.waited, standing.evaluated) == (0.5, 2, 3)
    assert [best.step for best in standing.best] == [1, 3]
    assert has_waited(standing, watch)


def test_a_held_run_does_one_step_at_a_time() -> None:
    control, told = Control(), []
    control.step()
    for event in train(iris_project(steps=1000), catalogue(), control=control):
        told.append(event)
        if isinstance(event, StepsDone):
            control.step() if event.first_step < 3 else control.stop()
    assert [(event.first_step, len(event.losses)) for event in told if isinstance(event, StepsDone)] == [
        (0, 1),
        (1, 1),
        (2, 1),
        (3, 1),
    ]
    assert control.is_stopped


def test_another_learning_rate_is_what_a_run_told_so_from_the_start_has() -> None:
    control = Control()
    control.change("learning_rate", 0.002)
    changed = events_of(iris_project(optimizer=OptimizerSpec("sgd", 0.001), steps=20), control=control)
    told = events_of(iris_project(optimizer=OptimizerSpec("sgd", 0.002), steps=20))
    assert np.array_equal(losses_of(changed), losses_of(told))  # twice the rate is no rounding
    assert [event for event in changed if isinstance(event, Changed)] == [Changed(0, "learning_rate", 0.002)]


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_a_learning_rate_that_is_none_changes_nothing_and_is_answered(value: float) -> None:
    control = Control()
    control.change("learning_rate", value)
    events = events_of(iris_project(steps=3), control=control)
    assert not any(isinstance(event, Changed) for event in events)
    (refused,) = [event for event in events if isinstance(event, Refused)]
    assert (refused.step, refused.name) == (0, "learning_rate")
    assert refused.reason.startswith("learning_rate must be a number")
    assert refused.reason.endswith("is not.")
    assert log_lines(refused) == []


def test_what_optax_itself_refuses_is_answered_in_its_words_and_the_run_goes_on() -> None:
    control = Control()
    control.change("contrib.reduce_on_plateau.rtol", 1.5)
    control.change("nothing", 1.0)
    optimizer = OptimizerSpec(CHAIN, 0.01, links=(Link("sgd", {}), Link("contrib.reduce_on_plateau", {})))
    events = events_of(iris_project(optimizer=optimizer, steps=5), control=control)
    assert end_of(events).step == 5
    plain = events_of(iris_project(optimizer=optimizer, steps=5))
    assert np.array_equal(losses_of(events), losses_of(plain))
    assert [event.reason for event in events if isinstance(event, Refused)] == [
        "contrib.reduce_on_plateau.rtol cannot be 1.5, says Optax: rtol must be less than or equal to 1.0, got rtol = 1.5.",
        "This run has no number nothing that can be changed.",
    ]


def test_a_loss_far_above_the_first_is_a_spike_and_noise_is_none() -> None:
    guard = SpikeGuard(np.empty(0, np.float32))
    assert guard.find(np.array([2.0, 1.0, 0.001, 0.9, 150.0], np.float32)) is None
    assert guard.find(np.array([1.0, 201.0, 1.0], np.float32)) == 1
    assert SpikeGuard(np.array([50.0], np.float32)).find(np.array([1.0, 400.0], np.float32)) is None


def test_what_a_broken_run_rescued_can_go_on_with_a_lower_rate() -> None:
    project = iris_project(optimizer=OptimizerSpec("sgd", 1e6), steps=60)
    failed = events_of(project)[-1]
    assert isinstance(failed, RunFailed)
    assert failed.rescued is not None
    assert failed.repair is not None
    slower = replace(project, training=replace(failed.repair, optimizer=OptimizerSpec("sgd", 0.01)))
    rescued = replace(
        trained_by(slower, events_of(replace(slower, training=replace(slower.training, steps=1)))),
        step=failed.rescued.step,
        variables=failed.rescued.variables,
    )
    assert end_of(events_of(slower, resume=rescued if rescued.step else None)).step == 60
