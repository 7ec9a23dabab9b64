"""What is compiled once is found again by the next process, whatever became of the folder meanwhile."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project
from flaxstudio.project.templates import build_template
from flaxstudio.project.variables import leaves
from flaxstudio.training.compiled_programs import hold_to_size, keep_programs

PROGRAM = """
import sys
from flaxstudio.training.compiled_programs import keep_programs
keep_programs()
import jax
found = []
jax.monitoring.register_event_listener(lambda event, **_: found.append(event))
from flaxstudio.cli.main import main
status = main(["train", sys.argv[1], "--steps", "60", "--save-as", sys.argv[2]])
counts = [sum(event.endswith(f"/compilation_cache/{name}") for event in found) for name in ("cache_hits", "cache_misses")]
print("counted", *counts)
sys.exit(status)
"""


def trained(tmp_path: Path, name: str, **environment: str) -> tuple[list[np.ndarray], int, int]:
    """Train in a process of its own; return its variables, and how many programs were found and how many were compiled."""
    project, place = tmp_path / "net.msgpack", tmp_path / f"{name}.msgpack"
    if not project.exists():
        save_project(project, build_template("iris", catalogue()), Results())
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JAX_COMPILATION")}
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(project), str(place)]
    told = subprocess.run(command, env={**kept, **environment}, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "Error" not in told.stderr
    hits, misses = map(int, told.stdout.split("counted")[1].split())
    results = load_project(place)[1]
    assert results.trained is not None
    return [np.asarray(array) for _, array in leaves(results.trained.variables)], hits, misses


def same(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return all(one.tobytes() == other.tobytes() for one, other in zip(some, others, strict=True))


@pytest.mark.slow
def test_a_second_run_compiles_nothing_and_gives_the_same_bits(tmp_path: Path) -> None:
    without, *nothing = trained(tmp_path, "without", JAX_ENABLE_COMPILATION_CACHE="false")
    first, hits, misses = trained(tmp_path, "first")
    second, found, compiled = trained(tmp_path, "second")
    assert nothing == [0, 0]
    assert misses > 5
    assert (found, compiled) == (hits + misses, 0)
    assert same(first, without)
    assert same(second, without)


@pytest.mark.slow
def test_damaged_programs_are_compiled_again(tmp_path: Path) -> None:
    first, _, misses = trained(tmp_path, "first")
    files = list((Path(os.environ["XDG_CACHE_HOME"]) / "flaxstudio" / "programs").glob("*/*-cache"))
    assert len(files) == misses
    for number, file in enumerate(files):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 255
        file.write_bytes((b"", bytes(content), bytes(content[: len(content) // 2]))[number % 3])
    again, hits, _ = trained(tmp_path, "again")
    assert hits < misses
    assert same(first, again)


@pytest.mark.slow
def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    _, hits, misses = trained(tmp_path, "net2", XDG_CACHE_HOME=str(tmp_path / "file"), LOCALAPPDATA=str(tmp_path / "file"))
    assert (hits, misses) == (0, 0)


def test_where_jax_keeps_programs_is_the_users_choice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path))
    keep_programs()
    assert os.environ["JAX_COMPILATION_CACHE_DIR"] == str(tmp_path)
    assert not (Path(os.environ["XDG_CACHE_HOME"]) / "flaxstudio").exists()


def test_what_was_not_used_for_longest_gives_way(tmp_path: Path) -> None:
    folder = tmp_path / "machine"
    folder.mkdir()
    for age, name in enumerate(("newest", "used", "old", "oldest")):
        (folder / name).write_bytes(bytes(100))
        os.utime(folder / name, (1e9 - age, 1e9 - age if name != "used" else 1e8))
    hold_to_size(tmp_path, 400)
    assert len(list(folder.iterdir())) == 4
    hold_to_size(tmp_path, 250)
    assert {path.name for path in folder.iterdir()} == {"newest", "used"}
