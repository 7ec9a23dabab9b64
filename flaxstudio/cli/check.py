"""`flaxstudio check`: a project's problems, one a line: of the graph, the config, the data, and of every shape."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from flaxstudio.cli.opened import open_project
from flaxstudio.cli.text import as_json
from flaxstudio.data.check import check_data
from flaxstudio.data.output_check import check_outputs
from flaxstudio.data.sources import open_table
from flaxstudio.data.table import ranges_of, summarize
from flaxstudio.graph.check import has_errors
from flaxstudio.graph.problem import Problem, ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.advice import Known, advise
from flaxstudio.project.dismissing import is_dismissed
from flaxstudio.project.project import Project, check_project


def run(arguments: argparse.Namespace) -> int:
    """Print the problems; return 1 if any of them prevents a run."""
    opened = open_project(arguments)
    project, catalogue = opened.project, opened.catalogue
    problems = (*check_project(project, catalogue), *_computed_problems(project, catalogue, arguments.project.parent))
    found = tuple(dict.fromkeys(problems))
    unique = tuple(problem for problem in found if not is_dismissed(problem, project))
    if arguments.json:
        print(as_json({"problems": [_as_map(problem) for problem in unique]}))
    else:
        for problem in unique:
            print(f"{problem.severity}: {problem.node or '-'}: {problem.what} {problem.remedy}".rstrip())
        if not unique:
            print("no problems", file=sys.stderr)
        if count := len(found) - len(unique):
            print(f"{count} dismissed {'warning is' if count == 1 else 'warnings are'} not listed", file=sys.stderr)
    return 1 if has_errors(unique) else 0


def _computed_problems(project: Project, catalogue: Catalogue, beside: Path) -> Iterator[Problem]:
    """Yield what is found by opening the data and computing shapes, and what a colleague would say."""
    from flaxstudio.codegen.shapes import ShapeInference  # imports jax, which --help need not wait for

    ranges: dict[str, tuple[float, float]] = {}
    inference = ShapeInference(catalogue)
    shapes = inference.infer(project.graph)
    if project.dataset is not None:
        try:
            table = open_table(project.dataset.source, classic_random=project.training.classic_random, beside=beside)
            yield from check_data(project, table, catalogue)
            yield from check_outputs(project, table, catalogue, shapes)
            ranges = ranges_of(summarize(table))
        except ProblemError as error:
            yield error.problem
    yield from shapes.problems
    yield from advise(project, catalogue, Known(shapes, ranges, inference.inside(project.graph, shapes)))


def _as_map(problem: Problem) -> dict[str, str | list[str]]:
    return {
        "severity": problem.severity,
        "node": problem.node,
        "what": problem.what,
        "what_to_do": problem.remedy,
        "repairs": [fix.label for fix in problem.fixes],
    }
