"""Where `train --resume` goes on: from the checkpoint of a run that was interrupted, else from the saved variables."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flaxstudio.cli.opened import Opened
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.checkpoints import Checkpoint, newest
from flaxstudio.project.lease import is_held
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, RunRecord, Trained
from flaxstudio.project.variables import with_aside


@dataclass(frozen=True, slots=True, eq=False)
class Beginning:
    """What a run begins from: the project as it is told, the state, and the record of the same run before."""

    project: Project
    trained: Trained | None = None
    earlier: RunRecord | None = None


def beginning_of(opened: Opened, path: Path, folder: Path) -> Beginning:
    """Return where a run of a project goes on; ProblemError where there is nothing to go on from.

    An interrupted run goes on as it had been told: with its own config and data.
    """
    _require_free(path, folder)
    checkpoint = newest(folder)
    if checkpoint is not None and not checkpoint.is_kept_by(opened.results):
        _require_same_model(opened.project, checkpoint, path)
        told = checkpoint.project
        project = replace(opened.project, training=told.training, dataset=told.dataset)
        return Beginning(project, checkpoint.trained, checkpoint.record)
    if opened.results.trained is None:
        raise ProblemError(f"{path} has not been trained, so there is nothing to go on from.", "Leave out --resume.")
    return Beginning(opened.project, opened.results.trained)


def ended(beginning: Beginning, before: Results) -> Results | None:
    """Return the results with a run that had come to its end and was not saved; None for one that can go on."""
    record, trained = beginning.earlier, beginning.trained
    if record is None or trained is None or record.reason not in ("completed", "early_stopping"):
        return None
    if trained.step < beginning.project.training.steps and record.reason == "completed":
        return None  # it has been given more steps since
    return Results(with_aside(trained, before.trained), (*before.runs, record))


def is_of_members(folder: Path, before: Results) -> bool:
    """Return whether what was interrupted last is a population."""
    checkpoint = newest(folder)
    return checkpoint is not None and bool(checkpoint.members) and not checkpoint.is_kept_by(before)


def members_found(opened: Opened, arguments: argparse.Namespace, folder: Path) -> Checkpoint:
    """Return where a population goes on; ProblemError where it cannot, or is told what would make it another one."""
    if arguments.population:
        raise ProblemError("A population goes on with the members that it has.", "Leave out --population, or --resume.")
    if arguments.seed is not None or arguments.settings:
        raise ProblemError("A population goes on as it was told.", "Leave out --seed and --set; --steps may be given.")
    _require_free(arguments.project, folder)
    found = newest(folder)
    assert found is not None
    _require_same_model(opened.project, found, arguments.project)
    return found


def members_ended(found: Checkpoint, members: Sequence[Project], before: Results) -> tuple[Project, Results] | None:
    """Return the best member and the results with a population that had come to its end and was not saved, or None."""
    if found.best is None:
        return None
    best, runs = found.members[found.best], (*before.runs, *(member.record for member in found.members))
    is_given_more = best.record.reason != "early_stopping" and found.step < members[found.best].training.steps
    if is_given_more or best.trained is None:
        return None
    return best.project, Results(with_aside(best.trained, before.trained), runs)


def _require_free(path: Path, folder: Path) -> None:
    if is_held(folder):
        raise ProblemError(f"A run of {path.name} is under way in another process.", "Wait for it, or stop it.")


def _require_same_model(project: Project, checkpoint: Checkpoint, path: Path) -> None:
    told = checkpoint.project
    if (project.graph, project.library.used_by(project.graph)) != (told.graph, told.library.used_by(told.graph)):
        raise ProblemError(
            f"The model in {path.name} has changed since its run was interrupted at step {checkpoint.step:,}.",
            "Train it from the start, without --resume.",
        )
