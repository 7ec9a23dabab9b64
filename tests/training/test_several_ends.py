from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project, parse_project
from flaxstudio.training import pace
from flaxstudio.training.events import Evaluated, Event, RunFailed
from tests.training.runs import are_same, evaluations_of, events_of, losses_of, trained_by
from tests.training.several import ratings, siamese, two_heads, variational

Maker = Callable[..., Project]
ALL = (ratings, two_heads, siamese, variational)


def last_of(events: list[Event], split: str) -> Evaluated:
    return [event for event in evaluations_of(events) if event.split == split][-1]


def test_two_embedded_numbers_learn_a_table(tmp_path: Path) -> None:
    events = events_of(ratings(tmp_path))
    assert last_of(events, "train").metrics["r2"] > 0.98
    assert last_of(events, "test").metrics["r2"] > 0.8


def test_columns_go_to_the_inputs_of_their_names(tmp_path: Path) -> None:
    project = ratings(tmp_path, steps=3)
    assert project.dataset is not None
    swapped = replace(project, dataset=replace(project.dataset, features=("user", "item")))
    assert np.array_equal(losses_of(events_of(project)), losses_of(events_of(swapped)))


def test_a_head_of_classes_and_one_of_numbers_learn_together(tmp_path: Path) -> None:
    events = events_of(two_heads(tmp_path, steps=600))
    told = last_of(events, "test")
    assert list(told.metrics) == ["sizes.loss", "sizes.mae", "sizes.rmse", "sizes.r2", "kind.loss", "kind.accuracy"]
    assert told.metrics["sizes.r2"] > 0.95
    assert told.metrics["kind.accuracy"] > 0.9
    assert told.loss == pytest.approx(told.metrics["sizes.loss"] + told.metrics["kind.loss"])


def test_the_loss_of_a_step_is_the_sum_over_the_outputs(tmp_path: Path) -> None:
    project = two_heads(tmp_path, steps=1, batch_size=None)
    frozen = replace(
        project, training=replace(project.training, optimizer=replace(project.training.optimizer, learning_rate=1e-9))
    )
    events = events_of(frozen)
    assert losses_of(events)[0] == pytest.approx(last_of(events, "train").loss, rel=1e-5)


def test_two_inputs_through_one_dense_learn_a_distance(tmp_path: Path) -> None:
    events = events_of(siamese(tmp_path, steps=1000))
    assert last_of(events, "test").metrics["r2"] > 0.8
    assert set(trained_by(siamese(tmp_path), events).variables["params"]) == {"shared", "dense_1"}


def test_each_input_is_scaled_by_its_own_columns(tmp_path: Path) -> None:
    project = siamese(tmp_path, steps=1)
    preparation = trained_by(project, events_of(project)).preparation
    with np.load(tmp_path / "data.npz") as columns:
        lowest = {name: columns[name].min() for name in columns.files}
    assert set(preparation.inputs) == {"left", "right"}
    assert (preparation.scale_of("left").offset >= [lowest["x0"] - 1e-6, lowest["x1"] - 1e-6]).all()
    assert preparation.scale_of("right").offset.shape == (2,)
    assert not np.array_equal(preparation.scale_of("left").offset, preparation.scale_of("right").offset)


def test_a_model_that_samples_learns_and_its_other_methods_inputs_take_no_data(tmp_path: Path) -> None:
    events = events_of(variational(tmp_path, steps=1000))
    assert last_of(events, "test").metrics["r2"] > 0.7
    assert set(trained_by(variational(tmp_path), events).preparation.inputs) == set()


def test_every_random_key_differs_from_step_to_step(tmp_path: Path) -> None:
    # a learning rate of nearly nothing: only the draws differ between the steps of the whole table
    project = variational(tmp_path, steps=4, batch_size=None)
    frozen = replace(
        project, training=replace(project.training, optimizer=replace(project.training.optimizer, learning_rate=1e-9))
    )
    assert len(set(losses_of(events_of(frozen)).tolist())) == 4


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_the_losses_do_not_depend_on_the_cut_into_dispatches_or_runs(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, half = make(tmp_path, steps=12), make(tmp_path, steps=5)
    whole = events_of(project)
    first = events_of(half)
    results = Results(trained_by(half, first))
    loaded = parse_project(dump_project(half, results), "half")[1].trained  # as from a file
    second = events_of(project, resume=loaded)
    assert np.array_equal(np.concatenate([losses_of(first), losses_of(second)]), losses_of(whole))
    assert are_same(trained_by(project, second).variables, trained_by(project, whole).variables)
    monkeypatch.setattr(pace, "_DISPATCH_SECONDS", 1e-9)
    assert np.array_equal(losses_of(events_of(project)), losses_of(whole))


def test_a_model_of_several_ends_that_diverges_names_the_step(tmp_path: Path) -> None:
    project = two_heads(tmp_path)
    wild = replace(project.training.optimizer, name="sgd", learning_rate=1e30)
    end = events_of(replace(project, training=replace(project.training, optimizer=wild)))[-1]
    assert isinstance(end, RunFailed)
    assert "not a finite number at step" in end.error


def test_a_single_loss_of_classes_serves_two_heads(tmp_path: Path) -> None:
    project = two_heads(tmp_path, losses={}, loss="cross_entropy", steps=2)
    assert project.dataset is not None
    with np.load(tmp_path / "data.npz") as arrays:
        columns = {name: arrays[name] for name in arrays.files}
    np.savez(tmp_path / "data.npz", **{**columns, "sum": (columns["sum"] > 15).astype(int)})
    dataset = replace(project.dataset, targets=("kind", "sum"), target_kind="classes")
    told = last_of(events_of(replace(project, dataset=dataset)), "test")
    assert list(told.metrics) == ["sizes.loss", "sizes.accuracy", "kind.loss", "kind.accuracy"]


def test_initialised_variables_are_those_a_run_begins_with(tmp_path: Path) -> None:
    from flaxstudio.training.beginning import InitKey, initialized

    project = siamese(tmp_path, steps=3)
    begun = initialized(project, Results(), catalogue(), InitKey(0), None)
    assert set(jax.tree.leaves(jax.tree.map(np.ndim, begun.variables))) == {1, 2}
    assert np.array_equal(losses_of(events_of(project, resume=begun)), losses_of(events_of(project)))
