"""`flaxstudio export`: the trained model in a format of other programs."""

import argparse

from flaxstudio.cli.arguments import FORMATS
from flaxstudio.cli.text import as_json
from flaxstudio.export.model import Model, model_of
from flaxstudio.export.report import Report
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.storage import load_project


def run(arguments: argparse.Namespace) -> int:
    """Write the format, verify it and print the report."""
    if arguments.format not in FORMATS:
        written = " and ".join(FORMATS)
        raise ProblemError(f"This version writes {written}; {arguments.format} comes in a later one.", "Choose one of those.")
    report = _exported(arguments, model_of(*load_project(arguments.project), catalogue()))
    print(_as_json(report) if arguments.json else _as_text(report))
    return 0


def _exported(arguments: argparse.Namespace, model: Model) -> Report:
    match arguments.format:
        case "saved-model":
            from flaxstudio.export import saved_model

            return saved_model.export(model, arguments.out)
        case _:
            from flaxstudio.export import stablehlo

            return stablehlo.export(model, arguments.out)


def _as_text(report: Report) -> str:
    sizes = " and ".join(map(str, report.batch_sizes))
    check = f"largest relative error {report.error:.2g} at batch sizes {sizes}"
    return f"saved {report.path} ({report.bytes:,} bytes in {report.seconds:.1f} s)\nverified: {check}\n{report.note}"


def _as_json(report: Report) -> str:
    return as_json(
        {
            "path": str(report.path),
            "bytes": report.bytes,
            "relative_error": report.error,
            "batch_sizes": list(report.batch_sizes),
            "seconds": round(report.seconds, 3),
            "note": report.note,
        }
    )
