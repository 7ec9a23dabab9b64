"""Memory of a process over a long run of linear regression: headless, and with what the window keeps of it.

Told is what the resident memory grew by after the first tenth of the steps, in bytes a step.
"""

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

from flaxstudio.gui.plots.loss_curves import RunCurves
from flaxstudio.layers import catalogue
from flaxstudio.project.templates import build_template
from flaxstudio.training.events import Event, RunFinished, StepsDone
from flaxstudio.training.loop import train
from flaxstudio.training.record import RunRecorder


def resident() -> int:
    """Return the bytes of memory that this process has."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run_of(steps: int) -> Iterator[Event]:
    project = build_template("linear-regression", catalogue())
    return train(replace(project, training=replace(project.training, steps=steps)), catalogue())


def measure(steps: int, *, is_kept: bool) -> dict[str, object]:
    """Run so many steps; with `is_kept`, as the window does, record them once more and draw a curve from there."""
    project = build_template("linear-regression", catalogue())
    recorder = RunRecorder(project)
    curves: RunCurves | None = None
    begun_at, before, after = 0, 0, 0
    for event in run_of(steps):
        if is_kept:
            recorder.add(event)
            curves = curves or RunCurves(0, steps, recorder.losses)
        if isinstance(event, StepsDone):
            if curves is not None:
                curves.series.append(event.first_step, event.losses)
            if not before and event.first_step >= steps // 10:
                begun_at, before = event.first_step, resident()
            after = resident()
        elif isinstance(event, RunFinished):
            grown = after - before
            told = {"kept": "losses, record and curve" if is_kept else "losses", "steps": steps}
            return {**told, "grown_mb": round(grown / 1e6, 2), "bytes_a_step": round(grown / (steps - begun_at), 2)}
    raise RuntimeError("the run did not end well")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object a row")
    options = parser.parse_args(arguments)
    for is_kept in (False, True):
        row = measure(options.steps, is_kept=is_kept)
        text = "{kept:26} {steps:10,} steps   {grown_mb} MB grown, {bytes_a_step} bytes a step"
        print(json.dumps(row) if options.json else text.format(**row), flush=True)


if __name__ == "__main__":
    main()
