"""`flaxstudio evaluate`: loss and metrics of the trained model on a split."""

import argparse

from flaxstudio.cli.opened import open_project
from flaxstudio.cli.progress import Reading, number
from flaxstudio.cli.text import as_json, table


def run(arguments: argparse.Namespace) -> int:
    """Print the very numbers that the run told for the split."""
    opened = open_project(arguments)
    from flaxstudio.evaluation.scores import evaluate

    beside = arguments.project.absolute().parent
    given = opened.project, opened.results.trained, opened.catalogue
    found = evaluate(*given, arguments.split, beside=beside, tell=Reading().tell)
    if arguments.json:
        print(as_json({"split": found.split, "step": found.step, "loss": found.loss, **found.metrics}))
    else:
        rows = [(name, number(value)) for name, value in {"loss": found.loss, **found.metrics}.items()]
        print(table([("split", found.split), ("step", str(found.step)), *rows]))
    return 0
