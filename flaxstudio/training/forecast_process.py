"""Has a forecast made in a process of its own: compiling cannot be interrupted, but a process can be ended."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.forecast import Forecast, StepForecast, Throughput
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project

MARK = "forecast: "
_POLL_S = 0.05


def forecast_in_process(
    project: Project,
    trusted: frozenset[str],
    beside: Path | None,
    throughput: Throughput | None,
    tell: Callable[[str], None],
    cancelled: Callable[[], bool],
    device: str = "auto",
) -> Forecast | None:
    """Return the forecast, None if cancelled; ProblemError where there can be none. `tell` hears what is being done."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project.msgpack"
        save_project(path, project, Results())
        question = {
            "project": str(path),
            "beside": str(beside) if beside else "",
            "trusted": sorted(trusted),
            "throughput": asdict(throughput) if throughput else None,
            "device": device,
        }
        with (Path(folder) / "answer").open("w+", encoding="utf-8", errors="replace") as output:
            process = _start(json.dumps(question), Path(folder) / "question", output.fileno())
            told = 0
            try:
                while process.poll() is None and not cancelled():
                    told = _tell_new(Path(folder) / "answer", told, tell)
                    time.sleep(_POLL_S)
            finally:
                process.kill()
                process.wait()
            return None if cancelled() else _answer(_lines(Path(folder) / "answer"))


def _start(question: str, path: Path, output: int) -> "subprocess.Popen[bytes]":
    path.write_text(question, encoding="utf-8")
    home = str(Path(__file__).parents[2])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    # the window's process may hold most of a GPU's memory already
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    # -P: the folder the user happens to stand in must not provide modules
    command = [sys.executable, "-P", "-m", "flaxstudio.training.forecast_worker"]
    with path.open("rb") as asked:
        return subprocess.Popen(command, env=environment, stdin=asked, stdout=output, stderr=subprocess.DEVNULL)


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    return [line.removeprefix(MARK) for line in lines if line.startswith(MARK) and line.endswith("\n")]


def _tell_new(path: Path, told: int, tell: Callable[[str], None]) -> int:
    lines = _lines(path)
    for line in lines[told:]:
        if doing := json.loads(line).get("doing"):
            tell(doing)
    return len(lines)


def _answer(lines: list[str]) -> Forecast:
    last = json.loads(lines[-1]) if lines else {}
    if "what" in last:
        raise ProblemError(last["what"], last["remedy"], last["node"])
    if "forecast" not in last:
        raise ProblemError("The training step could not be compiled: the process ended itself.", "Try a smaller batch.")
    found = last["forecast"]
    found |= {"step": StepForecast(**found["step"]), "throughput": Throughput(**found["throughput"])}
    return Forecast(**found)
