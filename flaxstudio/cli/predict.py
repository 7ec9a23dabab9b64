"""`flaxstudio predict`: what the trained model says about new data, into a file."""

import argparse
from pathlib import Path

from flaxstudio.cli.opened import open_project
from flaxstudio.data.table import Table


def run(arguments: argparse.Namespace) -> int:
    """Write one prediction a row, or a file where the input is images."""
    opened = open_project(arguments)
    from flaxstudio.evaluation.inputs import read_input
    from flaxstudio.evaluation.outputs import write_predictions
    from flaxstudio.evaluation.predictions import predict

    given = read_input(arguments.input, opened.project, opened.catalogue)
    predictions = predict(opened.project, opened.results.trained, opened.catalogue, given)
    write_predictions(arguments.out, _with_files(arguments.input, given, predictions))
    print(f"saved {arguments.out} ({predictions.rows:,} rows)")
    return 0


def _with_files(path: Path, given: Table, predictions: Table) -> Table:
    from flaxstudio.evaluation.inputs import IMAGES

    if not path.is_dir() and path.suffix.lower() not in IMAGES:
        return predictions
    return Table({"file": given.column("file"), **predictions.columns}, predictions.title)
