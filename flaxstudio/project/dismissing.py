"""Warnings that the user has read and does not want to see any more: kept with the node, so that they follow it."""

from collections.abc import Iterable
from dataclasses import replace

from flaxstudio.graph.problem import Problem
from flaxstudio.project.annotations import Annotations, Look
from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Project


def can_be_dismissed(problem: Problem) -> bool:
    """Return whether a problem is a warning at a node, and one that has a name."""
    return problem.severity == "warning" and bool(problem.rule and problem.node)


def is_dismissed(problem: Problem, project: Project) -> bool:
    """Return whether the user has dismissed such a warning at that node."""
    beside = project.block_annotations.get(problem.block) if problem.block else project.annotations
    return beside is not None and can_be_dismissed(problem) and problem.rule in beside.look(problem.node).dismissed


def dismissed_among(problems: Iterable[Problem], project: Project) -> tuple[Problem, ...]:
    """Return which of the problems the user has dismissed."""
    beside = (project.annotations, *project.block_annotations.values())
    if not any(look.dismissed for annotations in beside for look in annotations.looks.values()):
        return ()  # which is found sooner than by looking at each problem
    return tuple(problem for problem in problems if is_dismissed(problem, project))


def dismiss(problems: Iterable[Problem]) -> Edit:
    """Let warnings be seen no more at their nodes."""
    gone = tuple(problem for problem in problems if can_be_dismissed(problem))
    what = f"warning at {gone[0].node}" if len(gone) == 1 else f"{len(gone)} warnings"
    return Edit(f"Dismiss {what}", lambda project: _changed(project, gone, is_dismissed=True))


def bring_back(problems: Iterable[Problem]) -> Edit:
    """Let dismissed warnings be seen again."""
    back = tuple(problems)
    what = f"warning at {back[0].node}" if len(back) == 1 else f"{len(back)} warnings"
    return Edit(f"Bring back {what}", lambda project: _changed(project, back, is_dismissed=False))


def _changed(project: Project, problems: tuple[Problem, ...], *, is_dismissed: bool) -> Project:
    for problem in problems:
        if not problem.block:
            project = replace(project, annotations=_with_rule(project.annotations, problem, is_dismissed))
        elif any(block.name == problem.block for block in project.library.blocks):
            beside = project.block_annotations.get(problem.block, Annotations())
            after = {**project.block_annotations, problem.block: _with_rule(beside, problem, is_dismissed)}
            project = replace(project, block_annotations=after)
    return project


def _with_rule(beside: Annotations, problem: Problem, is_dismissed: bool) -> Annotations:
    look = beside.look(problem.node)
    rules = sorted({*look.dismissed, problem.rule} if is_dismissed else {*look.dismissed} - {problem.rule})
    looks = {**beside.looks, problem.node: replace(look, dismissed=tuple(rules))}
    return replace(beside, looks={name: look for name, look in looks.items() if look != Look()})
