"""Run in a process of its own that has four devices: trains on one and on all of them, and prints what came out as JSON."""

import json
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from flaxstudio.project.compute import Compute
from flaxstudio.project.project import Project
from flaxstudio.training.events import RunFailed, RunFinished, RunStarted
from tests.training.runs import convolutional_project, events_of, iris_project, losses_of, noisy_project


def normalised_project() -> Project:
    """Return a network with BatchNorm and Dropout. A bias before BatchNorm has no gradient, and Adam makes steps of its
    rounding errors: so there is none."""
    hidden = ("Dense", {"features": 8, "use_bias": False})
    return iris_project(hidden, ("BatchNorm", {"momentum": 0.9}), ("relu", {}), ("Dropout", {"rate": 0.5}), steps=300)


def outcome(project: Project, devices: int) -> tuple[Any, Any, str]:
    training = replace(project.training, compute=Compute(devices=devices))
    events = events_of(replace(project, training=training))
    end, start = events[-1], events[0]
    assert isinstance(end, RunFinished), end
    assert isinstance(start, RunStarted)
    assert start.origin is not None
    return losses_of(events), end.variables, start.origin.device


def difference(project: Project) -> dict[str, Any]:
    (losses, variables, _), (shared, others, device) = outcome(project, 1), outcome(project, 4)
    pairs = zip(jax.tree.leaves(variables), jax.tree.leaves(others), strict=True)
    return {
        "losses": float(np.abs(losses - shared).max()),
        "variables": max(float(np.abs(a - b).max()) for a, b in pairs),
        "steps": len(losses),
        "device": device,
    }


def failure(project: Project, devices: int) -> str:
    training = replace(project.training, compute=Compute(devices=devices))
    end = events_of(replace(project, training=training))[-1]
    assert isinstance(end, RunFailed), end
    return end.error


if __name__ == "__main__":
    print(
        json.dumps(
            {
                "seen": len(jax.devices()),
                "noisy": difference(normalised_project()),
                "convolution": difference(convolutional_project(steps=20)),
                "uneven": failure(noisy_project(batch_size=None), 4),
                "too_many": failure(noisy_project(), 8),
            }
        )
    )
