"""What a run tells: frozen events of plain numbers and numpy arrays, so that they cross threads and processes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from flaxstudio.project.config import TrainConfig
from flaxstudio.project.results import Origin, Preparation, RunRecord, Standing, Tree

EndReason = Literal["completed", "stopped", "early_stopping"]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The first step is about to be computed. `reference_loss` is the loss of the data's true parameters, where known.

    `steps` is the step count at which the run will end, `first_step` where it begins (above 0 when resumed).
    `earlier` is the record of the same run up to there, where it had been interrupted. `varied` is what sets it apart from
    others of its population beside its seed.
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
    earlier: RunRecord | None = None
    origin: Origin | None = None
    varied: Mapping[str, float] = field(default_factory=dict, hash=False)


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


@dataclass(frozen=True, slots=True)
class Changed:
    """A hyper-parameter has another value from `step` on, because the user said so."""

    step: int
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Refused:
    """A hyper-parameter keeps its value before `step`, though the user wanted another one; `reason` is one sentence."""

    step: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """How values lie: so many between `low` and `high` in each of as many equal bins; int32, shape (bins,).

    Of many values some are counted, taken evenly.
    """

    low: float
    high: float
    counts: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class LayerSeen:
    """What is seen of a layer for one batch; None for what it has not.

    `dead` is the share of its `units` that gave 0 for every sample and place.
    """

    params: Distribution | None = None
    gradients: Distribution | None = None
    outputs: Distribution | None = None
    dead: float | None = None
    units: int = 0


@dataclass(frozen=True, slots=True)
class Observed:
    """How a run moves before `step`: its gradient's norm, per layer the update's size over the params', bytes in use.

    `layers` tells how the values of each node lie, in the order of the model.
    """

    step: int
    gradient: float
    ratios: Mapping[str, float] = field(hash=False)
    memory: int
    layers: Mapping[str, LayerSeen] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, eq=False)
class RunFinished:
    """The run ended well; `step` updates have been made in all. Carries all that is needed to keep and to go on."""

    reason: EndReason
    step: int
    seconds: float
    variables: Tree
    optimizer_state: Tree
    preparation: Preparation
    standing: Standing = Standing()


@dataclass(frozen=True, slots=True, eq=False)
class RunFailed:
    """The run ended badly: one sentence for the user, and the node where it happened, or "".

    `rescued` is the state before the last step at which all was well, `repair` the config that would have gone better.
    `kind` is the cause in a word, `rows` the rows of the table, from 1, that are concerned, `began` the step.
    """

    error: str
    node: str
    step: int
    rescued: RunFinished | None = None
    repair: TrainConfig | None = None
    kind: str = ""
    rows: tuple[int, ...] = ()
    began: int = -1


Event = RunStarted | StepsDone | Evaluated | Changed | Refused | Observed | RunFinished | RunFailed


def log_lines(event: Event, steps_per_epoch: float = 1.0) -> list[dict[str, Any]]:
    """Return an event as the objects that the log file holds, one a line."""
    match event:
        case RunStarted():
            return _begin_lines(event)
        case StepsDone():
            steps = range(event.first_step, event.first_step + len(event.losses))
            return [
                {"event": "step", "step": step, "epoch": int(step / steps_per_epoch), "loss": _plain(loss)}
                for step, loss in zip(steps, event.losses, strict=True)
            ]
        case Evaluated():
            return [{"event": "evaluated", "step": event.step, "split": event.split, "loss": event.loss, **event.metrics}]
        case Observed() | Refused():
            return []  # told for the eye only
        case Changed():
            return [{"event": "changed", "step": event.step, event.name: event.value}]
        case RunFinished():
            return [{"event": "run_finished", "reason": event.reason, "step": event.step, "seconds": round(event.seconds, 3)}]
        case RunFailed():
            line = {"event": "run_failed", "error": event.error, "node": event.node, "step": event.step}
            found = {"cause": event.kind, "began": event.began, "rows": list(event.rows)} if event.kind else {}
            return [line | found]


def _begin_lines(event: RunStarted) -> list[dict[str, Any]]:
    """Return the line of the start and, where the run had been interrupted, those of all that came before."""
    line: dict[str, Any] = {"event": "run_started", "run": event.run, "seed": event.seed, "device": event.device}
    line |= {"params": event.params, "steps": event.steps, "first_step": event.first_step, "started": event.started}
    if event.reference_loss is not None:
        line["reference_loss"] = event.reference_loss
    if event.origin is not None:
        line |= {"origin": asdict(event.origin)}
    line |= event.varied
    earlier = event.earlier
    if earlier is None:
        return [line]
    line |= {"first_step": earlier.first_step, "resumed_at": event.first_step}
    lines = log_lines(StepsDone(earlier.first_step, earlier.losses, 0.0), event.steps_per_epoch)
    for one in earlier.evaluations:
        lines += log_lines(Evaluated(one.step, one.split, one.loss, one.metrics))
    for change in earlier.changes:
        lines += log_lines(Changed(change.step, change.name, change.value))
    order = {"step": 1, "evaluated": 0, "changed": 0}
    return [line, *sorted(lines, key=lambda one: (one["step"], order[one["event"]]))]


def _plain(loss: np.float32) -> float:
    """Return the shortest decimal that reads back as the same float32, as a float."""
    return float(str(loss))
