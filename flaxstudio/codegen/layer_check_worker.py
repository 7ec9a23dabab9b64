"""The process that checks a layer: a question as JSON on its input, one finding a line on its output, then "done"."""

import contextlib
import json
import os
import sys
from typing import Any

from flaxstudio.codegen.layer_check import findings
from flaxstudio.codegen.layer_finding import MARK
from flaxstudio.graph.shape import ArrayShape


def main() -> int:
    """Answer one question; return the exit status."""
    question = json.load(sys.stdin)
    attributes = {name: _restored(value) for name, value in question["attributes"].items()}
    inputs = tuple(ArrayShape(tuple(sizes), dtype) for sizes, dtype in question["inputs"])
    output = sys.stdout
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):  # what the layer prints
        for finding in findings(question["text"], question["name"], attributes, inputs):
            print(MARK + json.dumps([finding.key, finding.is_ok, finding.sentence]), file=output, flush=True)
    print(f"{MARK}[]", file=output, flush=True)
    return 0


def _restored(value: Any) -> Any:
    """Return an attribute as it was: JSON has no tuples."""
    return tuple(_restored(item) for item in value) if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
