"""Forecasts of the training step against XLA's own account of memory and against the time of real runs."""

import argparse
import json
import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import jax

from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.forecast import Throughput
from flaxstudio.project.project import Project
from flaxstudio.project.templates import build_template
from flaxstudio.training.events import RunFailed, StepsDone
from flaxstudio.training.forecasting import compile_step
from flaxstudio.training.loop import train
from flaxstudio.training.task import prepare_task
from flaxstudio.training.throughput import measure_throughput

CASES = {
    "linear": ("linear-regression", 60_000),
    "MLP": ("digits-mlp", 6_000),
    "CNN": ("digits-cnn", 120),
    "transformer": ("digits-transformer", 300),
}


def measured(project: Project, known: Catalogue, steps: int) -> float:
    """Return the seconds of a step in a run: the median over its dispatches, the first ones left out."""
    dataset = replace(project.dataset, validation=0.0, test=0.1) if project.dataset else None
    rates = []
    for event in train(replace(project, dataset=dataset, training=replace(project.training, steps=steps)), known):
        if isinstance(event, RunFailed):
            raise RuntimeError(event.error)
        if isinstance(event, StepsDone):
            rates.append(event.steps_per_second)
    return 1 / statistics.median(rates[len(rates) // 3 :])


def judge(name: str, template: str, steps: int, speed: Throughput) -> dict[str, Any]:
    project = build_template(template, catalogue())
    known = catalogue_of(project.library, catalogue())
    task, device = prepare_task(project, known), jax.devices()[0]
    own = project.training.batch_size
    step = compile_step(project, task, device, own, speed)
    size = own or len(task.dataset.train)
    low, high, real = (compile_step(project, task, device, n, speed).memory for n in (size // 2, size, 2 * size))
    said = high + 2 * (high - low)  # the line through the two sizes, as the search for the largest batch draws it
    taken = measured(project, known, steps)
    return {
        "model": name,
        "batch": size,
        "peak": step.memory,
        "peak_at_double": real,
        "predicted_at_double": said,
        "memory_ratio": round(said / real, 3),
        "step_ms": round(1000 * taken, 4),
        "predicted_ms": round(1000 * step.seconds, 4),
        "time_ratio": round(step.seconds / taken, 2),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object a model")
    options = parser.parse_args(arguments)
    speed = measure_throughput(jax.devices()[0])
    for name, (template, steps) in CASES.items():
        found = judge(name, template, steps, speed)
        print(json.dumps(found) if options.json else "  ".join(f"{key} {value}" for key, value in found.items()), flush=True)
    print(speed)


if __name__ == "__main__":
    main()
