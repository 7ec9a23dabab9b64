"""`flaxstudio check`: a project's problems, one a line: of the graph, the config, the data, and of every shape."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from flaxstudio.cli.opened import open_project
from flaxstudio.cli.text import as_json
from flaxstudio.data.check import check_data
from flaxstudio.data.sources import open_table
from flaxstudio.graph.check import has_errors
from flaxstudio.graph.problem import Problem, ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project, check_project


def run(arguments: argparse.Namespace) -> int:
    """Print the problems; return 1 if any of them prevents a run."""
    opened = open_project(arguments)
    project, catalogue = opened.project, opened.catalogue
    problems = (
        *check_project(project, catalogue),
        *_data_problems(project, catalogue, arguments.project.parent),
        *_shape_problems(project, catalogue),
    )
    unique = tuple(dict.fromkeys(problems))
    if arguments.json:
        print(as_json({"problems": [_as_map(problem) for problem in unique]}))
    else:
        for problem in unique:
            print(f"{problem.severity}: {problem.node or '-'}: {problem.what} {problem.remedy}".rstrip())
        if not unique:
            print("no problems", file=sys.stderr)
    return 1 if has_errors(unique) else 0


def _data_problems(project: Project, catalogue: Catalogue, beside: Path) -> Iterator[Problem]:
    if project.dataset is None:
        return
    try:
        is_classic = project.training.classic_random
        table = open_table(project.dataset.source, classic_random=is_classic, beside=beside)
        yield from check_data(project, table, catalogue)
    except ProblemError as error:
        yield error.problem


def _shape_problems(project: Project, catalogue: Catalogue) -> tuple[Problem, ...]:
    from flaxstudio.codegen.shapes import ShapeInference  # imports jax, which --help need not wait for

    return ShapeInference(catalogue).infer(project.graph).problems


def _as_map(problem: Problem) -> dict[str, str | list[str]]:
    return {
        "severity": problem.severity,
        "node": problem.node,
        "what": problem.what,
        "what_to_do": problem.remedy,
        "repairs": [fix.label for fix in problem.fixes],
    }
