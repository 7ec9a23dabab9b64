"""Runs one step of an export in a process of its own, which can be killed and whose crash is a normal failure."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from flaxstudio.graph.problem import ProblemError

_POLL_SECONDS = 0.05


class Cancelled(Exception):
    """The user asked to stop; nothing was written."""


def run_worker(module: str, arguments: list[str], cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Run a module in a fresh process and return the JSON object that its last line of output holds.

    Raises ProblemError with the object's `error` and `node` if it has them, or if the process broke down; Cancelled
    after killing the process as soon as `cancelled()` says so.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = _start(module, arguments, output)
        try:
            _wait(process, cancelled)
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        return _answer(process.returncode, output.read())


def _start(module: str, arguments: list[str], output: IO[str]) -> subprocess.Popen[str]:
    home = str(Path(__file__).parents[2])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "JAX_PLATFORMS": "cpu"}
    environment |= {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}
    # -P: the folder the user happens to stand in must not provide modules
    command = [sys.executable, "-P", "-m", module, *arguments]
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, text=True)


def _wait(process: "subprocess.Popen[str]", cancelled: Callable[[], bool]) -> None:
    while process.poll() is None:
        if cancelled():
            raise Cancelled
        time.sleep(_POLL_SECONDS)


def _answer(code: int, output: str) -> dict[str, Any]:
    lines = [line for line in output.splitlines() if line.startswith("{")]
    try:
        answer = json.loads(lines[-1]) if lines else {}
    except ValueError:
        answer = {}
    if "error" in answer:
        raise ProblemError(answer["error"], answer.get("remedy", ""), answer.get("node", ""))
    if code != 0 or not answer:
        raise ProblemError(f"The export broke down with exit status {code}: {_last_line(output)}", "Nothing was written.")
    return dict(answer)


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing."
