import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flaxstudio.graph.graph import Graph
from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, OptimizerSpec
from flaxstudio.project.edits import set_attribute
from flaxstudio.project.results import Results, RunRecord
from flaxstudio.project.templates import Layer, row_of_layers
from flaxstudio.project.watch import Watch
from flaxstudio.training import pace
from flaxstudio.training.control import Control
from flaxstudio.training.events import Evaluated, Event, RunFailed, RunFinished, RunStarted, StepsDone
from flaxstudio.training.loop import train
from tests.training.runs import (
    are_same,
    convolutional_project,
    evaluations_of,
    events_of,
    iris_project,
    losses_of,
    noisy_events,
    noisy_project,
    template,
    trained_by,
)

NOTEBOOK = [
    35.343876, 0.5143469, 0.11384159, 0.03932674, 0.01991621, 0.014209136,
    0.012425653, 0.01185039, 0.011661786, 0.011599408, 0.011578696,
]  # fmt: skip


def test_linear_regression_gives_the_notebooks_losses() -> None:
    events = events_of(template("linear-regression"))
    assert isinstance(events[0], RunStarted)
    assert events[0].reference_loss == pytest.approx(0.02363979, rel=1e-4)
    losses = losses_of(events)
    assert len(losses) == 101
    assert losses[::10] == pytest.approx(NOTEBOOK, rel=1e-4)


def test_modern_random_numbers_give_other_losses() -> None:
    losses = losses_of(events_of(template("linear-regression", classic_random=False, steps=2)))
    assert losses[0] != pytest.approx(NOTEBOOK[0], rel=1e-2)


def test_a_run_begins_once_ends_once_and_tells_every_step_in_order() -> None:
    events = noisy_events()
    assert [type(e) for e in events[:1]] == [RunStarted]
    assert [type(e) for e in events if isinstance(e, RunStarted | RunFinished | RunFailed)] == [RunStarted, RunFinished]
    assert isinstance(events[-1], RunFinished)
    assert (events[-1].reason, events[-1].step) == ("completed", 40)
    step = 0
    for event in events:
        if isinstance(event, StepsDone):
            assert event.first_step == step
            assert event.losses.dtype == np.float32
            step += len(event.losses)
        elif isinstance(event, Evaluated):
            assert event.step == step
    assert step == 40


def test_validation_is_evaluated_each_epoch_and_all_splits_at_the_end() -> None:
    told = [(event.step, event.split) for event in evaluations_of(events_of(iris_project(batch_size=21)))]
    ends = [(40, split) for split in ("validation", "train", "test")]
    assert told == [*((step, "validation") for step in range(5, 40, 5)), *ends]


def test_a_long_run_is_not_evaluated_more_than_fifty_times() -> None:
    told = list(evaluations_of(events_of(iris_project(batch_size=None, steps=500))))
    assert [event.step for event in told if event.split == "validation"] == list(range(10, 501, 10))


def test_the_same_project_gives_the_same_losses_and_another_seed_others() -> None:
    first, again, other = (losses_of(events_of(iris_project(seed=seed))) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", ["noisy", "convolution"])
def test_the_losses_do_not_depend_on_how_steps_are_cut_into_dispatches(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project = noisy_project() if name == "noisy" else convolutional_project(steps=20)
    usual = list(noisy_events()) if name == "noisy" else events_of(project)
    monkeypatch.setattr(pace, "_DISPATCH_SECONDS", 1e-9)
    one_by_one = events_of(project)
    assert all(len(event.losses) == 1 for event in one_by_one if isinstance(event, StepsDone))
    assert np.array_equal(losses_of(usual), losses_of(one_by_one))
    assert are_same(trained_by(project, usual).variables, trained_by(project, one_by_one).variables)


def test_a_run_in_another_thread_with_a_slow_listener_gives_the_same_losses() -> None:
    project = noisy_project()
    told: list[Event] = []

    def listen() -> None:
        for event in train(project, catalogue()):
            told.append(event)
            time.sleep(0.002)

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert np.array_equal(losses_of(told), losses_of(noisy_events()))
    assert list(evaluations_of(told)) == list(evaluations_of(noisy_events()))


def test_a_run_leaves_the_random_numbers_of_others_alone_between_events() -> None:
    import jax

    before = jax.config.jax_threefry_partitionable
    for _ in train(template("linear-regression", steps=3), catalogue()):
        assert jax.config.jax_threefry_partitionable == before


@pytest.mark.parametrize("cut", [1, 17])
def test_a_resumed_run_goes_on_as_if_it_had_never_ended(cut: int) -> None:
    project = noisy_project()
    whole = noisy_events()
    first_part = replace(project, training=replace(project.training, steps=cut))
    first = events_of(first_part)
    second = events_of(project, resume=trained_by(first_part, first))
    assert isinstance(second[0], RunStarted)
    assert (second[0].first_step, second[0].steps) == (cut, 40)
    assert np.array_equal(np.concatenate([losses_of(first), losses_of(second)]), losses_of(whole))
    assert are_same(trained_by(project, second).variables, trained_by(project, whole).variables)
    assert are_same(trained_by(project, second).optimizer_state, trained_by(project, whole).optimizer_state)
    assert list(evaluations_of(second))[-3:] == list(evaluations_of(whole))[-3:]


def test_a_changed_model_optimizer_or_nothing_left_to_do_cannot_be_resumed() -> None:
    project = iris_project()
    trained = trained_by(project, events_of(project))
    more = replace(project, training=replace(project.training, steps=50))
    changed = set_attribute("dense_1", "use_bias", False, catalogue()).apply(more)
    other = replace(more, training=replace(more.training, optimizer=OptimizerSpec("sgd", 0.1)))
    told = [failure_of(events_of(p, resume=trained)).error for p in (project, changed, other)]
    assert told == [
        "The model has already been trained for 40 steps. Raise the number of steps to go on.",
        "The model has changed since it was trained. Train it from the start.",
        "The optimizer has changed since the model was trained. Choose it again, or train from the start.",
    ]


def test_saved_variables_of_another_shape_are_refused() -> None:
    project = iris_project()
    trained = trained_by(project, events_of(project))
    broken = replace(trained, variables={"params": {"dense_1": {"bias": np.zeros(3), "kernel": np.zeros((4, 2))}}})
    more = replace(project, training=replace(project.training, steps=50))
    assert failure_of(events_of(more, resume=broken)).error.startswith("The saved variables do not fit the model.")


def failure_of(events: list[Event]) -> RunFailed:
    assert isinstance(events[-1], RunFailed), events[-1]
    assert sum(isinstance(event, RunFailed | RunFinished) for event in events) == 1
    return events[-1]


def test_a_stopped_run_keeps_what_it_has_learnt() -> None:
    control, project = Control(), noisy_project(steps=1_000_000)
    events = []
    for event in train(project, catalogue(), control=control):
        events.append(event)
        if isinstance(event, StepsDone):
            control.stop()
    end = events[-1]
    assert isinstance(end, RunFinished)
    assert end.reason == "stopped"
    assert end.step == len(losses_of(events)) < 1_000_000
    shorter = replace(project, training=replace(project.training, steps=end.step))
    assert are_same(end.variables, trained_by(project, events_of(shorter)).variables)


def test_a_run_stopped_before_its_first_step_ends_well() -> None:
    control = Control()
    control.stop()
    events = events_of(iris_project(), control=control)
    assert [type(event) for event in events] == [RunStarted, RunFinished]


def test_a_paused_run_tells_its_steps_and_then_nothing_until_it_goes_on() -> None:
    control, project = Control(), iris_project(steps=3000)
    told: list[Event] = []

    def listen() -> None:
        for event in train(project, catalogue(), control=control):
            told.append(event)
            if isinstance(event, StepsDone) and event.first_step == 0:
                control.pause()
                threading.Timer(0.3, control.resume).start()
                told.append(event)

    thread = threading.Thread(target=listen)
    began = time.perf_counter()
    thread.start()
    thread.join()
    end = told[-1]
    assert isinstance(end, RunFinished)
    assert end.step == 3000
    assert end.seconds <= time.perf_counter() - began - 0.29


def test_a_run_is_numbered_after_those_before_it() -> None:
    record = RunRecord(7, "", 0, "cpu", 1, 0, np.zeros(1, np.float32))
    started = events_of(iris_project(steps=1), results=Results(None, (record,)))[0]
    assert isinstance(started, RunStarted)
    assert (started.run, started.device, started.params) == (8, "cpu", 15)


def test_a_loss_that_explodes_ends_the_run_and_names_step_and_remedy() -> None:
    project = template("linear-regression", optimizer=OptimizerSpec("sgd", 1e9), steps=500)
    events = events_of(project)
    failed = failure_of(events)
    losses = losses_of(events)
    assert np.isfinite(losses).all()
    assert failed.step == len(losses) - 1 < 20
    assert failed.error.startswith(f"The loss has leapt up at step {failed.step}. The learning rate 1e+09 is too high")
    assert failed.repair is not None
    assert failed.repair.optimizer.learning_rate == 0.01


def test_a_spike_may_be_let_pass_until_numbers_end() -> None:
    project = template("linear-regression", optimizer=OptimizerSpec("sgd", 1e9), watch=Watch(stops_at_spikes=False), steps=500)
    events = events_of(project)
    failed = failure_of(events)
    assert failed.step == len(losses_of(events)) < 20
    assert failed.error.startswith(f"The loss is not a finite number at step {failed.step}.")
    assert failed.kind == "rate"


def test_a_value_that_is_not_finite_is_traced_to_its_node() -> None:
    # the second Dense is the first to overflow: a huge first learning step makes its params infinite
    project = iris_project(("Dense", {"features": 8}), ("relu", {}), optimizer=OptimizerSpec("sgd", 1e38), steps=50)
    failed = failure_of(events_of(project))
    assert failed.node in ("dense_1", "dense_2")
    assert f"It began at {failed.node}" in failed.error


@pytest.mark.parametrize("steps", [1, 30])
def test_a_last_step_that_ruins_the_params_is_not_reported_as_success(steps: int) -> None:
    assert "not a finite number" in failure_of(events_of(iris_project(optimizer=OptimizerSpec("sgd", 3e38), steps=steps))).error


def test_a_missing_gpu_is_one_sentence() -> None:
    assert failure_of(events_of(iris_project(), device="gpu")).error.startswith("There is no GPU that JAX can use")


def _without_data(project: Any) -> Any:
    return replace(project, dataset=None)


def _without_nodes(project: Any) -> Any:
    return replace(project, graph=Graph())


def _with_missing_file(project: Any) -> Any:
    return replace(project, dataset=DatasetSpec("/nowhere/data.csv", ("a",), ("b",), "classes"))


def _with_wrong_classes(project: Any) -> Any:
    return set_attribute("dense_1", "features", 5, catalogue()).apply(project)


@pytest.mark.parametrize(
    ("spoil", "sentence", "node"),
    [
        (_without_data, "There is no data. Choose a sample set", ""),
        (_without_nodes, "The graph has no Input node", ""),
        (_with_missing_file, "/nowhere/data.csv does not exist", ""),
        (_with_wrong_classes, "dense_1 gives 5 outputs, and the data has 3 classes. Set its features to 3.", "dense_1"),
    ],
)
def test_what_is_wrong_before_the_first_step_is_the_runs_one_event(spoil: Any, sentence: str, node: str) -> None:
    (event,) = events_of(spoil(iris_project()))
    assert isinstance(event, RunFailed)
    assert event.error.startswith(sentence)
    assert event.node == node


def test_shapes_that_do_not_fit_are_told_at_their_node() -> None:
    (event,) = events_of(iris_project(("Reshape", {"shape": (3, 2)})))
    assert isinstance(event, RunFailed)
    assert event.node == "reshape_1"


def test_an_output_of_another_shape_than_the_targets_is_told() -> None:
    # a Dense of the right size, but over a dimension too many
    project = iris_project(("Reshape", {"shape": (2, 2)}))
    (event,) = events_of(project)
    assert isinstance(event, RunFailed)
    assert event.error.startswith("The model gives an array of (2, 3) a sample, and the data needs 3 values.")
    assert event.node == "output_1"


def test_a_model_without_params_is_told() -> None:
    project = iris_project()
    assert project.dataset is not None
    dataset = replace(project.dataset, features=project.dataset.features[:3])
    layers: list[Layer] = [("Input", {"shape": (3,)}), ("relu", {}), ("Output", {})]
    bare = row_of_layers(replace(project, dataset=dataset, graph=Graph(), positions={}), layers, catalogue())
    assert failure_of(events_of(bare)).error.startswith("The model has no params, so there is nothing to train.")


def test_a_fault_in_the_middle_of_a_run_ends_it_in_one_event(monkeypatch: pytest.MonkeyPatch) -> None:
    from flaxstudio.training import dispatch

    real, calls = dispatch.Dispatcher.run, []

    def run(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 3:
            raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 10 bytes.")
        return real(*arguments)

    monkeypatch.setattr(dispatch.Dispatcher, "run", run)
    failed = failure_of(events_of(convolutional_project(steps=400, batch_size=900)))
    assert failed.error.startswith("The memory does not suffice for this run. A batch of ")
    assert failed.repair is not None
    assert failed.repair.batch_size in (256, 128, 64)  # half of what failed, at a power of two, or less


def test_data_beside_the_project_is_found(tmp_path: Path) -> None:
    from flaxstudio.resource_files import resource

    (tmp_path / "flowers.csv").write_bytes(resource("samples", "iris.csv").read_bytes())
    project = iris_project(steps=5)
    assert project.dataset is not None
    moved = replace(project, dataset=replace(project.dataset, source="/old/place/flowers.csv"))
    assert np.array_equal(losses_of(events_of(moved, beside=tmp_path)), losses_of(events_of(project)))


def test_events_come_in_growing_dispatches_while_steps_are_fast() -> None:
    sizes = [len(e.losses) for e in events_of(template("linear-regression", steps=3000)) if isinstance(e, StepsDone)]
    assert sizes[0] == 1
    assert max(sizes) > 8
    assert all(later <= 8 * earlier for earlier, later in pairwise(sizes))
