"""The process that makes a forecast: its question as JSON on its input; lines of what it does, then the answer, out."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.forecast import Throughput
from flaxstudio.project.storage import load_project
from flaxstudio.training.forecast_process import MARK
from flaxstudio.training.forecasting import forecast


def main() -> int:
    """Answer one question; return the exit status."""
    question = json.load(sys.stdin)
    output = sys.stdout
    sys.stdout = sys.stderr  # what layers print is no answer

    def say(**answer: object) -> None:
        print(MARK + json.dumps(answer), file=output, flush=True)

    try:
        project, _ = load_project(Path(question["project"]))
        known = catalogue_of(project.library, catalogue(), frozenset(question["trusted"]))
        beside = Path(question["beside"]) if question["beside"] else None
        speed = Throughput(**question["throughput"]) if question["throughput"] else None
        found = forecast(project, known, question["device"], beside, speed, lambda doing: say(doing=doing))
    except ProblemError as error:
        say(what=error.problem.what, remedy=error.problem.remedy, node=error.problem.node)
        return 1
    say(forecast=asdict(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
