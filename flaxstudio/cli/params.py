"""`flaxstudio params`: the model's variables to and from a file, or a list of them."""

import argparse
from pathlib import Path

from flaxstudio.cli.text import table
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project


def run(arguments: argparse.Namespace) -> int:
    """Export or import the variables; without either, list them."""
    project, results = load_project(arguments.project)
    if arguments.import_from is not None:
        return _import(arguments.import_from, arguments.project, project, results)
    if arguments.export_to is not None:
        return _export(arguments.export_to, project, results)
    return _list(results)


def _list(results: Results) -> int:
    from flaxstudio.export.params import flatten

    if results.trained is None:
        raise ProblemError("The model has not been trained, so it has no variables.", "Train it, or use --import.")
    flat = flatten(results.trained.variables)
    print(table([(name, str(array.shape), array.dtype.name, f"{array.size:,}") for name, array in flat.items()], right=(3,)))
    return 0


def _export(path: Path, project: Project, results: Results) -> int:
    from flaxstudio.export.model import model_of
    from flaxstudio.export.params import export

    report = export(model_of(project, results, catalogue()), path)
    print(f"saved {report.path} ({report.bytes:,} bytes)")
    return 0


def _import(path: Path, place: Path, project: Project, results: Results) -> int:
    from flaxstudio.export.importing import import_variables

    save_project(place, project, import_variables(path, project, results, catalogue(), place.absolute().parent))
    print(f"saved {place}")
    return 0
