"""`flaxstudio new`: a project from a template."""

import argparse

from flaxstudio.cli.text import table
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from flaxstudio.project.templates import TEMPLATES, build_template


def run(arguments: argparse.Namespace) -> int:
    """List the templates, or write the project file of one; an existing file is never replaced."""
    if arguments.list:
        print(table([(template.name, template.summary) for template in TEMPLATES]))
        return 0
    project = build_template(arguments.template, catalogue())
    if arguments.project.exists():
        raise ProblemError(f"{arguments.project} exists.", "Choose another name; it was not changed.")
    save_project(arguments.project, project, Results())
    print(f"saved {arguments.project}")
    return 0
