"""`flaxstudio code`: the Module's source. Needs no JAX."""

import argparse
import sys

from flaxstudio.codegen.source import generate
from flaxstudio.graph.check import check, has_errors
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.storage import load_project


def run(arguments: argparse.Namespace) -> int:
    """Print the source; a graph that is not finished gives a draft and status 1."""
    project, _ = load_project(arguments.project)
    if arguments.script:
        raise ProblemError("This version prints the Module only, not yet a whole training script.", "Leave out --script.")
    sys.stdout.write(generate(project.graph, project.name, catalogue(), arguments.style).text)
    problems = check(project.graph, catalogue())
    if has_errors(problems):
        first = next(problem for problem in problems if problem.severity == "error")
        raise ProblemError(f"This is a draft: {first.what}", first.remedy, first.node)
    return 0
