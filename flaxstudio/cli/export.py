"""`flaxstudio export`: the trained model in a format of other programs."""

import argparse
import time
from pathlib import Path

from flaxstudio.cli.arguments import FORMATS
from flaxstudio.cli.opened import Opened, open_project
from flaxstudio.cli.text import as_json
from flaxstudio.export.model import model_of
from flaxstudio.export.report import Report
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.storage import write_atomically


def run(arguments: argparse.Namespace) -> int:
    """Write the format, verify it and print the report."""
    if arguments.format not in FORMATS:
        written = ", ".join(FORMATS)
        raise ProblemError(f"This version writes {written}; {arguments.format} comes in a later one.", "Choose one of those.")
    opened = open_project(arguments)
    report = _exported(arguments.format, arguments.out, opened, arguments.project.absolute().parent)
    print(_as_json(report) if arguments.json else _as_text(report))
    return 0


def _exported(form: str, out: Path, opened: Opened, beside: Path) -> Report:
    match form:
        case "saved-model":
            from flaxstudio.export import saved_model

            return saved_model.export(model_of(opened.project, opened.results, opened.catalogue), out)
        case "stablehlo":
            from flaxstudio.export import stablehlo

            return stablehlo.export(model_of(opened.project, opened.results, opened.catalogue), out)
        case _:
            from flaxstudio.export.script import training_script

            started = time.monotonic()
            content = training_script(opened.project, opened.catalogue, beside, opened.results).encode()
            write_atomically(out, content)
            return Report(out, len(content), 0.0, time.monotonic() - started, note=f"Run it with: python {out}")


def _as_text(report: Report) -> str:
    lines = [f"saved {report.path} ({report.bytes:,} bytes in {report.seconds:.1f} s)"]
    if report.batch_sizes:
        sizes = " and ".join(map(str, report.batch_sizes))
        lines.append(f"verified: largest relative error {report.error:.2g} at batch sizes {sizes}")
    return "\n".join([*lines, report.note])


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
