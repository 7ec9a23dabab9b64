"""A training process that is killed, and `train --resume` after it."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import jax
import numpy as np
import pytest

from flaxstudio.cli.main import main
from flaxstudio.layers import catalogue
from flaxstudio.project.checkpoints import checkpoint_folder, newest
from flaxstudio.project.edits import set_attribute
from flaxstudio.project.population import members_of
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project
from flaxstudio.training.population import train_population
from tests.training.runs import noisy_project

COMMAND = [sys.executable, "-m", "flaxstudio", "train"]
ENDLESS = "100000000"
WATCH = {"checkpoint_seconds": 0.02, "early_stopping": 100000, "keep_best": 2, "evaluation_steps": 500}
SETTINGS = [part for name, value in WATCH.items() for part in ("--set", f"{name}={value}")]


def made(path: Path, **config: object) -> Path:
    save_project(path, noisy_project(**config), Results())
    return path


def interrupted_at(path: Path) -> int:
    found = newest(checkpoint_folder(path))
    return found.step if found else -1


def killed_once_kept(path: Path, arguments: list[str], step: int) -> int:
    """Begin a run, kill its process without a warning soon after that step is kept, and return the step that is kept then."""
    process = subprocess.Popen([*COMMAND, str(path), *arguments], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with process:
        while interrupted_at(path) < step and process.poll() is None:
            time.sleep(0.05)
        time.sleep(random.random() / 10)
        process.kill()
    return interrupted_at(path)


def killed_often(path: Path, arguments: list[str], times: int) -> int:
    """Begin a run without an end, kill it, and each time it went on; return a step after the last that is kept.

    How many steps a machine takes until then is its own matter, so the run is told only at last how many it takes.
    """
    kept = killed_once_kept(path, [*arguments, "--steps", ENDLESS], 1)
    for _ in range(times - 1):
        kept = killed_once_kept(path, ["--resume"], kept + 1)
    return kept + 50


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the signal is Unix's")
def test_a_run_killed_four_times_ends_with_the_uninterrupted_runs_params(tmp_path: Path) -> None:
    whole, cut = made(tmp_path / "whole.msgpack"), made(tmp_path / "cut.msgpack")
    steps = killed_often(cut, SETTINGS, 4)
    log = tmp_path / "log.jsonl"
    assert main(["train", str(cut), "--resume", "--steps", str(steps), "--log", str(log)]) == 0
    assert main(["train", str(whole), *SETTINGS, "--steps", str(steps)]) == 0
    first, second = load_project(whole)[1], load_project(cut)[1]
    assert first.trained is not None
    assert second.trained is not None
    for one, other in (
        (first.trained.variables, second.trained.variables),
        (first.trained.optimizer_state, second.trained.optimizer_state),
    ):
        assert jax.tree.all(jax.tree.map(np.array_equal, one, other))
    assert len(second.runs) == 1
    assert np.array_equal(first.runs[0].losses, second.runs[0].losses)
    assert first.runs[0].evaluations == second.runs[0].evaluations
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert lines[0]["resumed_at"] > lines[0]["first_step"] == 0
    assert [line["step"] for line in lines if line["event"] == "step"] == list(range(steps))
    assert not checkpoint_folder(cut).exists()


@pytest.mark.skipif(os.name == "nt", reason="the signal is Unix's")
def test_an_interrupted_run_goes_on_as_it_was_told_and_takes_more_steps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made(tmp_path / "p.msgpack")
    killed_once_kept(path, ["--steps", ENDLESS, "--seed", "7"], 0)
    assert main(["train", str(path), "--resume", "--steps", "90"]) == 0
    assert "going on with run 1" in capsys.readouterr().err
    project, results = load_project(path)
    assert (project.training.seed, project.training.steps, len(results.runs[0].losses)) == (7, 90, 90)


def interrupted(path: Path) -> None:
    """Leave what a process killed in its first steps leaves."""
    from flaxstudio.training.loop import train

    project = load_project(path)[0]
    events = train(project, catalogue(), keep_in=checkpoint_folder(path))
    next(events)
    next(events)
    events.close()  # type: ignore[attr-defined]


def test_a_model_that_was_changed_since_cannot_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made(tmp_path / "p.msgpack")
    interrupted(path)
    project, results = load_project(path)
    save_project(path, set_attribute("dense_1", "features", 5, catalogue()).apply(project), results)
    assert main(["train", str(path), "--resume"]) == 1
    assert "has changed since its run was interrupted at step 0" in capsys.readouterr().err


def test_a_run_from_the_start_forgets_the_one_that_was_interrupted(tmp_path: Path) -> None:
    path = made(tmp_path / "p.msgpack")
    interrupted(path)
    assert main(["train", str(path), "--seed", "3"]) == 0
    assert not checkpoint_folder(path).exists()
    assert len(load_project(path)[1].runs) == 1


def test_a_run_that_ended_and_was_not_saved_is_saved_by_resume(tmp_path: Path) -> None:
    from flaxstudio.training.loop import train

    path = made(tmp_path / "p.msgpack")
    list(train(load_project(path)[0], catalogue(), keep_in=checkpoint_folder(path)))
    assert main(["train", str(path), "--resume"]) == 0
    results = load_project(path)[1]
    assert results.trained is not None
    assert (results.trained.step, results.runs[0].reason) == (40, "completed")


def test_a_run_under_way_elsewhere_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from flaxstudio.training.loop import train

    path = made(tmp_path / "p.msgpack")
    events = train(load_project(path)[0], catalogue(), keep_in=checkpoint_folder(path))
    next(events)
    assert main(["train", str(path), "--resume"]) == 1
    assert "under way in another process" in capsys.readouterr().err
    events.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("keep_best=x", "keep_best must be a whole number"),
        ("early_stopping=0", "patience of early stopping must be at least 1"),
        ("stops_at_spikes=maybe", "must be true or false"),
        ("checkpoint_seconds=0", "seconds between checkpoints must be above 0"),
    ],
)
def test_what_is_wrong_beside_the_steps_is_told_before_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, words: str
) -> None:
    assert main(["train", str(made(tmp_path / "p.msgpack")), "--set", setting]) == 1
    assert words in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the signal is Unix's")
def test_a_population_that_was_killed_ends_with_the_uninterrupted_members_params(tmp_path: Path) -> None:
    whole, cut = made(tmp_path / "whole.msgpack"), made(tmp_path / "cut.msgpack")
    members = ["--population", "learning_rate=0.01,0.001,0.1"]
    steps = killed_often(cut, [*SETTINGS, *members], 2)
    log = tmp_path / "log.jsonl"
    assert main(["train", str(cut), "--resume", "--steps", str(steps), "--log", str(log)]) == 0
    assert main(["train", str(whole), *SETTINGS, *members, "--steps", str(steps)]) == 0
    (one, first), (other, second) = load_project(whole), load_project(cut)
    assert one == other
    assert first.trained is not None
    assert second.trained is not None
    assert jax.tree.all(jax.tree.map(np.array_equal, first.trained.variables, second.trained.variables))
    assert len(first.runs) == len(second.runs) == 3
    for run, again in zip(first.runs, second.runs, strict=True):
        assert np.array_equal(run.losses, again.losses)
        assert (run.evaluations, run.varied, run.group) == (again.evaluations, again.varied, again.group)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert lines[0]["members"][0]["resumed_at"] > 0
    assert [line["step"] for line in lines if line["event"] == "step"] == list(range(steps))
    assert not checkpoint_folder(cut).exists()


def test_a_population_goes_on_as_it_was_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made(tmp_path / "p.msgpack")
    members = members_of(load_project(path)[0], "seed", [0, 1])
    list(train_population(members, catalogue(), keep_in=checkpoint_folder(path)))
    for unwanted in (["--population", "seed=2"], ["--seed", "4"], ["--set", "batch_size=8"]):
        assert main(["train", str(path), "--resume", *unwanted]) == 1
        assert "A population goes on" in capsys.readouterr().err
    assert main(["train", str(path), "--resume", "--steps", "60"]) == 0
    assert [len(run.losses) for run in load_project(path)[1].runs] == [60, 60]


def test_a_population_that_ended_and_was_not_saved_is_saved_by_resume(tmp_path: Path) -> None:
    path = made(tmp_path / "p.msgpack")
    members = members_of(load_project(path)[0], "learning_rate", [1e-7, 0.05])
    list(train_population(members, catalogue(), keep_in=checkpoint_folder(path)))
    assert main(["train", str(path), "--resume"]) == 0
    project, results = load_project(path)
    assert project.training.optimizer.learning_rate == 0.05
    assert [dict(run.varied) for run in results.runs] == [{"learning_rate": 1e-7}, {"learning_rate": 0.05}]
    assert not checkpoint_folder(path).exists()
