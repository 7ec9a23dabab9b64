"""`flaxstudio train`: a run told on the terminal and in a log, stopped by Ctrl+C with the work saved."""

import argparse
import math
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from flaxstudio.cli.log_file import LogFile
from flaxstudio.cli.opened import Opened, open_project
from flaxstudio.cli.overrides import apply_settings
from flaxstudio.cli.progress import Progress, Reading
from flaxstudio.cli.resuming import Beginning, beginning_of, ended, is_of_members, members_ended, members_found
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.checkpoints import checkpoint_folder, discard
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from flaxstudio.training.control import Control
from flaxstudio.training.events import Event, RunFailed, RunFinished
from flaxstudio.training.record import RunRecorder

_STOPPED = 3


def run(arguments: argparse.Namespace) -> int:
    """Train, save and print what came out; 3 if it was stopped."""
    opened = open_project(arguments)
    place = arguments.save_as or arguments.project
    _require_writable(place)
    folder = checkpoint_folder(place)
    if arguments.population or (arguments.resume and is_of_members(folder, opened.results)):
        return _run_members(opened, arguments, place, folder)
    begun = beginning_of(opened, arguments.project, folder) if arguments.resume else Beginning(opened.project)
    begun = replace(begun, project=_as_told(replace(opened, project=begun.project), arguments))
    if (results := ended(begun, opened.results)) is not None:
        return _keep(begun.project, results, place, folder)
    recorder, control, end = RunRecorder(begun.project), Control(), None
    with ExitStack() as stack:
        log = stack.enter_context(LogFile(arguments.log)) if arguments.log else None
        stack.enter_context(_stopped_by_signals(control))
        progress = Progress()
        for event in _events(opened, begun, control, arguments, folder):
            recorder.add(event)
            if log:
                log.write(event)
            progress.show(event)
            end = event
        return _finish(end, begun.project, recorder.results(opened.results), place, folder)


def _run_members(opened: Opened, arguments: argparse.Namespace, place: Path, folder: Path) -> int:
    """Train a population, or go on with one; 3 if it was stopped."""
    from flaxstudio.cli.population import members_told, train_members

    found = members_found(opened, arguments, folder) if arguments.resume else None
    if found is None:
        members = members_told(_as_told(opened, arguments), arguments.population)
    else:
        members = tuple(_as_told(replace(opened, project=member.project), arguments) for member in found.members)
        if (kept := members_ended(found, members, opened.results)) is not None:
            return _keep(*kept, place, folder)
    control = Control()
    with _stopped_by_signals(control):
        reason = train_members(opened, members, arguments, control, place, folder, found.members if found else ())
    return _STOPPED if reason == "stopped" else 0


def _events(opened: Opened, begun: Beginning, control: Control, arguments: argparse.Namespace, folder: Path) -> Iterator[Event]:
    from flaxstudio.training.loop import train

    return train(
        begun.project,
        opened.catalogue,
        control=control,
        device=arguments.device,
        resume=begun.trained,
        results=opened.results,
        beside=arguments.project.absolute().parent,
        earlier=begun.earlier,
        keep_in=folder,
        tell=Reading().tell,
    )


def _finish(end: Event | None, project: Project, results: Results, place: Path, folder: Path) -> int:
    match end:
        case RunFinished():
            status = _keep(project, results, place, folder)
            return _STOPPED if end.reason == "stopped" else status
        case RunFailed():
            raise ProblemError(end.error, "", end.node)
        case _:
            raise RuntimeError("the run ended without saying how")


def _keep(project: Project, results: Results, place: Path, folder: Path) -> int:
    """Save what came out; from then on its checkpoints are of no use."""
    save_project(place, project, results)
    discard(folder)
    print(f"saved {place}")
    return 0


def _as_told(opened: Opened, arguments: argparse.Namespace) -> Project:
    """Return the project as it will be trained and saved: with the settings given on the command line."""
    project = apply_settings(opened.project, arguments.settings, opened.catalogue)
    steps, seed = arguments.steps, arguments.seed
    if arguments.epochs is not None:
        steps = math.ceil(arguments.epochs * _steps_per_epoch(project, opened.catalogue, arguments.project))
    training = replace(project.training, steps=steps or project.training.steps)
    return replace(project, training=training if seed is None else replace(training, seed=seed))


def _steps_per_epoch(project: Project, catalogue: Catalogue, path: Path) -> float:
    from flaxstudio.data.batches import BatchOrder
    from flaxstudio.training.task import prepare_task

    rows = len(prepare_task(project, catalogue, path.absolute().parent, tell=Reading().tell).dataset.train)
    return BatchOrder(0, rows, project.training.batch_size).steps_per_epoch


def _require_writable(place: Path) -> None:
    """Raise ProblemError before a long run rather than after it."""
    if place.is_dir() or not os.access(place.absolute().parent, os.W_OK):
        raise ProblemError(f"{place} cannot be written.", "Choose another place with --save-as.")


@contextmanager
def _stopped_by_signals(control: Control) -> Iterator[None]:
    """Let Ctrl+C and SIGTERM stop the run; a second one ends the program the hard way."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(*_: object) -> None:
        print("stopping after this step; the work will be saved", file=sys.stderr)
        for number in before:
            signal.signal(number, signal.default_int_handler)
        control.stop()

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
