"""What a run tells: frozen events of plain numbers and numpy arrays, so that they cross threads and processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from flaxstudio.project.results import Preparation, Tree

EndReason = Literal["completed", "stopped", "early_stopping"]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The first step is about to be computed. `reference_loss` is the loss of the data's true parameters, where known.

    `steps` is the step count at which the run will end, `first_step` where it begins (above 0 when resumed).
    """

    run: int
    seed: int
    device: str
    params: int
    steps: int
    first_step: int
    steps_per_epoch: float
    started: str
    reference_loss: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StepsDone:
    """Losses of the steps `first_step`, `first_step + 1`, ..., each before its update; float32, shape (steps,)."""

    first_step: int
    losses: npt.NDArray[np.float32]
    steps_per_second: float


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Loss and metrics of a split after `step` updates."""

    step: int
    split: str
    loss: float
    metrics: Mapping[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, eq=False)
class RunFinished:
    """The run ended well; `step` updates have been made in all. Carries all that is needed to keep and to go on."""

    reason: EndReason
    step: int
    seconds: float
    variables: Tree
    optimizer_state: Tree
    preparation: Preparation


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The run ended badly: one sentence for the user, and the node where it happened, or ""."""

    error: str
    node: str
    step: int


Event = RunStarted | StepsDone | Evaluated | RunFinished | RunFailed


def log_lines(event: Event, steps_per_epoch: float = 1.0) -> list[dict[str, Any]]:
    """Return an event as the objects that the log file holds, one a line."""
    match event:
        case RunStarted():
            line = {"event": "run_started", "run": event.run, "seed": event.seed, "device": event.device}
            line |= {"params": event.params, "steps": event.steps, "first_step": event.first_step, "started": event.started}
            return [line if event.reference_loss is None else line | {"reference_loss": event.reference_loss}]
        case StepsDone():
            steps = range(event.first_step, event.first_step + len(event.losses))
            return [
                {"event": "step", "step": step, "epoch": int(step / steps_per_epoch), "loss": _plain(loss)}
                for step, loss in zip(steps, event.losses, strict=True)
            ]
        case Evaluated():
            return [{"event": "evaluated", "step": event.step, "split": event.split, "loss": event.loss, **event.metrics}]
        case RunFinished():
            return [{"event": "run_finished", "reason": event.reason, "step": event.step, "seconds": round(event.seconds, 3)}]
        case RunFailed():
            return [{"event": "run_failed", "error": event.error, "node": event.node, "step": event.step}]


def _plain(loss: np.float32) -> float:
    """Return the shortest decimal that reads back as the same float32, as a float."""
    return float(str(loss))
