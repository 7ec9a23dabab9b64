"""A population: each member is the run it would be alone, to 1e-4 of its losses."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest

from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.compute import Compute, Seeds
from flaxstudio.project.optimizer import CHAIN, Link, OptimizerSpec, Schedule
from flaxstudio.project.population import best_of, bounds_around, knobs_by_name, members_of, values_between, varied_in
from flaxstudio.project.project import Project
from flaxstudio.project.results import Evaluation, Results, RunRecord
from flaxstudio.project.storage import dump_project, parse_project
from flaxstudio.project.watch import EarlyStopping, Watch
from flaxstudio.training.control import Control
from flaxstudio.training.events import Evaluated, RunFailed, RunFinished
from flaxstudio.training.members import (
    MemberEnded,
    MemberEvaluated,
    MembersDone,
    PopulationEvent,
    PopulationFinished,
    PopulationRecorder,
)
from flaxstudio.training.population import train_population
from flaxstudio.training.proportion import is_proportional
from tests.training.runs import (
    convolutional_project,
    evaluations_of,
    events_of,
    iris_project,
    losses_of,
    noisy_project,
)
from tests.training.test_streaming import network, on_disk, write_npz

TOLERANCE = 1e-4


def told_by(members: Sequence[Project], **told: object) -> list[PopulationEvent]:
    return list(train_population(members, catalogue(), **told))  # type: ignore[arg-type]


def evaluations_of_member(events: Sequence[PopulationEvent], member: int) -> list[Evaluated]:
    return [event.evaluated for event in events if isinstance(event, MemberEvaluated) and event.member == member]


def member_losses(events: Sequence[PopulationEvent]) -> np.ndarray:
    return np.concatenate([event.losses for event in events if isinstance(event, MembersDone)])


def assert_each_is_alone(members: Sequence[Project], events: Sequence[PopulationEvent]) -> None:
    end, losses = events[-1], member_losses(events)
    assert isinstance(end, PopulationFinished), end
    for index, member in enumerate(members):
        alone = events_of(member)
        np.testing.assert_allclose(losses[:, index], losses_of(alone), rtol=TOLERANCE, atol=1e-6)
        own, last = end.ends[index], alone[-1]
        assert isinstance(own, RunFinished)
        assert isinstance(last, RunFinished)
        for one, other in zip(jax.tree.leaves(own.variables), jax.tree.leaves(last.variables), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def test_members_of_other_seeds_are_the_runs_of_these_seeds() -> None:
    project = iris_project(("Dense", {"features": 8}), ("relu", {}), ("Dropout", {"rate": 0.2}))
    members = members_of(project, "seed", [0, 1, 5])
    assert_each_is_alone(members, told_by(members))


def test_members_of_other_rates_are_the_runs_of_these_rates() -> None:
    members = members_of(iris_project(("Dense", {"features": 8}), ("tanh", {})), "learning_rate", [0.01, 0.003, 0.1])
    assert_each_is_alone(members, told_by(members))


AVERAGED = OptimizerSpec("adam", 0.01, around=(Link("ema_of_params"),))
CLIPPED = OptimizerSpec(CHAIN, 0.01, links=(Link("clip_by_global_norm"), Link("adam", {}, {"b2": Schedule("linear_schedule")})))


@pytest.mark.parametrize(
    ("optimizer", "name", "values"),
    [
        (OptimizerSpec("adamw", 0.01), "weight_decay", [0.0, 0.3]),
        (AVERAGED, "ema_of_params.decay", [0.5, 0.9]),
        (CLIPPED, "adam.b1", [0.5, 0.9]),
    ],
    ids=["weight decay", "mean of the params", "beside a schedule"],
)
def test_members_of_other_numbers_are_the_runs_of_these_numbers(
    optimizer: OptimizerSpec, name: str, values: list[float]
) -> None:
    members = members_of(iris_project(optimizer=optimizer, steps=20), name, values)
    assert [varied_in(member, members) for member in members] == [{name: value} for value in values]
    events = told_by(members)
    assert_each_is_alone(members, events)
    end = events[-1]
    assert isinstance(end, PopulationFinished)
    for own in end.ends:
        assert isinstance(own, RunFinished)
        assert "number" not in str(own.optimizer_state)  # it goes on alone too


def test_what_is_no_number_of_the_optimizer_or_beyond_its_range_is_told() -> None:
    first = iris_project(optimizer=OptimizerSpec("sm3", 0.01))
    assert knobs_by_name(first).keys() == {"learning_rate", "momentum"}
    with pytest.raises(ProblemError, match="no number “b7”"):
        members_of(first, "b7", [0.5, 0.9])
    with pytest.raises(ProblemError, match="at most"):
        members_of(first, "momentum", [0.5, 1.5])


def test_values_are_offered_that_the_number_can_have() -> None:
    knobs = knobs_by_name(iris_project(optimizer=OptimizerSpec("adamw", 0.01)))
    offered = {name: values_between(knob.spec, *bounds_around(knob), 3) for name, knob in knobs.items()}
    assert offered["b1"] == (0.6, 0.9, 0.975)
    assert offered["weight_decay"] == (1e-5, 1e-4, 1e-3)
    assert offered["eps_root"] == (0.0, 0.05, 0.1)
    assert all(knobs[name].spec.fault(value) is None for name, values in offered.items() for value in values)


def test_members_that_see_all_rows_and_members_with_convolutions_are_trained_too() -> None:
    for project in (iris_project(batch_size=None), convolutional_project(steps=3)):
        members = members_of(project, "seed", [0, 1])
        assert_each_is_alone(members, told_by(members))


def test_a_member_that_fails_leaves_the_others_alone_and_the_best_is_kept() -> None:
    project = iris_project(steps=30)
    sgd = replace(project.training.optimizer, name="sgd")
    project = replace(project, training=replace(project.training, optimizer=sgd))
    members = members_of(project, "learning_rate", [1.0, 1e38])
    events, recorder = told_by(members), PopulationRecorder(members)
    for event in events:
        recorder.add(event)
    end = events[-1]
    assert isinstance(end, PopulationFinished)
    assert isinstance(end.ends[1], RunFailed)
    assert end.best == 0
    results = parse_project(dump_project(members[0], recorder.results(Results())), "saved")[1]
    assert [(run.group, run.reason, run.number) for run in results.runs] == [(1, "completed", 1), (1, "failed", 2)]
    assert end.ends[1].error.startswith("The loss has leapt up at step 1.")
    assert len(results.runs[1].losses) == len(losses_of(events_of(members[1]))) == 2
    assert results.trained is not None
    assert results.trained.step == 30


def test_the_best_member_is_the_one_with_the_best_validation() -> None:
    members = members_of(iris_project(steps=60), "learning_rate", [1e-7, 0.05])
    events = told_by(members)
    last = {
        event.member: event.evaluated.loss
        for event in events
        if isinstance(event, MemberEvaluated) and event.evaluated.split == "validation"
    }
    end = events[-1]
    assert isinstance(end, PopulationFinished)
    assert end.best == min(last, key=lambda member: last[member]) == 1


def test_a_population_can_be_stopped_and_keeps_what_it_learnt() -> None:
    control, members = Control(), members_of(iris_project(steps=100_000), "seed", [0, 1])
    events = []
    for event in train_population(members, catalogue(), control=control):
        events.append(event)
        if isinstance(event, MembersDone):
            control.stop()
    end = events[-1]
    assert isinstance(end, PopulationFinished)
    assert {own.reason for own in end.ends if isinstance(own, RunFinished)} == {"stopped"}


@pytest.mark.parametrize(
    ("name", "is_fine"), [("adam", True), ("adamw", True), ("sgd", True), ("lion", True), ("lbfgs", False)]
)
def test_which_optimizers_may_differ_in_their_rate_is_found_out(name: str, is_fine: bool) -> None:
    config = iris_project().training
    assert is_proportional(replace(config, optimizer=replace(config.optimizer, name=name))) is is_fine


def test_every_members_evaluations_are_those_of_its_run_alone() -> None:
    members = members_of(iris_project(watch=Watch(evaluation_steps=7)), "seed", [0, 1])
    events = told_by(members)
    for index, member in enumerate(members):
        alone, own = list(evaluations_of(events_of(member))), evaluations_of_member(events, index)
        assert [(one.step, one.split) for one in own] == [(one.step, one.split) for one in alone]
        np.testing.assert_allclose([one.loss for one in own], [one.loss for one in alone], rtol=TOLERANCE)


def test_evaluations_may_be_seconds_apart() -> None:
    (members) = members_of(iris_project(watch=Watch(evaluation_seconds=1e-9), steps=5), "seed", [0, 1])
    on_the_way = [one.step for one in evaluations_of_member(told_by(members), 1) if one.split == "validation"]
    assert on_the_way[-1] == 5
    assert len(on_the_way) > 1


def test_a_member_ends_early_and_has_its_best_variables_as_its_run_alone_has() -> None:
    stopping = EarlyStopping(patience=2, min_delta=0.05)
    watch = Watch(evaluation_steps=4, early_stopping=stopping, keep_best=2)
    members = members_of(iris_project(steps=60, watch=watch), "learning_rate", [1e-5, 0.05])
    events = told_by(members)
    end = events[-1]
    assert isinstance(end, PopulationFinished)
    for index, member in enumerate(members):
        alone, own = events_of(member)[-1], end.ends[index]
        assert isinstance(own, RunFinished)
        assert isinstance(alone, RunFinished)
        assert (own.reason, own.step) == (alone.reason, alone.step)
        assert [one.step for one in own.standing.best] == [one.step for one in alone.standing.best]
        for one, other in zip(jax.tree.leaves(own.variables), jax.tree.leaves(alone.variables), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)
    assert end.ends[0].step < end.ends[1].step
    told = [event.member for event in events if isinstance(event, MemberEnded)]
    assert told == [0, 1]
    assert np.isnan(member_losses(events)[end.ends[0].step :, 0]).all()


def test_the_best_member_is_chosen_by_the_runs_metric() -> None:
    losing = Evaluation(4, "validation", 0.5, {"accuracy": 0.9})
    winning = Evaluation(4, "validation", 0.7, {"accuracy": 0.95})
    runs = [RunRecord(n, "", 0, "cpu", 1, 0, np.ones(4, np.float32), (told,)) for n, told in enumerate((losing, winning))]
    assert (best_of(runs, "loss"), best_of(runs, "accuracy")) == (0, 1)
    assert best_of([replace(run, reason="failed") for run in runs], "loss") is None


def test_seeds_that_are_all_set_by_hand_make_no_population() -> None:
    with pytest.raises(ProblemError, match="the same run"):
        members_of(iris_project(seeds=Seeds(1, 2, 3)), "seed", [0, 1])


def test_data_that_stays_on_disk_is_told_to_be_too_much(tmp_path: Path) -> None:
    project = on_disk(network(write_npz(tmp_path / "large.npz")))
    (end,) = told_by(members_of(project, "seed", [0, 1]))
    assert isinstance(end, RunFailed)
    assert end.error.startswith("A population keeps all of its data in memory")


def test_a_population_on_several_devices_is_told_to_be_impossible() -> None:
    project = replace(noisy_project(), training=replace(noisy_project().training, compute=Compute(devices=2)))
    (end,) = told_by(members_of(project, "seed", [0, 1]))
    assert isinstance(end, RunFailed)
    assert "one device" in end.error
