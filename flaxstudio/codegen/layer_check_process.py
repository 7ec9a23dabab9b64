"""Has a layer checked in a process of its own, which can be killed: a layer that never ends cannot hang the window."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from flaxstudio.codegen.layer_finding import KEYS, MARK, Finding, Key, LayerQuestion

LIMIT_S = 60.0
_POLL_S = 0.05


def check_in_process(
    question: LayerQuestion, cancelled: Callable[[], bool] = lambda: False, limit_s: float = LIMIT_S
) -> tuple[Finding, ...]:
    """Return the findings. Where the process had to be ended, or ended itself, the last one says so; () if cancelled."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = _start(question, output)
        try:
            has_ended = _wait(process, cancelled, time.monotonic() + limit_s)
        finally:
            process.kill()
            process.wait()
        if cancelled():
            return ()
        output.seek(0)
        lines = [json.loads(line.removeprefix(MARK)) for line in output if line.startswith(MARK) and line.endswith("]\n")]
    found = tuple(Finding(key, is_ok, sentence) for key, is_ok, sentence in filter(None, lines))
    if lines and not lines[-1]:
        return found
    text = f"It did not end within {limit_s:.0f} s." if not has_ended else "It ended the whole process instead of returning."
    return (*found, Finding(_next_key(found), False, text))


def _start(question: LayerQuestion, output: IO[str]) -> "subprocess.Popen[str]":
    home = str(Path(__file__).parents[2])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "-1"}
    # -P: the folder the user happens to stand in must not provide modules
    command = [sys.executable, "-P", "-m", "flaxstudio.codegen.layer_check_worker"]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as asked:
        inputs = [[list(shape.sizes), shape.dtype] for shape in question.inputs]
        table = {"text": question.text, "name": question.name, "attributes": dict(question.attributes), "inputs": inputs}
        json.dump(table, asked)
        asked.flush()
        asked.seek(0)
        return subprocess.Popen(
            command, env=environment, stdin=asked, stdout=output, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
        )


def _wait(process: "subprocess.Popen[str]", cancelled: Callable[[], bool], end: float) -> bool:
    """Wait for the process; return False where time was up first."""
    while process.poll() is None and not cancelled():
        if time.monotonic() > end:
            return False
        time.sleep(_POLL_S)
    return True


def _next_key(found: tuple[Finding, ...]) -> Key:
    return KEYS[min(len(found), len(KEYS) - 1)]
