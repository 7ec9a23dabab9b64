"""What a population tells, and how its members become runs of the project."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, RunRecord
from flaxstudio.project.variables import with_aside
from flaxstudio.training.events import Evaluated, RunFailed, RunFinished, RunStarted, StepsDone
from flaxstudio.training.record import RunRecorder, trained_of


@dataclass(frozen=True, slots=True)
class PopulationStarted:
    """The first step of all members is about to be computed; each one's own start, in their order."""

    members: tuple[RunStarted, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MembersDone:
    """Losses of the steps `first_step`, `first_step + 1`, ... of every member; float32, shape (steps, members).

    Those of a member that has ended are NaN.
    """

    first_step: int
    losses: npt.NDArray[np.float32]
    steps_per_second: float


@dataclass(frozen=True, slots=True)
class MemberEvaluated:
    """A member's loss and metrics of a split."""

    member: int
    evaluated: Evaluated


@dataclass(frozen=True, slots=True, eq=False)
class MemberEnded:
    """A member has come to its end; the others may go on."""

    member: int
    end: RunFinished | RunFailed


@dataclass(frozen=True, slots=True, eq=False)
class PopulationFinished:
    """How each member ended, and which is the best."""

    ends: tuple[RunFinished | RunFailed, ...]
    best: int


PopulationEvent = PopulationStarted | MembersDone | MemberEvaluated | MemberEnded | PopulationFinished | RunFailed


class PopulationRecorder:
    """Told every event of a population, in order; makes each member a run of its own, all of one group."""

    def __init__(self, members: Sequence[Project]) -> None:
        self._members = members
        self._recorders = [RunRecorder(member) for member in members]
        self._ended: set[int] = set()
        self._group = 0
        self.end: PopulationFinished | RunFailed | None = None

    def add(self, event: PopulationEvent) -> None:
        """Take the next event."""
        match event:
            case PopulationStarted():
                self._group = event.members[0].run
                for recorder, start in zip(self._recorders, event.members, strict=True):
                    recorder.add(start)
            case MembersDone():
                self._add_losses(event)
            case MemberEvaluated():
                self._recorders[event.member].add(event.evaluated)
            case MemberEnded():
                self._ended.add(event.member)
                self._recorders[event.member].add(event.end)
            case PopulationFinished():
                self.end = event
            case RunFailed():
                self.end = event
                for index in self._going:
                    self._recorders[index].add(event)

    def results(self, before: Results) -> Results:
        """Return the results with all members as runs, and the best one's variables."""
        runs = (*before.runs, *self.records())
        if not isinstance(self.end, PopulationFinished):
            return Results(before.trained, runs)
        best = self.end.ends[self.end.best]
        assert isinstance(best, RunFinished)
        trained = trained_of(best, self._members[self.end.best])
        return Results(with_aside(trained, before.trained), runs)

    def records(self) -> tuple[RunRecord, ...]:
        """Return the members' runs so far, none before they have begun."""
        records = (recorder.record() for recorder in self._recorders)
        return tuple(replace(record, group=self._group) for record in records if record is not None)

    @property
    def _going(self) -> tuple[int, ...]:
        return tuple(index for index in range(len(self._recorders)) if index not in self._ended)

    def _add_losses(self, event: MembersDone) -> None:
        for index in self._going:
            losses = event.losses[:, index]
            wrong = np.flatnonzero(~np.isfinite(losses))
            losses = losses[: wrong[0]] if len(wrong) else losses
            self._recorders[index].add(StepsDone(event.first_step, losses, event.steps_per_second))
