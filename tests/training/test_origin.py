"""What a run's record tells of where it came from, and the seeds it can be told apart by."""

from dataclasses import replace
from typing import Any

import numpy as np

from flaxstudio.layers import catalogue
from flaxstudio.project.compute import Compute, Seeds, SeedsInUse
from flaxstudio.project.fingerprint import fingerprint
from flaxstudio.project.project import Project
from flaxstudio.project.results import Origin, Results
from flaxstudio.project.storage import dump_project, parse_project
from flaxstudio.training.device import Setting, compiler_options, find_device, setting_of
from flaxstudio.training.events import Event, RunStarted, log_lines
from flaxstudio.training.initialization import run_keys
from flaxstudio.training.origin import hash_of
from flaxstudio.training.record import RunRecorder
from flaxstudio.training.task import prepare_task
from tests.training.runs import events_of, iris_project, losses_of, noisy_project, template


def origin_in(events: list[Event]) -> Origin:
    start = events[0]
    assert isinstance(start, RunStarted)
    assert start.origin is not None
    return start.origin


def with_seeds(project: Project, **seeds: Any) -> Project:
    return replace(project, training=replace(project.training, seeds=Seeds(**seeds)))


def test_the_record_keeps_hashes_versions_device_and_seeds_and_the_file_keeps_them() -> None:
    project = with_seeds(iris_project(steps=2), data=9)
    events, recorder = events_of(project), RunRecorder(project)
    for event in events:
        recorder.add(event)
    kept = parse_project(dump_project(project, recorder.results(Results())), "saved")[1].runs[0].origin
    assert kept == origin_in(events)
    assert kept is not None
    assert kept.seeds == SeedsInUse(init=0, data=9, dropout=0)
    assert kept.project == fingerprint(project)
    assert kept.device.startswith("cpu")
    assert {"flaxstudio", "python", "jax", "jaxlib", "flax", "optax", "numpy"} == set(kept.versions)


def test_the_log_tells_it_too() -> None:
    event = events_of(iris_project(steps=1))[0]
    assert log_lines(event)[0]["origin"]["seeds"] == {"init": 0, "data": 0, "dropout": 0}


def test_moving_a_node_changes_no_hash_and_another_rate_does() -> None:
    project = iris_project()
    assert fingerprint(replace(project, positions={}, name="Other")) == fingerprint(project)
    assert fingerprint(iris_project(steps=41)) != fingerprint(project)


def test_another_split_changes_the_hash_of_the_data() -> None:
    project = iris_project()
    assert project.dataset is not None
    other = replace(project, dataset=replace(project.dataset, seed=1))
    first, second = (hash_of(prepare_task(one, catalogue()).dataset) for one in (project, other))
    assert first == hash_of(prepare_task(project, catalogue()).dataset)
    assert first != second


def test_each_seed_changes_its_own_part_only() -> None:
    root, init = run_keys(0)
    np.testing.assert_array_equal(run_keys(0, Seeds(init=5))[0], root)
    np.testing.assert_array_equal(run_keys(0, Seeds(init=5))[1], run_keys(5)[1])
    np.testing.assert_array_equal(run_keys(0, Seeds(dropout=5))[1], init)
    np.testing.assert_array_equal(run_keys(0, Seeds(dropout=5))[0], run_keys(5)[0])


def test_another_seed_of_the_data_leaves_the_first_values_and_all_three_together_are_the_seed_itself() -> None:
    expected = losses_of(events_of(noisy_project(seed=3)))
    np.testing.assert_array_equal(losses_of(events_of(with_seeds(noisy_project(), init=3, data=3, dropout=3))), expected)
    whole = losses_of(events_of(iris_project(batch_size=None)))
    np.testing.assert_array_equal(losses_of(events_of(with_seeds(iris_project(batch_size=None), data=3, dropout=3))), whole)


def test_made_data_are_the_same_in_every_precision() -> None:
    project = template("linear-regression")
    hashes = set()
    for compute in (Compute(), Compute("float64")):
        with setting_of("cpu", replace(project.training, compute=compute)).entered():
            hashes.add(hash_of(prepare_task(project, catalogue()).dataset))
    assert len(hashes) == 1


def test_a_cpu_needs_no_option_to_be_deterministic_and_gives_the_same_bits_each_time() -> None:
    compute = Compute(is_deterministic=True)
    assert compiler_options(Setting(find_device("cpu"), False), compute) is None
    project = replace(noisy_project(), training=replace(noisy_project().training, compute=compute))
    np.testing.assert_array_equal(losses_of(events_of(project)), losses_of(events_of(project)))
