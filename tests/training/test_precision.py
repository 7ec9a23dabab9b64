"""A run in another precision: what is cast, what stays, and that nothing of it is left behind."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.evaluation.scores import evaluate
from flaxstudio.graph.graph import Graph
from flaxstudio.layers import catalogue
from flaxstudio.project.compute import Compute, Precision
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Trained
from flaxstudio.project.storage import dump_project, parse_project
from flaxstudio.project.templates import Layer, row_of_layers
from flaxstudio.training.dispatch import single_program
from flaxstudio.training.events import Event, RunFinished
from flaxstudio.training.precision import applied
from flaxstudio.training.scaling import LossScaling, unscaled
from tests.training.runs import (
    are_same,
    evaluations_of,
    events_of,
    iris_project,
    losses_of,
    noisy_project,
    template,
    trained_by,
)

HALF: tuple[Precision, ...] = ("bfloat16", "float16")


def in_precision(project: Project, precision: Precision, **more: Any) -> Project:
    return replace(project, training=replace(project.training, compute=Compute(precision, **more)))


def sequence_project(cell: str, precision: Precision) -> Project:
    drawn = template("digits-mlp", steps=3)
    layers: Sequence[Layer] = (("Input", {"shape": (8, 8)}), (cell, {"features": 6}), ("Flatten", {}))
    whole = (*layers, ("Dense", {"features": 10}), ("Output", {}))
    return in_precision(row_of_layers(replace(drawn, graph=Graph(), positions={}), whole, catalogue()), precision)


def dtypes_of(tree: Any) -> set[str]:
    return {str(leaf.dtype) for leaf in jax.tree.leaves(tree) if jnp.issubdtype(leaf.dtype, jnp.floating)}


def end_of(events: Sequence[Event]) -> RunFinished:
    end = events[-1]
    assert isinstance(end, RunFinished), end
    return end


class Net(nn.Module):
    first: Any = None

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.relu(nn.Dense(4, dtype=self.first, name="first")(x))
        self.sow("seen", "between", x)
        x = nn.BatchNorm(use_running_average=False, name="norm")(x)
        x = nn.Dense(2, name="second")(x)
        self.sow("seen", "last", x)
        return x


def seen_in(net: Net, precision: Precision) -> tuple[Any, Any]:
    variables = net.init(jax.random.key(0), jnp.ones((3, 5)))
    return applied(net, Compute(precision))(  # type: ignore[no-any-return]
        {"params": variables["params"], "batch_stats": variables["batch_stats"]},
        jnp.ones((3, 5)),
        mutable=["batch_stats", "seen"],
    )


@pytest.mark.parametrize("precision", HALF)
def test_layers_compute_in_the_runs_precision_and_outputs_and_statistics_are_float32(precision: Precision) -> None:
    outputs, collections = seen_in(Net(), precision)
    assert dtypes_of(collections["seen"]) == {precision}
    assert dtypes_of((outputs, collections["batch_stats"])) == {"float32"}


@pytest.mark.parametrize("precision", HALF)
def test_a_layer_with_a_dtype_of_its_own_computes_in_it_and_the_next_goes_on_in_the_runs(precision: Precision) -> None:
    _, collections = seen_in(Net(first=jnp.float32), precision)
    assert dtypes_of(collections["seen"]["between"]) == {"float32"}
    assert dtypes_of(collections["seen"]["last"]) == {precision}


def test_the_params_of_a_layer_with_a_dtype_of_its_own_lose_no_digit() -> None:
    net, x = Net(first=jnp.float32), jnp.ones((3, 5))
    variables = net.init(jax.random.key(0), x)
    options: dict[str, Any] = {"mutable": ["batch_stats", "seen"]}
    plain = net.apply(variables, x, **options)[1]["seen"]["between"]
    half = applied(net, Compute("bfloat16"))(variables, x, **options)[1]["seen"]["between"]
    np.testing.assert_array_equal(np.asarray(plain[-1]), np.asarray(half[-1]))


def test_float32_is_the_modules_own_apply() -> None:
    net = Net()
    assert applied(net, Compute()) == net.apply


@pytest.mark.parametrize("precision", HALF)
def test_a_run_in_half_precision_follows_that_in_float32_and_keeps_its_state_in_float32(precision: Precision) -> None:
    events = events_of(in_precision(noisy_project(), precision))
    end = end_of(events)
    assert dtypes_of((end.variables, end.optimizer_state)) == {"float32"}
    expected = losses_of(events_of(noisy_project()))
    assert not np.array_equal(losses_of(events), expected)
    np.testing.assert_allclose(losses_of(events), expected, rtol=0.1)


def test_a_run_in_float64_keeps_all_in_float64_and_leaves_no_trace_in_the_program() -> None:
    events = events_of(in_precision(iris_project(), "float64"))
    end = end_of(events)
    assert dtypes_of((end.variables, end.optimizer_state)) == {"float64"}
    np.testing.assert_allclose(losses_of(events), losses_of(events_of(iris_project())), rtol=1e-4)
    assert jnp.zeros(3).dtype == jnp.float32
    assert not jax.config.jax_enable_x64


def test_between_two_events_of_a_run_in_float64_the_program_has_its_own_numbers() -> None:
    from flaxstudio.training.loop import train

    for _ in train(in_precision(iris_project(), "float64"), catalogue()):
        assert jnp.ones(2).dtype == jnp.float32


def test_in_float64_a_layer_with_a_dtype_of_its_own_keeps_it() -> None:
    project = in_precision(iris_project(("Dense", {"features": 4, "dtype": "float32"})), "float64")
    params = end_of(events_of(project)).variables["params"]
    assert {name: dtypes_of(tree) for name, tree in params.items()} == {"dense_1": {"float32"}, "dense_2": {"float64"}}


@pytest.mark.parametrize("cell", ["LSTM", "GRU", "SimpleRNN"])
@pytest.mark.parametrize("precision", ["bfloat16", "float64"])
def test_recurrent_layers_run_in_every_precision(cell: str, precision: Precision) -> None:
    losses = losses_of(events_of(sequence_project(cell, precision)))
    np.testing.assert_allclose(losses, losses_of(events_of(sequence_project(cell, "float32"))), rtol=1e-2)


@pytest.mark.parametrize("precision", ["bfloat16", "float64"])
def test_evaluating_what_was_trained_gives_the_very_numbers_that_the_run_told(precision: Precision) -> None:
    project = in_precision(noisy_project(), precision)
    events = events_of(project)
    told = next(event for event in evaluations_of(events) if event.split == "test")
    _, kept = parse_project(dump_project(project, Results(trained_by(project, events))), "saved")
    score = evaluate(project, kept.trained, catalogue())
    assert (score.loss, score.metrics) == (told.loss, told.metrics)


def scaling_of(scale: float, good_steps: int, growth_steps: int = 3) -> LossScaling:
    return LossScaling(jnp.array(scale, jnp.float32), jnp.array(good_steps, jnp.int32), growth_steps)


def test_gradients_that_are_not_finite_halve_the_scale_and_begin_the_count_anew() -> None:
    _, is_good, after = unscaled(scaling_of(64, 2), {"w": jnp.array([1.0, jnp.inf])})
    assert after is not None
    assert (bool(is_good), float(after.scale), int(after.good_steps)) == (False, 32, 0)


def test_so_many_good_steps_in_a_row_double_the_scale() -> None:
    gradients, is_good, after = unscaled(scaling_of(64, 2), {"w": jnp.array([64.0])})
    assert after is not None
    assert (bool(is_good), float(after.scale), int(after.good_steps), float(gradients["w"][0])) == (True, 128, 0, 1)


def test_a_step_that_overflows_float16_is_skipped_and_changes_only_scale_and_step() -> None:
    project = in_precision(noisy_project(steps=1), "float16", loss_scale=2.0**24)
    from flaxstudio.training.device import setting_of
    from flaxstudio.training.first_state import first_state
    from flaxstudio.training.task import prepare_task

    task = prepare_task(project, catalogue())
    with setting_of("cpu", project.training).entered():
        before = first_state(project, task.model, None)
        kept = jax.tree.map(np.array, (before.params, before.opt_state, before.collections))
        from functools import partial

        from flaxstudio.training.steps import train_step

        step = partial(train_step, loss=lambda y, t: 1e4 * task.loss(y, t), uses_train=True)
        after, _ = single_program(step)(before, task.dataset.train.features, task.dataset.train.targets, None)
    assert are_same(kept, jax.tree.map(np.array, (after.params, after.opt_state, after.collections)))
    assert (int(after.step), float(after.scaling.scale)) == (1, 2.0**23)


def test_a_run_in_float16_that_was_stopped_goes_on_bit_for_bit_with_its_scale() -> None:
    whole = in_precision(noisy_project(steps=40), "float16", growth_steps=7)
    half = replace(whole, training=replace(whole.training, steps=20))
    expected, first = end_of(events_of(whole)), events_of(half)
    kept = replace(trained_by(half, first), standing=end_of(first).standing)
    _, opened = parse_project(dump_project(half, Results(kept)), "saved")
    rest = events_of(whole, resume=opened.trained)
    assert are_same(end_of(rest).variables, expected.variables)
    assert are_same(end_of(rest).optimizer_state, expected.optimizer_state)
    told, same = end_of(rest).standing, expected.standing
    assert (told.loss_scale, told.good_steps) == (same.loss_scale, same.good_steps)
    assert told.loss_scale not in (None, Compute().loss_scale)


def test_a_run_in_float64_that_was_stopped_goes_on_bit_for_bit(tmp_path: Path) -> None:
    whole = in_precision(noisy_project(steps=20), "float64")
    half = replace(whole, training=replace(whole.training, steps=10))
    kept = trained_by(half, events_of(half))
    _, opened = parse_project(dump_project(half, Results(kept)), "saved")
    assert are_same(end_of(events_of(whole, resume=opened.trained)).variables, end_of(events_of(whole)).variables)


@pytest.mark.parametrize("precision", ["float64", "bfloat16"])
def test_a_run_may_go_on_in_another_precision(precision: Precision) -> None:
    first = iris_project(steps=10)
    kept: Trained = trained_by(first, events_of(first))
    longer = in_precision(iris_project(steps=20), precision)
    rest = events_of(longer, resume=kept)
    assert dtypes_of(end_of(rest).optimizer_state) == {"float64" if precision == "float64" else "float32"}
    np.testing.assert_allclose(losses_of(rest), losses_of(events_of(iris_project(steps=20)))[10:], rtol=0.1)


def test_remat_changes_no_loss() -> None:
    given = losses_of(events_of(in_precision(noisy_project(), "float32", remat=True)))
    np.testing.assert_allclose(given, losses_of(events_of(noisy_project())), rtol=1e-5)


def test_a_dispatch_uses_up_the_state_it_is_given() -> None:
    program = single_program(lambda state, x, y: (state + x.sum(), y.sum()))
    given = jnp.zeros(1000)
    program(given, jnp.ones(3), jnp.ones(3), None)
    assert given.is_deleted()
