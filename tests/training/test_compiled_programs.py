"""What is compiled once is found again by the next process, whatever became of the folder meanwhile."""

import os
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project
from flaxstudio.project.templates import build_template
from flaxstudio.project.variables import leaves
from flaxstudio.training.compiled_programs import hold_to_size, keep_programs
from flaxstudio.training.program_files import discard_damaged, is_whole

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
def test_damaged_programs_are_compiled_again_and_replaced_by_good_ones(tmp_path: Path) -> None:
    first, _, misses = trained(tmp_path, "first")
    files = list((Path(os.environ["XDG_CACHE_HOME"]) / "flaxstudio" / "programs").glob("*/*-cache"))
    assert len(files) == misses
    damaged = {}
    for number, file in enumerate(files):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 255
        damaged[file] = (b"", bytes(content), bytes(content[: len(content) // 2]), b"garbage" * 99)[number % 4]
        file.write_bytes(damaged[file])
    again, hits, compiled = trained(tmp_path, "again")
    assert hits < misses
    assert compiled == misses
    assert same(first, again)
    assert all(is_whole(file.read_bytes()) and file.read_bytes() != damaged[file] for file in files)
    third, _, compiled = trained(tmp_path, "third")
    assert compiled == 0
    assert same(first, third)


def kept_in(folder: Path, **contents: bytes) -> list[str]:
    for name, content in contents.items():
        (folder / f"{name}-cache").write_bytes(content)
    discard_damaged(folder)
    return sorted(path.name.removesuffix("-cache") for path in folder.glob("*-cache"))


def test_only_what_is_whole_is_kept(tmp_path: Path) -> None:
    good = zlib.compress(b"program" * 1000)
    kept = kept_in(tmp_path, good=good, empty=b"", cut=good[:-3], garbage=b"garbage", turned=good[:20] + b"!" + good[21:])
    assert kept == ["good"]


def test_another_content_than_was_found_whole_is_damage_though_it_can_be_unpacked(tmp_path: Path) -> None:
    assert kept_in(tmp_path, one=zlib.compress(b"a"), two=zlib.compress(b"b")) == ["one", "two"]
    assert kept_in(tmp_path, one=zlib.compress(b"other")) == ["two"]
    assert kept_in(tmp_path, two=zlib.compress(b"b")) == ["two"]  # as it was, at another time
    assert kept_in(tmp_path, one=zlib.compress(b"other")) == ["one", "two"]  # compiled again


def test_what_was_found_whole_is_not_read_again_and_much_is_read_in_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    content_of = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or content_of(path))
    for age, name in enumerate(("new-cache", "old-cache")):
        (tmp_path / name).write_bytes(zlib.compress(bytes(100)))
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    size = (tmp_path / "new-cache").stat().st_size
    for _ in range(3):
        discard_damaged(tmp_path, size)
    assert read == ["new-cache", "old-cache"]


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
