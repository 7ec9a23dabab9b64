"""Kills training processes at random moments and lets them go on: does the end equal the uninterrupted run's, bit for bit?
Then: what checkpoints cost the loop."""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, OptimizerSpec, TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project
from flaxstudio.project.templates import row_of_layers
from flaxstudio.project.watch import EarlyStopping, Watch
from flaxstudio.training import keeper, loop
from flaxstudio.training.events import StepsDone

COMMAND = [sys.executable, "-m", "flaxstudio", "train"]
IRIS = ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm")


def project_of(steps: int, watch: Watch, width: int = 8) -> Project:
    """Return a network with BatchNorm, Dropout and Adam: all that a run can remember."""
    layers = [("Input", {"shape": (4,)}), ("Dense", {"features": width}), ("BatchNorm", {}), ("relu", {})]
    layers += [("Dropout", {"rate": 0.5}), ("Dense", {"features": width}), ("Dense", {"features": 3}), ("Output", {})]
    data = DatasetSpec("sample:iris", IRIS, ("species",), "classes", "standard")
    config = TrainConfig("cross_entropy", OptimizerSpec("adam", 0.001), batch_size=16, steps=steps, watch=watch)
    return row_of_layers(Project("Net", dataset=data, training=config), layers, catalogue())


def killed(path: Path, seconds: float, *arguments: str) -> bool:
    """Kill a run so long after its first sign; True unless it had ended by then."""
    process = subprocess.Popen([*COMMAND, str(path), *arguments], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    with process:
        assert process.stderr is not None
        process.stderr.readline()
        time.sleep(seconds)
        is_running = process.poll() is None
        process.kill()
    return is_running


def is_same(first: Path, second: Path) -> bool:
    one, other = load_project(first)[1], load_project(second)[1]
    if one.trained is None or other.trained is None:
        return False
    pairs = ((one.trained.variables, other.trained.variables), (one.trained.optimizer_state, other.trained.optimizer_state))
    is_equal = all(jax.tree.all(jax.tree.map(np.array_equal, *pair)) for pair in pairs)
    return is_equal and np.array_equal(one.runs[0].losses, other.runs[0].losses) and len(other.runs) == 1


def kill_many(kills: int, steps: int, seed: int, folder: Path) -> dict[str, Any]:
    """Kill run after run, ten times each, and hold each one's end against the uninterrupted run's."""
    watch = Watch(checkpoint_seconds=0.02, keep_best=2, early_stopping=EarlyStopping(10**6))
    whole, draw = folder / "whole.msgpack", random.Random(seed)
    save_project(whole, project_of(steps, watch), Results())
    subprocess.run([*COMMAND, str(whole)], check=True, capture_output=True)
    done, runs, same, went_on = 0, 0, 0, []
    while done < kills:
        path, log = folder / f"cut{runs}.msgpack", folder / "log.jsonl"
        save_project(path, project_of(steps, watch), Results())
        arguments: tuple[str, ...] = ()
        while done < kills and len(went_on) < 10 and killed(path, draw.uniform(0, 1.5), *arguments):
            done, arguments = done + 1, ("--resume",)
            went_on.append(path)
        subprocess.run([*COMMAND, str(path), *arguments, "--log", str(log)], check=False, capture_output=True)
        runs, same, went_on = runs + 1, same + is_same(whole, path), []
        print(f"{done} kills, {same} of {runs} runs the same", file=sys.stderr, flush=True)
        path.unlink()
    return {"kills": done, "runs": runs, "same": same}


class Counting(keeper.Keeper):
    """Counts what checkpoints take: how long the loop is held, and how much the writer computes."""

    held: list[float] = []
    written: list[float] = []

    def keep(self, snapshot: Any, step: int) -> None:
        self.wait()
        began = time.perf_counter()
        super().keep(snapshot, step)
        self.held.append(time.perf_counter() - began)

    def _write(self, pack: Any, held: float) -> None:
        began = time.thread_time()
        super()._write(pack, held)
        self.written.append(time.thread_time() - began)


def cost(seconds: float, folder: Path) -> dict[str, Any]:
    """Return what the checkpoints of a network of a million params take of the time, one every `seconds`."""
    loop.Keeper = Counting  # type: ignore[misc]
    project = project_of(10**9, Watch(checkpoint_seconds=seconds), width=1000)
    project = replace(project, dataset=replace(project.dataset, validation=0.0))
    began, events = time.perf_counter(), loop.train(project, catalogue(), keep_in=folder / "checkpoints")
    for event in events:
        if isinstance(event, StepsDone) and time.perf_counter() - began > 5 * seconds + 5:
            break
    events.close()  # type: ignore[attr-defined]
    held, written = statistics.median(Counting.held[1:]), statistics.median(Counting.written[1:])
    share = (held + written) / seconds
    size = sum(file.stat().st_size for file in (folder / "checkpoints").iterdir()) / 2e6
    return {"seconds": seconds, "MB": round(size, 1), "held_ms": held * 1e3, "written_ms": written * 1e3, "share": share}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cost", type=float, metavar="SECONDS", help="measure the cost of a checkpoint every so many instead")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        if options.cost:
            print(json.dumps(cost(options.cost, Path(folder))))
        else:
            print(json.dumps(kill_many(options.kills, options.steps, options.seed, Path(folder))))


if __name__ == "__main__":
    main()
