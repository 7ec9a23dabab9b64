"""`flaxstudio code`: the Module's source. Needs no JAX, but for a whole script."""

import argparse
import sys
from pathlib import Path

from flaxstudio.cli.opened import Opened, open_project
from flaxstudio.codegen.source import generate
from flaxstudio.graph.check import check, has_errors
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.storage import load_project


def run(arguments: argparse.Namespace) -> int:
    """Print the source; a graph that is not finished gives a draft and status 1."""
    if arguments.script:
        sys.stdout.write(_script(open_project(arguments), arguments.project.absolute().parent))
        return 0
    project, _ = load_project(arguments.project)
    own = catalogue_of(project.library, catalogue(), project.library.hashes)  # printing runs nothing
    sys.stdout.write(generate(project.graph, project.name, own, arguments.style).text)
    problems = check(project.graph, own)
    if has_errors(problems):
        first = next(problem for problem in problems if problem.severity == "error")
        raise ProblemError(f"This is a draft: {first.what}", first.remedy, first.node)
    return 0


def _script(opened: Opened, beside: Path) -> str:
    from flaxstudio.export.script import training_script

    return training_script(opened.project, opened.catalogue, beside, opened.results)
