from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.gui.plots.loss_series import LossSeries
from flaxstudio.project.checkpoints import runs_folder
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project
from flaxstudio.training import growing
from flaxstudio.training.growing import Growing
from flaxstudio.training.record import RunRecorder
from tests.training.runs import events_of, iris_project, losses_of

LIMIT = 1500


@pytest.mark.parametrize("limit", [LIMIT, 10**7])
def test_all_that_was_appended_is_there_in_memory_and_in_a_file(limit: int) -> None:
    array, rng = Growing(np.float32, limit), np.random.default_rng(0)
    parts = [rng.normal(size=count).astype(np.float32) for count in (1, 1023, 1, 700, 5000, 0, 3)]
    seen = []
    for part in parts:
        array.append(part)
        seen.append(array.values)
    assert array.is_spilled == (limit == LIMIT)
    for count, values in enumerate(seen, start=1):
        assert np.array_equal(values, np.concatenate(parts[:count]))


def test_what_has_been_read_cannot_be_written_to() -> None:
    array = Growing(np.float64)
    array.append(np.ones(3))
    with pytest.raises(ValueError, match="read-only"):
        array.values[0] = 2


def test_the_file_has_no_name_and_is_closed_with_the_array() -> None:
    array = Growing(np.float32, LIMIT)
    array.append(np.ones(4000, np.float32))
    assert array.is_spilled
    assert list(runs_folder().iterdir()) == []


def test_without_a_place_for_files_memory_has_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setattr(growing, "runs_folder", lambda: tmp_path / "taken" / "runs")
    array = Growing(np.float32, LIMIT)
    array.append(np.arange(4000, dtype=np.float32))
    assert not array.is_spilled
    assert array.values[3999] == 3999


@pytest.fixture
def spills(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Growing.__init__, "__defaults__", (LIMIT,))


@pytest.mark.usefixtures("spills")
def test_losses_in_a_file_are_recorded_saved_and_read_back(tmp_path: Path) -> None:
    project = iris_project()
    project = replace(project, training=replace(project.training, steps=4000))
    recorder, events = RunRecorder(project), events_of(project)
    for event in events:
        recorder.add(event)
    results = recorder.results(Results())
    assert np.array_equal(results.runs[0].losses, losses_of(events))
    save_project(tmp_path / "a.msgpack", project, results)
    _, kept = load_project(tmp_path / "a.msgpack")
    assert np.array_equal(kept.runs[0].losses, losses_of(events))


@pytest.mark.usefixtures("spills")
def test_a_plot_of_losses_in_a_file_shows_what_one_in_memory_shows() -> None:
    losses = np.random.default_rng(0).normal(size=9000).astype(np.float32)
    losses[77] = np.nan
    spilled = LossSeries()
    for part in np.array_split(losses, 13):
        spilled.append(spilled.end_step, part)
    indices = np.arange(0, 9000, 7)
    sums = np.concatenate([[0.0], np.cumsum(np.nan_to_num(losses), dtype=np.float64)])
    half = np.minimum(indices, 50)
    low, high = indices - half, np.minimum(indices + half, 8999) + 1
    counts = high - low - ((low <= 77) & (high > 77))
    assert np.allclose(spilled.smoothed(indices, 50), (sums[high] - sums[low]) / counts, rtol=0, atol=1e-9)
    assert np.array_equal(spilled.losses, losses, equal_nan=True)
