"""How the values of each layer lie, as it is told while a run goes, is what NumPy finds in the same arrays."""

from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.graph.taps import units_shut
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.edits import set_attribute
from flaxstudio.project.grouping import make_block
from flaxstudio.project.project import Project
from flaxstudio.training.device import Setting, find_device
from flaxstudio.training.distributions import BINS, layers_seen, looked_at, taps_of
from flaxstudio.training.events import Distribution, LayerSeen, Observed
from flaxstudio.training.first_state import first_state
from flaxstudio.training.observing import Observer
from flaxstudio.training.steps import step_of
from flaxstudio.training.task import Task, prepare_task
from tests.training.runs import convolutional_project, iris_project, noisy_project

HIDDEN = ("Dense", {"features": 8})


def looked(project: Project, change: Any = None) -> tuple[dict[str, LayerSeen], Any, Task]:
    """Return what is seen of a project's first state, the state, and the task."""
    known = catalogue_of(project.library, catalogue())
    task = prepare_task(project, known)
    state = first_state(project, task.model, None)
    if change is not None:
        state = state.replace(params=change(state.params))
    taps = taps_of(project, known)
    gradients = jax.tree.map(jnp.ones_like, state.params)
    found = jax.jit(partial(looked_at, taps=taps))(state, gradients, task.dataset.train.features)
    return layers_seen(jax.device_get(found), taps.order), state, task


def is_counted(told: Distribution | None, values: Any) -> bool:
    assert told is not None
    flat = np.concatenate([np.asarray(leaf).ravel() for leaf in jax.tree.leaves(values)])
    low, high = float(flat.min()), float(flat.max())
    counts, _ = np.histogram(flat, BINS, (low, high))
    close = np.abs(np.cumsum(counts) - np.cumsum(told.counts)).max() <= 2  # float32 at the edges of bins
    return bool(close and told.counts.sum() == flat.size and (told.low, told.high) == pytest.approx((low, high)))


def test_params_gradients_and_outputs_are_counted_by_layer() -> None:
    seen, state, task = looked(iris_project(HIDDEN, ("relu", {})))
    features = task.dataset.train.features
    assert list(seen) == ["dense_1", "relu_1", "dense_2"]
    hidden = features @ state.params["dense_1"]["kernel"] + state.params["dense_1"]["bias"]
    assert is_counted(seen["dense_1"].params, state.params["dense_1"])
    assert is_counted(seen["dense_1"].outputs, hidden)
    assert is_counted(seen["relu_1"].outputs, np.maximum(hidden, 0))
    told = seen["dense_2"].gradients
    assert told is not None
    assert (told.low, told.high, int(told.counts.sum())) == (1.0, 1.0, 8 * 3 + 3)
    assert seen["relu_1"].params is None


def test_units_that_give_nothing_for_any_sample_are_dead_and_told_of_the_layer_that_makes_them() -> None:
    def killed(params: Any) -> Any:
        bias = params["dense_1"]["bias"].at[:6].set(-1e3)
        return {**params, "dense_1": {**params["dense_1"], "bias": bias}}

    seen, state, task = looked(iris_project(HIDDEN, ("relu", {})), killed)
    hidden = task.dataset.train.features @ state.params["dense_1"]["kernel"] + state.params["dense_1"]["bias"]
    share = float(np.mean(np.all(np.asarray(hidden) <= 0, axis=0)))
    assert share >= 0.75
    assert seen["dense_1"].dead == pytest.approx(share)
    assert seen["relu_1"].dead is None
    assert seen["dense_2"].dead is None


def test_a_channel_is_dead_only_where_it_is_so_in_every_place() -> None:
    def one_left(params: Any) -> Any:
        bias = jnp.array([-1e3, -1e3, -1e3, 1e3])
        return {**params, "conv_1": {**params["conv_1"], "bias": bias}}

    seen, _, _ = looked(convolutional_project(), one_left)
    assert seen["conv_1"].dead == 0.75


def test_units_belong_to_the_layer_before_a_normalisation_and_else_to_the_activation_itself() -> None:
    graph = noisy_project().graph
    assert units_shut(graph, catalogue()) == {"relu_1": "dense_1"}
    alone = iris_project(("tanh", {}), ("relu", {})).graph
    assert units_shut(alone, catalogue()) == {"relu_1": "relu_1"}
    assert units_shut(iris_project(HIDDEN, ("leaky_relu", {})).graph, catalogue()) == {}


def in_a_block(project: Project, nodes: tuple[str, ...], **attributes: Any) -> Project:
    """Return the project with nodes put into a block, `part_1`, with these attributes."""
    made = make_block(nodes, "Part", catalogue()).apply(project)
    for name, value in attributes.items():
        made = set_attribute("part_1", name, value, catalogue_of(made.library, catalogue())).apply(made)
    return made


def test_units_inside_blocks_and_their_repeats_are_found_too() -> None:
    plain = iris_project(HIDDEN, HIDDEN, ("BatchNorm", {}), ("relu", {}))
    project = in_a_block(plain, ("dense_2", "batch_norm_1", "relu_1"), repeat=2)

    def killed(params: Any) -> Any:
        norm = params["part_1_1"]["batch_norm_1"]
        bias = norm["bias"].at[:6].set(-1e3)
        return {**params, "part_1_1": {**params["part_1_1"], "batch_norm_1": {**norm, "bias": bias}}}

    seen, state, _ = looked(project, killed)
    assert list(seen) == ["dense_1", "part_1", "part_1_0", "part_1_0/dense_2", "part_1_1", "part_1_1/dense_2", "dense_3"]
    first, second = seen["part_1_0/dense_2"], seen["part_1_1/dense_2"]
    assert (first.dead, first.units) == (0.0, 8)
    assert (second.dead, second.units) == (0.75, 8)
    assert is_counted(second.params, state.params["part_1_1"]["dense_2"])
    assert second.outputs is not None


def test_blocks_made_in_a_loop_are_looked_at_as_a_whole() -> None:
    plain = iris_project(HIDDEN, HIDDEN, ("relu", {}))
    seen, _, _ = looked(in_a_block(plain, ("dense_2", "relu_1"), repeat=2, scan=True))
    assert list(seen) == ["dense_1", "part_1", "dense_3"]


def test_of_a_large_array_some_values_of_every_channel_are_counted() -> None:
    seen, _, _ = looked(iris_project(("Dense", {"features": 4096}), ("relu", {})))
    told = seen["dense_1"].outputs
    assert told is not None
    assert 2**12 < told.counts.sum() <= 2**14


def test_the_observer_tells_it_with_the_gradients_of_the_step() -> None:
    project = noisy_project()
    task = prepare_task(project, catalogue())
    setting = Setting(find_device("cpu"), False)
    state = first_state(project, task.model, None)
    step = step_of(task.model.source, task.loss, setting.device)
    observer = Observer(step, setting, partial(taps_of, project, catalogue()))
    batch = (task.dataset.train.features, task.dataset.train.targets)
    observer.observe(state, batch, 0)
    observer.close()
    seen = observer.observe(state, batch, 0)
    assert isinstance(seen, Observed)

    def loss(params: Any) -> Any:
        return step(state.replace(params=params), *batch)[1]

    gradients = jax.grad(loss)(state.params)
    assert is_counted(seen.layers["dense_2"].gradients, gradients["dense_2"])
    assert seen.layers["dense_1"].dead == 0.0


def test_a_run_whose_optimizer_was_changed_is_looked_at_by_a_program_of_its_own() -> None:
    project = iris_project(HIDDEN)
    task = prepare_task(project, catalogue())
    setting = Setting(find_device("cpu"), False)
    step = step_of(task.model.source, task.loss, setting.device)
    observer = Observer(step, setting, partial(taps_of, project, catalogue()))
    batch = (task.dataset.train.features, task.dataset.train.targets)
    other = replace(project, training=replace(project.training, steps=99))
    for told in (project, other):
        state = first_state(told, task.model, None)
        assert observer.observe(state, batch, 0) is None
        observer.close()
        assert observer.observe(state, batch, 0) is not None


def test_values_that_are_not_finite_are_left_out() -> None:
    def broken(params: Any) -> Any:
        kernel = params["dense_1"]["kernel"].at[0, 0].set(jnp.nan).at[0, 1].set(jnp.inf)
        return {**params, "dense_1": {**params["dense_1"], "kernel": kernel}}

    seen, _, _ = looked(iris_project(HIDDEN), broken)
    told = seen["dense_1"].params
    assert told is not None
    assert told.counts.sum() == 4 * 8 + 8 - 2
    assert np.isfinite([told.low, told.high]).all()
