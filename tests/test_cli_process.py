"""What only a process of its own can show: signals, pipes, what was imported, and a machine without a display."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flaxstudio.cli.main import main
from flaxstudio.project.storage import load_project

COMMAND = [sys.executable, "-m", "flaxstudio"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run flaxstudio to its end."""
    wanted = {**os.environ, **environment}
    kept = {name: value for name, value in wanted.items() if value}
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=120, env=kept, check=False)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal to send to one process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl_c", "terminate"])
def test_a_signal_stops_a_run_with_the_work_saved(tmp_path: Path, number: signal.Signals) -> None:
    path, log = tmp_path / "p.msgpack", tmp_path / "run.jsonl"
    assert main(["new", "digits-mlp", str(path)]) == 0
    command = [*COMMAND, "train", str(path), "--steps", "10000000", "--log", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("step 0 "):
                break
        process.send_signal(number)
        out, told = process.communicate(timeout=60)
    assert process.returncode == 3
    assert f"saved {path}" in out
    assert "Traceback" not in told
    trained = load_project(path)[1].trained
    assert trained is not None
    assert trained.step > 0
    end = json.loads(log.read_text().splitlines()[-1])
    assert (end["event"], end["reason"], end["step"]) == ("run_finished", "stopped", trained.step)


def test_without_a_display_one_sentence_names_the_commands() -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux can be without a display")
    done = run(DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert done.returncode == 1
    assert done.stderr == (
        "flaxstudio: There is no display to open a window on. Without a window, use the commands: flaxstudio --help\n"
    )


def test_a_display_that_does_not_answer_is_told_like_none() -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux can be without a display")
    done = run(DISPLAY=":32123", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert done.returncode == 1
    assert "There is no display" in done.stderr


def test_a_misspelt_command_is_told_as_one() -> None:
    done = run("trian")
    assert done.returncode == 2
    assert "there is no command “trian”" in done.stderr


def test_a_project_that_does_not_exist_is_told_before_any_window() -> None:
    done = run("nowhere.msgpack")
    assert done.returncode == 1
    assert "nowhere.msgpack does not exist" in done.stderr


def test_a_reader_that_has_enough_is_no_fault() -> None:
    command = f'"{sys.executable}" -m flaxstudio new --list'
    with subprocess.Popen(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
