"""`flaxstudio import-code`: a linen Module's source to a project, read without running it."""

import argparse
import sys

from flaxstudio.codegen.imported_project import imported_project, text_in
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape_text import shapes_in
from flaxstudio.layers import catalogue
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project


def run(arguments: argparse.Namespace) -> int:
    """Write the project; what the reader noticed goes to standard error. An existing file is never replaced."""
    if arguments.project.exists():
        raise ProblemError(f"{arguments.project} exists.", "Choose another name; it was not changed.")
    text = text_in(arguments.file)
    project, notes = imported_project(text, arguments.class_name, shapes_in(arguments.input), catalogue())
    save_project(arguments.project, project, Results())
    for note in notes:
        print(f"flaxstudio: {note}", file=sys.stderr)
    print(f"saved {arguments.project}")
    return 0
