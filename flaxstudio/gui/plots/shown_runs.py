"""What a loss plot holds: the curves of one run, or of several together, and those of their metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from flaxstudio.gui.plots.group_curves import MOST_BESIDE, GroupCurves, MemberName
from flaxstudio.gui.plots.loss_curves import RunCurves
from flaxstudio.project.results import Change, RunRecord

NamedRun = tuple[str, RunCurves, Mapping[str, RunCurves]]
"""What a run is called, its losses, and its metrics by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Runs of a group, each with what it is called, and a name for them all."""

    name: str
    runs: Sequence[RunRecord]
    members: Sequence[MemberName]


class ShownRuns:
    """Takes what runs tell. `losses` are its curves, `metrics` those of other quantities by name, `changes` those by hand."""

    def __init__(self, losses: RunCurves | GroupCurves) -> None:
        self.losses = losses
        self.metrics: dict[str, RunCurves | GroupCurves] = {}
        self.changes: list[Change] = []

    @property
    def are_several(self) -> bool:
        """Whether these are runs together."""
        return isinstance(self.losses, GroupCurves)

    def add_losses(self, first_step: int, losses: npt.NDArray[np.float32]) -> None:
        """Add the losses of consecutive steps, shape (steps,), or (steps, members) of several runs together."""
        columns = losses.T if losses.ndim == 2 else (losses,)
        for run, column in zip(self.losses.runs, columns, strict=True):
            run.series.append(first_step, column)

    def add_evaluation(self, split: str, step: int, loss: float, metrics: Mapping[str, float], member: int) -> None:
        """Add the loss and the metrics of a split after `step` updates."""
        self.losses.runs[member].add_evaluation(split, step, loss)
        for name, value in metrics.items() if split != "train" else ():
            if name not in self.metrics:
                self.metrics[name] = self.losses.like()
            self.metrics[name].runs[member].add_evaluation(split, step, value)

    def stand_alone(self) -> None:
        """Keep losses here from now on that were read where another kept them."""
        for run in self.losses.runs:
            run.series.stand_alone()

    def add_run(self, run: RunRecord, member: int = 0) -> None:
        """Add all that a record has."""
        self.losses.runs[member].series.append(run.first_step, run.losses)
        for told in run.evaluations:
            self.add_evaluation(told.split, told.step, told.loss, told.metrics, member)

    def mark_failed(self, member: int) -> None:
        """Let a member that has failed leave the picture."""
        if isinstance(self.losses, GroupCurves):
            self.losses.failed.add(member)

    def named(self) -> list[NamedRun]:
        """Return every run with its name; one alone has none."""
        names = [name.text for name in self.losses.names] if isinstance(self.losses, GroupCurves) else [""]
        return [
            (name, self.losses.runs[index], {metric: curves.runs[index] for metric, curves in self.metrics.items()})
            for index, name in enumerate(names)
        ]


def shown_run(run: RunRecord) -> ShownRuns:
    """Return a run of the past."""
    shown = ShownRuns(RunCurves(run.first_step, run.first_step + len(run.losses)))
    shown.add_run(run)
    shown.changes += run.changes
    return shown


def shown_groups(groups: Sequence[Group]) -> ShownRuns:
    """Return the runs of a group of the past, with others beside it."""
    own = _shown_group(groups[0])
    beside = [(group.name, _shown_group(group)) for group in groups[1 : 1 + MOST_BESIDE]]
    _put_beside(own.losses, [(name, shown.losses) for name, shown in beside])
    for metric, curves in own.metrics.items():
        _put_beside(curves, [(name, shown.metrics.get(metric)) for name, shown in beside])
    return own


def _shown_group(group: Group) -> ShownRuns:
    first, end = group.runs[0].first_step, max(run.first_step + len(run.losses) for run in group.runs)
    shown = ShownRuns(GroupCurves(group.members, first, end))
    for member, run in enumerate(group.runs):
        shown.add_run(run, member)
        if run.reason == "failed":
            shown.mark_failed(member)
    return shown


def _put_beside(curves: RunCurves | GroupCurves, others: Sequence[tuple[str, RunCurves | GroupCurves | None]]) -> None:
    if isinstance(curves, GroupCurves):
        curves.beside = tuple((name, other) for name, other in others if isinstance(other, GroupCurves))
