"""Keeps the tests away from the accelerators and settings of the machine they run on, and from compiling a program twice."""

import os
import shutil
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
IS_FIRST_PROCESS = "JAX_COMPILATION_CACHE_DIR" not in os.environ
if IS_FIRST_PROCESS:  # the processes that pytest-xdist starts take it over
    os.environ["JAX_COMPILATION_CACHE_DIR"] = tempfile.mkdtemp(prefix="flaxstudio-programs-")
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.05"


def pytest_unconfigure() -> None:
    """Delete the compiled programs that the tests shared."""
    if IS_FIRST_PROCESS:
        shutil.rmtree(os.environ["JAX_COMPILATION_CACHE_DIR"], ignore_errors=True)


@pytest.fixture(autouse=True, scope="module")
def _programs_are_let_go() -> Iterator[None]:
    """Let go of the programs of a file's tests: all together they would take gigabytes."""
    yield
    if "jax" in sys.modules and not _others_compute():
        sys.modules["jax"].clear_caches()


def _others_compute() -> bool:
    """Return whether a thread that a closed window left behind is still within jax, which must keep its programs then."""
    mine = threading.get_ident()
    others = (frame for thread, frame in sys._current_frames().items() if thread != mine)
    return any(
        "/jax/" in Path(below.f_code.co_filename).as_posix() for frame in others for below, _ in traceback.walk_stack(frame)
    )


@pytest.fixture(autouse=True)
def config_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test its own place for plug-ins and for the code that may run."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.setenv("APPDATA", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(folder / "state"))
    return folder
