"""`flaxstudio params`: the model's variables to and from a file, or a list of them."""

import argparse
from pathlib import Path

from flaxstudio.cli.opened import Opened, open_project
from flaxstudio.cli.text import table
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project


def run(arguments: argparse.Namespace) -> int:
    """Export or import the variables; without either, list them."""
    opened = open_project(arguments)
    if arguments.import_from is not None:
        return _import(arguments.import_from, arguments.project, opened)
    if arguments.export_to is not None:
        return _export(arguments.export_to, opened)
    return _list(opened.results)


def _list(results: Results) -> int:
    from flaxstudio.export.params import flatten

    if results.trained is None:
        raise ProblemError("The model has not been trained, so it has no variables.", "Train it, or use --import.")
    flat = flatten(results.trained.variables)
    print(table([(name, str(array.shape), array.dtype.name, f"{array.size:,}") for name, array in flat.items()], right=(3,)))
    return 0


def _export(path: Path, opened: Opened) -> int:
    from flaxstudio.export.model import model_of
    from flaxstudio.export.params import export

    report = export(model_of(opened.project, opened.results, opened.catalogue), path)
    print(f"saved {report.path} ({report.bytes:,} bytes)")
    return 0


def _import(path: Path, place: Path, opened: Opened) -> int:
    from flaxstudio.export.importing import import_variables

    project = opened.project
    results = import_variables(path, project, opened.results, opened.catalogue, place.absolute().parent)
    save_project(place, project, results)
    print(f"saved {place}")
    return 0
