"""Runs with optimizers that need the loss itself, keep other params, gather gradients or have groups."""

from dataclasses import replace

import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.optimizer import CHAIN, Group, Link, OptimizerSpec, Schedule
from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project, parse_project
from flaxstudio.training.control import Control
from flaxstudio.training.events import Evaluated, RunFinished, StepsDone
from flaxstudio.training.loop import train
from tests.training.runs import are_same, evaluations_of, events_of, iris_project, noisy_project, trained_by

WARM = Schedule("warmup_cosine_decay_schedule")
GROUPS = (Group("first", ("dense_1",), is_frozen=True), Group("biases", ("*/bias",), 0.1))
CASES = {
    "Polyak": OptimizerSpec("polyak_sgd"),
    "noise": OptimizerSpec("noisy_sgd", 0.01),
    "mean of the params": OptimizerSpec("adam", 0.01, around=(Link("ema_of_params", {"decay": 0.9}),)),
    "lookahead": OptimizerSpec("adam", 0.01, around=(Link("lookahead"),)),
    "gathered": OptimizerSpec("adam", 0.01, around=(Link("MultiSteps"),)),
    "schedule-free": OptimizerSpec("contrib.schedule_free_sgd", arguments={"learning_rate": 0.1}),
    "sharpness": OptimizerSpec("sgd", 0.1, around=(Link("contrib.sam"),)),
    "keeps the params": OptimizerSpec("contrib.dowg"),
    "plateau": OptimizerSpec(CHAIN, 0.1, links=(Link("sgd"), Link("contrib.reduce_on_plateau"))),
    "groups on a schedule": OptimizerSpec("adamw", 0.01, schedules={"learning_rate": WARM}, groups=GROUPS),
}


@pytest.mark.parametrize("spec", CASES.values(), ids=CASES)
def test_a_run_that_was_stopped_saved_and_resumed_goes_on_as_if_it_had_not_been(spec: OptimizerSpec) -> None:
    project = noisy_project(optimizer=spec)
    whole, control, first = events_of(project), Control(), []
    for event in train(project, catalogue(), control=control):
        first.append(event)
        if isinstance(event, StepsDone) and event.first_step + len(event.losses) >= 10:
            control.stop()
    _, results = parse_project(dump_project(project, Results(trained_by(project, first), ())), "half.msgpack")
    assert results.trained is not None
    assert 0 < results.trained.step < 40
    rest = events_of(project, resume=results.trained)
    assert are_same(trained_by(project, rest).variables, trained_by(project, whole).variables)
    assert are_same(trained_by(project, rest).optimizer_state, trained_by(project, whole).optimizer_state)


def test_lbfgs_finds_the_minimum_of_a_linear_model_in_a_few_steps() -> None:
    project = iris_project(optimizer=OptimizerSpec("lbfgs"), batch_size=None, steps=25)
    losses = np.concatenate([event.losses for event in events_of(project) if isinstance(event, StepsDone)])
    assert losses[-1] < 0.05 * losses[0]


@pytest.mark.parametrize("name", ["mean of the params", "lookahead", "schedule-free"])
def test_the_model_is_judged_kept_and_used_with_the_same_params(name: str) -> None:
    project = noisy_project(optimizer=CASES[name])
    events = events_of(project)
    end = events[-1]
    assert isinstance(end, RunFinished)
    stepped = end.optimizer_state["stepped_params"]
    assert not are_same(stepped, end.variables["params"])
    from flaxstudio.training.task import prepare_task

    task = prepare_task(project, catalogue())
    told = {event.split: event for event in evaluations_of(events) if event.step == 40}
    score = task.scorer.score(end.variables, task.dataset.train)
    assert told["train"] == Evaluated(40, "train", score.loss, score.metrics)
    assert task.model.apply_in_use(end.variables, task.model.samples(2)).shape == (2, 3)


def test_frozen_params_stay_as_they_were() -> None:
    project = noisy_project(optimizer=CASES["groups on a schedule"])
    short = replace(project, training=replace(project.training, steps=1))
    one, all_steps = (trained_by(project, events_of(given)).variables["params"] for given in (short, project))
    assert are_same(one["dense_1"], all_steps["dense_1"])
    assert not are_same(one["dense_2"], all_steps["dense_2"])
