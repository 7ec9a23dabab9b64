"""Numbers of the optimizer that are changed while a run goes: all that can be, exactly, also after an interruption."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.optim_links import AROUND, LINKS, OPTIMIZERS
from flaxstudio.project.optim_steering import Knob, knobs_of, steered
from flaxstudio.project.optimizer import CHAIN, Group, Link, OptimizerSpec, Schedule
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Standing
from flaxstudio.project.storage import dump_project, parse_project
from flaxstudio.training.control import Control
from flaxstudio.training.events import Changed, Event, RunFailed, StepsDone, log_lines
from flaxstudio.training.loop import train
from flaxstudio.training.optimizers import make_optimizer
from flaxstudio.training.steering import Steering
from flaxstudio.training.steps import create_state
from tests.training.runs import are_same, events_of, iris_project, losses_of, noisy_project, trained_by
from tests.training.test_optimizers import PARAMS, spec_of, stepped

CHAINED = OptimizerSpec(
    CHAIN,
    0.05,
    links=(
        Link("clip_by_global_norm", {"max_norm": 0.5}),
        Link("adamw", {"weight_decay": 0.01}),
        Link("clip", {"max_delta": 0.1}),
        Link("clip", {"max_delta": 0.2}),
    ),
    groups=(Group("biases", ("*/bias",), 0.1), Group("head", ("dense_2",), optimizer=OptimizerSpec("sgd", 0.5))),
    around=(Link("ema_of_params", {"decay": 0.9}),),
)


def names_of(spec: OptimizerSpec) -> list[str]:
    return [knob.name for knob in knobs_of(spec)]


def run_with(project: Project, changes: Mapping[int, Mapping[str, float]], **told: Any) -> list[Event]:
    """Return the events of a run that goes step by step, with numbers changed before some of them."""
    control, events = Control(), []
    control.pause()

    def ask(step: int) -> None:
        for name, value in changes.get(step, {}).items():
            control.change(name, value)
        control.step()

    ask(0)
    for event in train(project, catalogue(), control=control, **told):
        events.append(event)
        if isinstance(event, StepsDone):
            ask(event.first_step + 1)
    return events


def test_each_number_has_a_name_that_says_where_it_stands() -> None:
    assert names_of(OptimizerSpec("adam")) == ["learning_rate", "b1", "b2", "eps", "eps_root"]
    assert names_of(OptimizerSpec("sgd")) == ["learning_rate"]
    assert names_of(OptimizerSpec("sgd", arguments={"momentum": 0.9})) == ["learning_rate", "momentum"]
    assert names_of(OptimizerSpec("polyak_sgd")) == ["max_learning_rate", "scaling", "f_min", "eps"]
    adamw = [f"adamw.{name}" for name in ("b1", "b2", "eps", "eps_root", "weight_decay")]
    assert names_of(CHAINED) == [
        "learning_rate",
        "clip_by_global_norm.max_norm",
        *adamw,
        "clip.max_delta",
        "clip#2.max_delta",
        "group.biases.rate",
        "group.head.learning_rate",
        "ema_of_params.decay",
    ]


def test_what_follows_a_schedule_cannot_be_set_and_a_common_rate_on_one_is_scaled() -> None:
    schedule = Schedule("cosine_decay_schedule")
    spec = OptimizerSpec("adamw", schedules={"weight_decay": schedule, "learning_rate": schedule})
    assert "weight_decay" not in names_of(spec)
    assert names_of(spec)[0] == "learning_rate"
    apart = replace(spec, groups=(Group("head", ("dense_2",), optimizer=OptimizerSpec("sgd", 0.5)),))
    assert "learning_rate" not in names_of(apart)


def test_each_number_is_put_in_its_own_place() -> None:
    for knob in knobs_of(CHAINED):
        after = {other.name: other.value for other in knobs_of(steered(CHAINED, {knob.name: knob.value * 0.5}))}
        before = {other.name: other.value for other in knobs_of(CHAINED)}
        assert after == before | {knob.name: knob.value * 0.5}


@pytest.mark.parametrize("option", [*OPTIMIZERS, *LINKS, *AROUND], ids=lambda option: option.name)
def test_every_number_that_is_offered_changes_what_the_optimizer_does(option: Any) -> None:
    spec = spec_of(option)
    if option.name == "sgd":
        spec = replace(spec, arguments={"momentum": 0.9})
    config = TrainConfig(optimizer=spec)
    optimizer = make_optimizer(spec, config.steps)
    state = create_state(None, {"params": PARAMS}, optimizer, jax.random.PRNGKey(0))
    before, steering = jaxpr_of(optimizer, state.opt_state), Steering(config)
    for knob in knobs_of(spec):
        standing = steering.changed(Standing(), knob.name, other_value(knob))
        assert standing is not None, knob
        after = steering.steered(state, standing)
        assert are_same_numbers(after.opt_state, state.opt_state)
        is_factor = standing.rate is not None
        told = float(after.rate) != 1.0 if is_factor else jaxpr_of(replaced(optimizer, after), after.opt_state) != before
        assert told, knob.name


def jaxpr_of(optimizer: Any, state: Any) -> str:
    return str(jax.make_jaxpr(lambda params, state: stepped(optimizer, params, state)[0])(PARAMS, state)) + str(
        None if optimizer.params_in_use is None else jax.make_jaxpr(lambda state: stepped(optimizer, PARAMS, state)[2])(state)
    )


def replaced(optimizer: Any, state: Any) -> Any:
    return replace(optimizer, tx=state.tx, params_in_use=state.params_in_use)


def other_value(knob: Knob) -> float:
    value = max(0.75 * knob.value + 0.01, knob.spec.minimum or 0.0)
    return min(value, knob.spec.maximum) if knob.spec.maximum is not None else value


def are_same_numbers(first: Any, second: Any) -> bool:
    return all(one is other for one, other in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True))


def test_a_number_changed_before_the_first_step_is_that_of_a_run_told_so_from_the_start() -> None:
    changed = run_with(iris_project(), {0: {"b1": 0.5, "eps": 1e-3}})
    told = iris_project(optimizer=OptimizerSpec("adam", 0.01, {"b1": 0.5, "eps": 1e-3}))
    assert np.array_equal(losses_of(changed), losses_of(events_of(told)))
    assert Changed(0, "b1", 0.5) in changed


@pytest.mark.parametrize("spec", [OptimizerSpec("adamw", 0.01), CHAINED], ids=["adamw", "a chain in groups"])
def test_a_changed_number_holds_from_the_next_step_on_and_changes_nothing_before(spec: OptimizerSpec) -> None:
    name = names_of(spec)[4]
    plain, changed = events_of(noisy_project(optimizer=spec)), run_with(noisy_project(optimizer=spec), {7: {name: 0.3}})
    first, second = losses_of(plain), losses_of(changed)
    assert np.array_equal(first[:8], second[:8])
    assert not np.array_equal(first[8:], second[8:])
    assert [event for event in changed if isinstance(event, Changed)] == [Changed(7, name, 0.3)]
    assert log_lines(Changed(7, name, 0.3)) == [{"event": "changed", "step": 7, name: 0.3}]


def test_a_learning_rate_that_is_no_factor_of_the_updates_is_exact_too() -> None:
    spec = OptimizerSpec("contrib.schedule_free_adamw", arguments={"learning_rate": 0.01})
    changed = run_with(iris_project(optimizer=spec), {0: {"learning_rate": 0.03}})
    told = iris_project(optimizer=OptimizerSpec("contrib.schedule_free_adamw", arguments={"learning_rate": 0.03}))
    assert np.array_equal(losses_of(changed), losses_of(events_of(told)))


@pytest.mark.parametrize("around", [(), (Link("ema_of_params", {"decay": 0.9}),)], ids=["plain", "judged with a mean"])
def test_a_run_that_was_changed_stopped_and_saved_goes_on_as_if_it_had_not_been(around: tuple[Link, ...]) -> None:
    project = noisy_project(optimizer=OptimizerSpec("adamw", 0.01, around=around))
    changes = {4: {"weight_decay": 0.3, "b1": 0.5}, 6: {"learning_rate": 0.02}, 25: {"b1": 0.7}}
    whole, control, first = run_with(project, changes), Control(), []
    control.pause()
    control.step()
    for event in train(project, catalogue(), control=control):
        first.append(event)
        if isinstance(event, StepsDone):
            for name, value in changes.get(event.first_step + 1, {}).items():
                control.change(name, value)
            control.stop() if event.first_step == 14 else control.step()
    half = replace(trained_by(project, first), standing=first[-1].standing)  # type: ignore[union-attr]
    _, results = parse_project(dump_project(project, Results(half, ())), "half.msgpack")
    assert results.trained is not None
    assert results.trained.standing.values == {"weight_decay": (0.3, 1e-4), "b1": (0.5, 0.9)}
    rest = run_with(project, changes, resume=results.trained)
    assert are_same(trained_by(project, rest).variables, trained_by(project, whole).variables)
    assert are_same(trained_by(project, rest).optimizer_state, trained_by(project, whole).optimizer_state)


def test_a_new_number_of_the_config_counts_more_than_one_set_while_an_earlier_run_went() -> None:
    project = iris_project(optimizer=OptimizerSpec("adam", 0.01))
    first = run_with(project, {3: {"b1": 0.5}})
    half = replace(trained_by(project, first), step=20, standing=first[-1].standing)  # type: ignore[union-attr]
    other = replace(project, training=replace(project.training, optimizer=OptimizerSpec("adam", 0.01, {"b1": 0.8}), steps=60))
    end = events_of(other, resume=half)[-1]
    assert end.standing.values == {}  # type: ignore[union-attr]


def test_a_run_that_breaks_after_a_change_is_computed_again_with_it() -> None:
    project = noisy_project(optimizer=OptimizerSpec("sgd", 0.01, {"momentum": 0.5}), steps=200)
    events = run_with(project, {5: {"momentum": 0.8}, 10: {"learning_rate": 1e20}})
    failed = events[-1]
    assert isinstance(failed, RunFailed)
    assert failed.rescued is not None
    assert failed.rescued.step == 11 or failed.rescued.step == 10
    shorter = replace(project, training=replace(project.training, steps=failed.rescued.step))
    told = run_with(shorter, {5: {"momentum": 0.8}, 10: {"learning_rate": 1e20}})
    assert are_same(failed.rescued.variables, trained_by(shorter, told).variables)


@pytest.mark.parametrize(
    ("name", "value"), [("b1", 1.5), ("b1", 1.0), ("b1", float("nan")), ("momentum", 0.5), ("learning_rate", 0.0)]
)
def test_a_number_that_is_none_or_out_of_its_range_changes_nothing(name: str, value: float) -> None:
    events = run_with(iris_project(steps=3), {1: {name: value}})
    assert not any(isinstance(event, Changed) for event in events)
