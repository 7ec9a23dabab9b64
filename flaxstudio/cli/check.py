"""`flaxstudio check`: a project's problems, one a line. Without --shapes it needs no JAX and is instant."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from flaxstudio.cli.text import as_json
from flaxstudio.data.check import check_data
from flaxstudio.data.sources import open_table
from flaxstudio.graph.check import has_errors
from flaxstudio.graph.problem import Problem, ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.project import Project, check_project
from flaxstudio.project.storage import load_project

_MADE_BY_JAX = "sample:linear"


def run(arguments: argparse.Namespace) -> int:
    """Print the problems; return 1 if any of them prevents a run."""
    project, _ = load_project(arguments.project)
    problems = (
        *check_project(project, catalogue()),
        *_data_problems(project, arguments.project.parent, arguments.shapes),
        *(_shape_problems(project) if arguments.shapes else ()),
    )
    unique = tuple(dict.fromkeys(problems))
    if arguments.json:
        print(as_json({"problems": [_as_map(problem) for problem in unique]}))
    else:
        for problem in unique:
            print(f"{problem.severity}: {problem.node or '-'}: {problem.what} {problem.remedy}".rstrip())
        _tell_the_rest(unique, arguments.shapes)
    return 1 if has_errors(unique) else 0


def _data_problems(project: Project, beside: Path, with_jax: bool) -> Iterator[Problem]:
    if project.dataset is None or (project.dataset.source == _MADE_BY_JAX and not with_jax):
        return
    try:
        is_classic = project.training.classic_random
        table = open_table(project.dataset.source, classic_random=is_classic, beside=beside)
        yield from check_data(project, table, catalogue())
    except ProblemError as error:
        yield error.problem


def _shape_problems(project: Project) -> tuple[Problem, ...]:
    from flaxstudio.codegen.shapes import ShapeInference

    return ShapeInference(catalogue()).infer(project.graph).problems


def _as_map(problem: Problem) -> dict[str, str]:
    return {"severity": problem.severity, "node": problem.node, "what": problem.what, "what_to_do": problem.remedy}


def _tell_the_rest(problems: tuple[Problem, ...], with_shapes: bool) -> None:
    if not problems:
        print("no problems" if with_shapes else "no problems (shapes were not computed; --shapes does that)", file=sys.stderr)
