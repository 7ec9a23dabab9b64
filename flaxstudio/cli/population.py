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
from flaxstudio.cli.progress import number, scores
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from flaxstudio.training.control import Control
from flaxstudio.training.events import Evaluated, RunFailed, RunFinished, log_lines
from flaxstudio.training.members import (
    MemberEvaluated,
    MembersDone,
    PopulationEvent,
    PopulationFinished,
    PopulationRecorder,
    PopulationStarted,
)

_MOST = 256
_LINES = 10


def members_told(project: Project, text: str) -> tuple[Project, ...]:
    """Return the members that `seed=N` (so many seeds) or `learning_rate=A,B,...` names; ProblemError where it does not."""
    from flaxstudio.training.population import members_of

    key, _, values = (part.strip() for part in text.partition("="))
    try:
        if key == "seed":
            count = int(values)
            if not 2 <= count <= _MOST:
                raise ProblemError(f"A population has 2 to {_MOST} members, and “{values}” is not among them.")
            return members_of(project, "seed", [(project.training.seed + index) % 2**32 for index in range(count)])
        if key == "learning_rate":
            rates = [float(value) for value in values.split(",")]
            if not 2 <= len(rates) <= _MOST:
                raise ProblemError(f"A population has 2 to {_MOST} members.", "Write for example learning_rate=0.1,0.01.")
            return members_of(project, "learning_rate", rates)
    except ValueError:
        pass
    raise ProblemError(f"“{text}” names no population.", "Write seed=8 for 8 seeds, or learning_rate=0.1,0.01,0.001.")


def train_members(opened: Opened, project: Project, arguments: argparse.Namespace, control: Control, place: Path) -> str:
    """Train all members, save them with the best one's variables and config, and return how it ended."""
    from flaxstudio.training.population import train_population

    members = members_told(project, arguments.population)
    recorder = PopulationRecorder(members)
    beside = arguments.project.absolute().parent
    with ExitStack() as stack:
        log = stack.enter_context(LogFile(arguments.log)) if arguments.log else None
        told = train_population(
            members, opened.catalogue, control=control, device=arguments.device, results=opened.results, beside=beside
        )
        progress = _Progress(arguments.population.partition("=")[0].strip(), members)
        for event in told:
            recorder.add(event)
            if log:
                log.write_lines(population_lines(event), is_end=isinstance(event, PopulationFinished | RunFailed))
            progress.show(event)
    return _save(recorder, members, opened.results, place)


def population_lines(event: PopulationEvent) -> list[dict[str, Any]]:
    """Return an event as the objects that the log file holds, one a line; of each step the losses of all members."""
    match event:
        case PopulationStarted():
            return [{"event": "population_started", "members": [log_lines(start)[0] for start in event.members]}]
        case MembersDone():
            steps = enumerate(event.losses, event.first_step)
            return [{"event": "step", "step": step, "losses": [float(str(loss)) for loss in losses]} for step, losses in steps]
        case MemberEvaluated():
            return [{**log_lines(event.evaluated)[0], "member": event.member}]
        case PopulationFinished():
            ends = [log_lines(end)[0] for end in event.ends]
            best = event.ends[event.best]
            reason = best.reason if isinstance(best, RunFinished) else "failed"
            return [{"event": "run_finished", "reason": reason, "step": best.step, "best": event.best, "members": ends}]
        case RunFailed():
            return log_lines(event)


def _save(recorder: PopulationRecorder, members: Sequence[Project], before: Results, place: Path) -> str:
    end = recorder.end
    if isinstance(end, RunFailed):
        raise ProblemError(end.error, "", end.node)
    assert isinstance(end, PopulationFinished)
    save_project(place, members[end.best], recorder.results(before))
    print(f"saved {place}")
    best = end.ends[end.best]
    return best.reason if isinstance(best, RunFinished) else "failed"


class _Progress:
    """Shown every event of one population, in order."""

    def __init__(self, varied: str, members: Sequence[Project]) -> None:
        self._names = [f"{varied} {_value(varied, member)}" for member in members]
        self._interval = 1
        self._scores: dict[int, dict[str, Evaluated]] = {}

    def show(self, event: PopulationEvent) -> None:
        """Print what an event has to say."""
        match event:
            case PopulationStarted():
                start = event.members[0]
                self._interval = max(1, start.steps // _LINES)
                print(f"{start.device}, {len(event.members)} members of {start.params:,} params", file=sys.stderr, flush=True)
            case MembersDone():
                self._show_steps(event)
            case MemberEvaluated():
                self._scores.setdefault(event.member, {})[event.evaluated.split] = event.evaluated
            case PopulationFinished():
                for index, name in enumerate(self._names):
                    print(f"{name}{'  (best)' if index == event.best else ''}  {self._result(index, event.ends[index])}")
            case RunFailed():
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


def _value(varied: str, member: Project) -> str:
    return str(member.training.seed) if varied == "seed" else f"{member.training.optimizer.learning_rate:g}"
