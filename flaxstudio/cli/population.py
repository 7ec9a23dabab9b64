"""`flaxstudio train --population`: several runs trained together, told on the terminal and in a log; the best is saved."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from flaxstudio.cli.log_file import LogFile
from flaxstudio.cli.opened import Opened
from flaxstudio.cli.progress import Reading, number, scores
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.checkpoints import Checkpoint, discard
from flaxstudio.project.population import SEED, members_of, seeds_from, varied_in
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from flaxstudio.training.control import Control
from flaxstudio.training.events import Evaluated, RunFailed, RunFinished, log_lines
from flaxstudio.training.members import (
    MemberEnded,
    MemberEvaluated,
    MembersDone,
    PopulationEvent,
    PopulationFinished,
    PopulationRecorder,
    PopulationStarted,
)

_LINES = 10


def members_told(project: Project, text: str) -> tuple[Project, ...]:
    """Return the members that `seed=N` (so many seeds) or `NUMBER=A,B,...` names; ProblemError where it does not."""
    key, _, values = (part.strip() for part in text.partition("="))
    try:
        if key == SEED:
            return members_of(project, SEED, seeds_from(project.training.seed, int(values)))
        if values:
            return members_of(project, key, [float(value) for value in values.split(",")])
    except ValueError:
        pass
    raise ProblemError(f"“{text}” names no population.", "Write seed=8 for 8 seeds, or learning_rate=0.1,0.01,0.001.")


def train_members(
    opened: Opened,
    members: Sequence[Project],
    arguments: argparse.Namespace,
    control: Control,
    place: Path,
    folder: Path,
    found: Sequence[Checkpoint] = (),
) -> str:
    """Train all members, save them with the best one's variables and config, and return how it ended.

    `found` are the members of a checkpoint, where a population goes on.
    """
    from flaxstudio.training.population import train_population

    recorder = PopulationRecorder(members)
    told = train_population(
        members,
        opened.catalogue,
        control=control,
        device=arguments.device,
        results=opened.results,
        beside=arguments.project.absolute().parent,
        found=found,
        keep_in=folder,
        tell=Reading().tell,
    )
    with ExitStack() as stack:
        log = stack.enter_context(LogFile(arguments.log)) if arguments.log else None
        progress = _Progress(members)
        for event in told:
            recorder.add(event)
            if log:
                log.write_lines(population_lines(event), is_end=isinstance(event, PopulationFinished | RunFailed))
            progress.show(event)
    return _save(recorder, members, opened.results, place, folder)


def population_lines(event: PopulationEvent) -> list[dict[str, Any]]:
    """Return an event as the objects that the log file holds, one a line; of each step the losses of all members."""
    match event:
        case PopulationStarted():
            return _begin_lines(event)
        case MembersDone():
            steps = enumerate(event.losses, event.first_step)
            return [{"event": "step", "step": step, "losses": [float(str(loss)) for loss in losses]} for step, losses in steps]
        case MemberEvaluated():
            return [{**log_lines(event.evaluated)[0], "member": event.member}]
        case MemberEnded():
            return []  # told with the others at the end
        case PopulationFinished():
            ends = [log_lines(end)[0] for end in event.ends]
            best = event.ends[event.best]
            reason = best.reason if isinstance(best, RunFinished) else "failed"
            return [{"event": "run_finished", "reason": reason, "step": best.step, "best": event.best, "members": ends}]
        case RunFailed():
            return log_lines(event)


def _begin_lines(event: PopulationStarted) -> list[dict[str, Any]]:
    """Return the line of the start and, where the population had been interrupted, those of all that came before."""
    first = {"event": "population_started", "members": [log_lines(start)[0] for start in event.members]}
    earlier = [start.earlier for start in event.members if start.earlier is not None]
    if not earlier:
        return [first]
    losses = np.full((event.members[0].first_step, len(earlier)), np.nan, np.float32)
    for index, record in enumerate(earlier):
        losses[: len(record.losses), index] = record.losses
    lines = population_lines(MembersDone(0, losses, 0.0))
    for index, record in enumerate(earlier):
        for one in record.evaluations:
            told = Evaluated(one.step, one.split, one.loss, one.metrics)
            lines += population_lines(MemberEvaluated(index, told))
    return [first, *sorted(lines, key=lambda line: (line["step"], line["event"] == "evaluated"))]


def _save(recorder: PopulationRecorder, members: Sequence[Project], before: Results, place: Path, folder: Path) -> str:
    end = recorder.end
    if isinstance(end, RunFailed):
        raise ProblemError(end.error, "", end.node)
    assert isinstance(end, PopulationFinished)
    save_project(place, members[end.best], recorder.results(before))
    discard(folder)
    print(f"saved {place}")
    best = end.ends[end.best]
    return best.reason if isinstance(best, RunFinished) else "failed"


class _Progress:
    """Shown every event of one population, in order."""

    def __init__(self, members: Sequence[Project]) -> None:
        self._names = [_name(member, members) for member in members]
        self._interval = 1
        self._scores: dict[int, dict[str, Evaluated]] = {}

    def show(self, event: PopulationEvent) -> None:
        """Print what an event has to say."""
        match event:
            case PopulationStarted():
                start = event.members[0]
                self._interval = max(1, start.steps // _LINES)
                going = f", going on from step {start.first_step:,}" if start.earlier else ""
                text = f"{start.device}, {len(event.members)} members of {start.params:,} params{going}"
                print(text, file=sys.stderr, flush=True)
            case MembersDone():
                self._show_steps(event)
            case MemberEvaluated():
                self._scores.setdefault(event.member, {})[event.evaluated.split] = event.evaluated
            case MemberEnded(end=RunFailed() as end):
                print(f"{self._names[event.member]}: {end.error}", file=sys.stderr, flush=True)
            case PopulationFinished():
                for index, name in enumerate(self._names):
                    print(f"{name}{'  (best)' if index == event.best else ''}  {self._result(index, event.ends[index])}")
            case _:
                pass

    def _show_steps(self, event: MembersDone) -> None:
        for step, losses in enumerate(event.losses, event.first_step):
            if step % self._interval == 0:
                low, middle, high = np.nanquantile(losses, (0.25, 0.5, 0.75))
                text = f"step {step}  loss {number(middle)}  quartiles {number(low)} to {number(high)}"
                print(text, file=sys.stderr, flush=True)

    def _result(self, index: int, end: RunFinished | RunFailed) -> str:
        if isinstance(end, RunFailed):
            return end.error
        told = self._scores.get(index, {})
        return "  ".join(f"{split} {scores(one.loss, one.metrics)}" for split, one in told.items())


def _name(member: Project, members: Sequence[Project]) -> str:
    varied = varied_in(member, members) or {"seed": member.training.seed}
    return ", ".join(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in varied.items())
