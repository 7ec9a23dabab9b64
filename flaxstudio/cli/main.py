"""Runs one command and turns whatever goes wrong into one sentence and an exit status."""

import argparse
import os
import signal
import sys
import tempfile
import traceback
from types import FrameType

from flaxstudio.cli.arguments import parser
from flaxstudio.graph.problem import ProblemError

DONE, FAULT_OF_INPUT, STOPPED = 0, 1, 3


def main(arguments: list[str]) -> int:
    """Run the command line and return the exit status; argparse itself exits with 2 on wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter must not end the command
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _guarded(arguments)
    finally:
        signal.signal(signal.SIGTERM, before)


def _guarded(arguments: list[str]) -> int:
    try:
        status = _run(_parse(arguments))
        sys.stdout.flush()
        return status
    except ProblemError as error:
        return tell(str(error))
    except KeyboardInterrupt:
        tell("stopped; no file was changed.")
        return STOPPED
    except BrokenPipeError:
        # the reader (`| head`) has what it wanted; what is left must not fail again when Python flushes at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        return tell(f"a fault of the program: {_short(error)} The details are in {_details_file()}")


def tell(sentence: str) -> int:
    """Print one line on standard error and return the status for input at fault."""
    print(f"flaxstudio: {sentence}", file=sys.stderr)
    return FAULT_OF_INPUT


def _parse(arguments: list[str]) -> argparse.Namespace:
    whole = parser()
    parsed = whole.parse_args(arguments)
    if parsed.command == "new" and not parsed.list and parsed.project is None:
        whole.error("new needs TEMPLATE and PROJECT, or --list")
    return parsed


def _run(arguments: argparse.Namespace) -> int:
    """Import the one command that is wanted, and run it."""
    match arguments.command:
        case "new":
            from flaxstudio.cli import new

            return new.run(arguments)
        case "check":
            from flaxstudio.cli import check

            return check.run(arguments)
        case "summary":
            from flaxstudio.cli import summary

            return summary.run(arguments)
        case "code":
            from flaxstudio.cli import code

            return code.run(arguments)
        case "train":
            from flaxstudio.cli import train

            return train.run(arguments)
        case "evaluate":
            from flaxstudio.cli import evaluate

            return evaluate.run(arguments)
        case "predict":
            from flaxstudio.cli import predict

            return predict.run(arguments)
        case "params":
            from flaxstudio.cli import params

            return params.run(arguments)
        case "export":
            from flaxstudio.cli import export

            return export.run(arguments)
        case _:
            from flaxstudio.cli import import_code

            return import_code.run(arguments)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _short(error: Exception) -> str:
    first = str(error).strip().split("\n")[0][:200]
    return f"{type(error).__name__}{': ' if first else ''}{first.rstrip('.')}."


def _details_file() -> str:
    handle, path = tempfile.mkstemp(prefix="flaxstudio-fault-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        traceback.print_exc(file=file)
    return path
