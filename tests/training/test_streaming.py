import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flaxstudio.graph.graph import Graph
from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, OptimizerSpec, TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.templates import Layer, row_of_layers
from flaxstudio.training import streaming
from flaxstudio.training.control import Control
from flaxstudio.training.events import RunFailed, RunFinished, RunStarted, StepsDone
from flaxstudio.training.loop import train
from flaxstudio.training.task import prepare_task
from tests.training.runs import are_same, evaluations_of, events_of, losses_of, trained_by

ROWS = 9000
"""More than two megabytes of features, while one is set aside."""
MEMORY = 10**6


def write_npz(path: Path, *, is_packed: bool = False) -> DatasetSpec:
    rng = np.random.default_rng(1)
    x = rng.normal(3, 2, size=(ROWS, 64)).astype(np.float32)
    (np.savez_compressed if is_packed else np.savez)(path, x=x, y=(x[:, 0] > 3).astype(np.int64), z=x[:, :2] - x[:, 2:4])
    return DatasetSpec(str(path), ("x",), ("y",), "classes", "standard", validation=0.1, test=0.1)


def write_csv(path: Path) -> DatasetSpec:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(ROWS, 12))
    names = [f"a{index}" for index in range(12)]
    lines = (",".join(map(repr, row)) + (",low" if row[0] < 0 else ",high") for row in values.tolist())
    path.write_text("\n".join([",".join([*names, "kind"]), *lines]) + "\n")
    return DatasetSpec(str(path), tuple(names), ("kind",), "classes", "range", validation=0.1, test=0.1)


def network(data: DatasetSpec, *layers: Layer, shape: tuple[int, ...] = (64,), last: int = 2, **config: Any) -> Project:
    whole = (("Input", {"shape": shape}), *layers, ("Dense", {"features": last}), ("Output", {}))
    training = replace(TrainConfig("cross_entropy", OptimizerSpec("adam", 0.01), batch_size=48, steps=230), **config)
    return row_of_layers(Project("Stream", graph=Graph(), dataset=data, training=training), whole, catalogue())


def on_disk(project: Project) -> Project:
    assert project.dataset is not None
    return replace(project, dataset=replace(project.dataset, memory=MEMORY))


HIDDEN: Layer = ("Dense", {"features": 16})
NETWORKS: dict[str, tuple[tuple[Layer, ...], tuple[int, ...]]] = {
    "dense": ((HIDDEN, ("relu", {})), (64,)),
    "noisy": ((HIDDEN, ("BatchNorm", {"momentum": 0.9}), ("relu", {}), ("Dropout", {"rate": 0.5})), (64,)),
    "convolutional": ((("Conv", {"features": 4}), ("relu", {}), ("Flatten", {})), (8, 8, 1)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_run_from_disk_is_the_run_from_memory_bit_for_bit(tmp_path: Path, name: str) -> None:
    layers, shape = NETWORKS[name]
    project = network(write_npz(tmp_path / "data.npz"), *layers, shape=shape)
    memory, disk = events_of(project), events_of(on_disk(project))
    assert prepare_task(on_disk(project), catalogue()).dataset.disk is not None
    assert prepare_task(project, catalogue()).dataset.disk is None
    assert np.array_equal(losses_of(memory), losses_of(disk))
    assert list(evaluations_of(memory)) == list(evaluations_of(disk))
    ends = memory[-1], disk[-1]
    assert all(isinstance(end, RunFinished) for end in ends)
    assert are_same(ends[0].variables, ends[1].variables)
    assert are_same(ends[0].optimizer_state, ends[1].optimizer_state)
    begun = [next(event for event in events if isinstance(event, RunStarted)).origin for events in (memory, disk)]
    assert begun[0] == begun[1]
    assert begun[0] is not None


@pytest.mark.parametrize("is_packed", [False, True])
def test_targets_of_numbers_come_from_disk_too(tmp_path: Path, is_packed: bool) -> None:
    data = replace(write_npz(tmp_path / "data.npz", is_packed=is_packed), targets=("z",), target_kind="numbers")
    project = network(data, HIDDEN, loss="mean_squared_error")
    assert np.array_equal(losses_of(events_of(project)), losses_of(events_of(on_disk(project))))


def test_columns_of_a_csv_file_are_trained_on_from_disk(tmp_path: Path) -> None:
    project = network(write_csv(tmp_path / "data.csv"), HIDDEN, shape=(12,))
    assert np.array_equal(losses_of(events_of(project)), losses_of(events_of(on_disk(project))))


def test_blocks_may_be_cut_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = network(write_npz(tmp_path / "data.npz"), HIDDEN)
    whole = losses_of(events_of(on_disk(project)))
    monkeypatch.setattr(streaming, "_BLOCK_BYTES", 7 * 48 * 65 * 4)  # seven steps
    assert np.array_equal(losses_of(events_of(on_disk(project))), whole)


def test_a_run_from_disk_goes_on_as_if_it_had_not_been_stopped(tmp_path: Path) -> None:
    project = on_disk(network(write_npz(tmp_path / "data.npz"), HIDDEN, ("Dropout", {"rate": 0.5})))
    whole = losses_of(events_of(project))
    short = replace(project, training=replace(project.training, steps=101))
    first = events_of(short)
    second = events_of(project, resume=trained_by(project, first))
    assert np.array_equal(np.concatenate([losses_of(first), losses_of(second)]), whole)


def test_a_stopped_run_from_disk_leaves_no_thread_behind(tmp_path: Path) -> None:
    control = Control()
    for event in train(on_disk(network(write_npz(tmp_path / "data.npz"), HIDDEN)), catalogue(), control=control):
        if isinstance(event, StepsDone):
            control.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("reading data")]


def test_reading_that_is_not_wanted_any_more_ends_before_the_first_step(tmp_path: Path) -> None:
    control = Control()
    shares: list[float] = []

    def tell(share: float) -> None:
        shares.append(share)
        control.stop()

    project = on_disk(network(write_csv(tmp_path / "data.csv"), HIDDEN, shape=(12,)))
    events = events_of(project, control=control, tell=tell)
    assert [type(event) for event in events] == [RunFailed]
    assert len(shares) == 1
    assert 0 < shares[0] < 1


def test_a_step_of_all_rows_needs_no_reading_ahead(tmp_path: Path) -> None:
    project = network(write_npz(tmp_path / "data.npz"), batch_size=None, steps=5)
    assert np.array_equal(losses_of(events_of(on_disk(project))), losses_of(events_of(project)))


def test_a_fault_in_data_on_disk_is_told_with_its_row(tmp_path: Path) -> None:
    data = write_npz(tmp_path / "data.npz")
    with np.load(tmp_path / "data.npz") as file:
        arrays = dict(file)
    arrays["x"][4321, 7] = 1e30
    np.savez(tmp_path / "data.npz", **arrays)
    wild = replace(data, targets=("z",), target_kind="numbers", scaling="none", validation=0.0, test=0.0)
    project = on_disk(network(wild, HIDDEN, loss="mean_squared_error"))
    end = events_of(project)[-1]
    assert isinstance(end, RunFailed)
    assert "row 4322" in end.error
