"""`flaxstudio evaluate`: loss and metrics of the trained model on a split."""

import argparse

from flaxstudio.cli.progress import number
from flaxstudio.cli.text import as_json, table
from flaxstudio.layers import catalogue
from flaxstudio.project.storage import load_project


def run(arguments: argparse.Namespace) -> int:
    """Print the very numbers that the run told for the split."""
    project, results = load_project(arguments.project)
    from flaxstudio.evaluation.scores import evaluate

    beside = arguments.project.absolute().parent
    found = evaluate(project, results.trained, catalogue(), arguments.split, beside=beside)
    if arguments.json:
        print(as_json({"split": found.split, "step": found.step, "loss": found.loss, **found.metrics}))
    else:
        rows = [(name, number(value)) for name, value in {"loss": found.loss, **found.metrics}.items()]
        print(table([("split", found.split), ("step", str(found.step)), *rows]))
    return 0
