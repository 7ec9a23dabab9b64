"""Steps per second of runs whose data is read from disk, against the same runs from memory, in turn in one process.

What is told is the median of the ratios of a round. With `--cold` the file is dropped from the system's cache before each
stretch, so that the disk itself is read.
"""

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.training import Case, Stretch, cnn_case, engine, mlp_case
from flaxstudio.data.cache import cache_folder

ROWS = {"mlp": 1_000_000, "cnn": 80_000}
CASES = {"mlp": mlp_case, "cnn": cnn_case}
SET_ASIDE = 32 * 10**6


def larger(case: Case, folder: Path, rows: int) -> Case:
    """Return a case with that many rows of its data, none kept for validation."""
    assert case.project.dataset is not None
    shape = {"mlp": (64,), "cnn": (28, 28, 1)}[case.key]
    path, rng = folder / f"{case.key}-large.npz", np.random.default_rng(0)
    np.savez(path, x=rng.normal(size=(rows, *shape)).astype(np.float32), y=np.arange(rows) % 10)
    return replace(case, project=replace(case.project, dataset=replace(case.project.dataset, source=str(path))))


def on_disk(case: Case) -> Case:
    """Return a case that has less memory set aside than its data takes."""
    assert case.project.dataset is not None
    return replace(case, project=replace(case.project, dataset=replace(case.project.dataset, memory=SET_ASIDE)))


def forget_files() -> None:
    """Drop what was made of the data from the system's cache of files."""
    for path in cache_folder().rglob("*.npy"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(case: Case, rounds: int, seconds: float, *, is_cold: bool) -> dict[str, object]:
    """Return the rates of both runs and the speed from disk over that from memory."""
    variants: dict[str, Stretch] = {"memory": engine(case), "disk": engine(on_disk(case))}
    taken = []
    for _ in range(rounds):
        if is_cold:
            forget_files()
        taken.append({name: stretch(seconds) for name, stretch in variants.items()})
    wall, cpu = (statistics.median(one["memory"][side] / one["disk"][side] for one in taken) for side in (0, 1))
    rates = {name: round(1 / statistics.median(one[name][0] for one in taken), 1) for name in variants}
    return {"case": case.name, **rates, "ratio": round(wall, 3), "cpu_ratio": round(cpu, 3)}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="both runs are timed in turn so many times")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each is timed in a round")
    parser.add_argument("--case", choices=CASES, action="append", help="only this model; may be given again")
    parser.add_argument("--cold", action="store_true", help="read the disk itself, not the system's cache")
    parser.add_argument("--json", action="store_true", help="print one JSON object a row")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = os.environ["LOCALAPPDATA"] = str(folder / "cache")
        for key in options.case or CASES:
            case = larger(CASES[key](folder), folder, ROWS[key])
            row = measure(case, options.rounds, options.seconds, is_cold=options.cold)
            text = "{case:40} memory {memory:10,.1f} disk {disk:10,.1f} steps/s   ratio {ratio} (CPU time {cpu_ratio})"
            print(json.dumps(row) if options.json else text.format(**row), flush=True)


if __name__ == "__main__":
    main()
