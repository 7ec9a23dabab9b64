"""One member of a population: where it begins, how it stands, and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from flaxstudio.project.checkpoints import Checkpoint
from flaxstudio.project.optimizer import OptimizerSpec
from flaxstudio.project.project import Project
from flaxstudio.project.results import RunRecord, Standing, Trained
from flaxstudio.training.events import EndReason, Evaluated, RunFailed, RunFinished
from flaxstudio.training.first_state import first_state, with_scaling
from flaxstudio.training.judging import has_waited, judged
from flaxstudio.training.keeping import kept, on_host, taken_back
from flaxstudio.training.spikes import SpikeGuard
from flaxstudio.training.steps import TrainState, variables_in_use
from flaxstudio.training.task import Task


@dataclass(frozen=True, slots=True, eq=False)
class Beginning:
    """A member's project, and where it had come to before it was interrupted, if it was."""

    project: Project
    trained: Trained | None = None
    record: RunRecord | None = None


def beginnings_of(members: Sequence[Project], found: Sequence[Checkpoint]) -> tuple[Beginning, ...]:
    """Return where members begin; with their checkpoints, if there are any, where they go on."""
    if not found:
        return tuple(Beginning(project) for project in members)
    return tuple(Beginning(project, one.trained, one.record) for project, one in zip(members, found, strict=True))


class Member:
    """Its state lies with those of the others, stacked; what it alone has is here."""

    def __init__(self, begun: Beginning, task: Task) -> None:
        self.project = begun.project
        self.earlier = begun.record
        self.end: RunFinished | RunFailed | None = _end_before(begun, task)
        self._begun = begun
        self._task = task
        self._watch = begun.project.training.watch
        self._guard = SpikeGuard(begun.record.losses if begun.record else np.empty(0, np.float32))
        self.standing = begun.trained.standing if begun.trained else Standing()

    @property
    def step(self) -> int:
        """The step from which it goes on; 0 for one that has ended."""
        return self._begun.trained.step if self._begun.trained and self.end is None else 0

    @property
    def is_restoring(self) -> bool:
        """Whether its end is to have the variables of its best evaluation."""
        stopping = self._watch.early_stopping
        return stopping is not None and stopping.restores_best and bool(self.standing.best)

    def first_state(self, optimizer: OptimizerSpec) -> TrainState:
        """Return the state before its next step, of an optimizer that is its own but for one number."""
        told = replace(self.project, training=replace(self.project.training, optimizer=optimizer))
        return first_state(told, self._task.model, self._begun.trained if self.end is None else None)

    def find_spike(self, losses: npt.NDArray[np.float32]) -> int | None:
        """Return the index of the first of its next losses that leaps up, where its run is to stop there."""
        return self._guard.find(losses) if self._watch.stops_at_spikes else None

    def judge(self, told: Evaluated, state: TrainState) -> bool:
        """Take in an evaluation of the validation split; return whether the member is to end early."""
        self.standing = judged(self.standing, told, self._watch, lambda: on_host(variables_in_use(state)))
        return has_waited(self.standing, self._watch)

    def at_its_best(self, state: TrainState) -> TrainState:
        """Return a state with the variables of the best evaluation."""
        return taken_back(state, self.standing.best[0].variables)

    def finished(self, reason: EndReason, step: int, seconds: float, state: TrainState) -> RunFinished:
        """Return the end of a member that has come so far."""
        variables, optimizer_state = kept(state)
        standing = replace(self.standing, waited=0) if reason == "early_stopping" else self.standing
        standing = with_scaling(standing, state)
        return RunFinished(reason, step, seconds, variables, optimizer_state, self._task.dataset.preparation, standing)


def _end_before(begun: Beginning, task: Task) -> RunFinished | RunFailed | None:
    """Return how a member had ended before the population was interrupted, if it had."""
    record, trained = begun.record, begun.trained
    if record is None:
        return None
    if record.reason == "failed":
        step, watch = record.first_step + len(record.losses), begun.project.training.watch
        leapt = watch.stops_at_spikes and SpikeGuard(np.empty(0, np.float32)).find(record.losses) is not None
        return leap(step - 1) if leapt else failure("loss", step)
    if record.reason != "early_stopping" or trained is None:
        return None
    state = (trained.variables, trained.optimizer_state, task.dataset.preparation, trained.standing)
    return RunFinished("early_stopping", trained.step, 0.0, *state)


def failure(what: str, step: int) -> RunFailed:
    """Return the end of a member whose loss, or that of a split, has ceased to be a number."""
    return RunFailed(f"The {what} is not a finite number at step {step:,}.", "", step)


def leap(step: int) -> RunFailed:
    """Return the end of a member whose loss has leapt up; what made it so is found where its run is trained alone."""
    return RunFailed(f"The loss has leapt up at step {step:,}. Lower the learning rate, or train this run alone.", "", step)
