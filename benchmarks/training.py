"""Steps per second of the engine, events on, against loops that one would write by hand and other frameworks, in one run;
and how long it takes to the first loss.

Every variant has a process of its own. All variants of a model train in turn, each for a moment, round after round; what is
told is the median of the ratios of a round. Ratios of CPU time stand beside those of wall time: other work on the machine
disturbs them less.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CASES = {
    "linear": "linear regression 20x10 -> 5, all rows",
    "mlp": "MLP 64-128-128-10, batch 64",
    "cnn": "CNN 28x28 (32, 64 filters), batch 64",
    "transformer": "transformer encoder, 4 layers, width 128, sequence 64, batch 32",
}
PEERS = ("keras", "torch")
Row = dict[str, Any]


class Entrant:
    """A variant in a process of its own, which rests between its stretches."""

    def __init__(self, name: str, case: str, python: str, environment: dict[str, str]) -> None:
        script = "peers.py" if name in PEERS else "entrant.py"
        command = [python if name in PEERS else sys.executable, str(HERE / script), name, case]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
        self.begun = self._answer()

    def stretch(self, seconds: float) -> Row:
        """Return the seconds of wall and CPU that a step took."""
        assert self._process.stdin is not None
        print(seconds, file=self._process.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        self._process.communicate()

    def _answer(self) -> Row:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line.startswith("{") else {"missing": "a peer that runs"}


def measure(case: str, rounds: int, seconds: float, python: str) -> Iterator[Row]:
    """Yield a row for each variant: its rate, and the engine's speed against it."""
    with tempfile.TemporaryDirectory() as folder:
        entrants = {name: Entrant(name, case, python, _environment(folder)) for name in ("engine", "loop", "scan", *PEERS)}
        for name in [name for name, entrant in entrants.items() if "missing" in entrant.begun]:
            print(f"{name} is not installed for {python}: left out (--peers PYTHON)", file=sys.stderr)
            entrants.pop(name).close()
        taken = [{name: entrant.stretch(seconds) for name, entrant in entrants.items()} for _ in range(rounds)]
        for entrant in entrants.values():
            entrant.close()
    for name in entrants:
        rate = 1 / statistics.median(one[name]["wall"] for one in taken)
        yield {"case": CASES[case], "variant": name, "rate": rate, **_ratios([(one[name], one["engine"]) for one in taken])}


def first_losses(case: str, rounds: int) -> Iterator[Row]:
    """Yield how long the first loss takes: of the loop by hand, and of the engine with nothing and with all compiled before."""
    taken = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            told = {name: _first("engine", case, folder) for name in ("compiling", "compiled before")}
            taken.append({**told, "loop": _first("loop", case, folder)})
    for name in ("compiling", "compiled before"):
        seconds = statistics.median(one[name]["wall"] for one in taken)
        ratios = _ratios([(one[name], one["loop"]) for one in taken])
        yield {"case": CASES[case], "variant": f"first loss, {name}", "seconds": seconds, **ratios}


def _first(variant: str, case: str, folder: str) -> Row:
    command = [sys.executable, str(HERE / "entrant.py"), variant, case, "--first"]
    told: Row = json.loads(subprocess.run(command, env=_environment(folder), capture_output=True, text=True, check=True).stdout)
    return told


def _environment(folder: str) -> dict[str, str]:
    """Return the environment of an entrant: what is compiled lies in that folder."""
    return {**os.environ, "XDG_CACHE_HOME": folder, "LOCALAPPDATA": folder}


def _ratios(pairs: Sequence[tuple[Row, Row]]) -> Row:
    wall, cpu = (statistics.median(one[side] / other[side] for one, other in pairs) for side in ("wall", "cpu"))
    return {"ratio": round(wall, 3), "cpu_ratio": round(cpu, 3)}


def text_of(row: Row) -> str:
    if "rate" in row:
        form = "{case:64} {variant:7} {rate:10,.1f} steps/s   engine is {ratio} times as fast (CPU time {cpu_ratio})"
    else:
        form = "{case:64} {variant} {seconds:.2f} s: {ratio} times the loop by hand (CPU time {cpu_ratio})"
    return form.format(**row)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="all variants are timed in turn so many times")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each is timed in a round")
    parser.add_argument("--case", choices=CASES, action="append", help="only this model; may be given again")
    parser.add_argument("--only", choices=("rates", "first"), help="only steps per second, or only the first loss")
    parser.add_argument("--peers", default=sys.executable, help="the Python that has keras or torch")
    parser.add_argument("--json", action="store_true", help="print one JSON object a row")
    options = parser.parse_args(arguments)
    if shutil.which(options.peers) is None:
        parser.error(f"there is no Python at {options.peers}")
    for case in options.case or CASES:
        rows: list[Iterator[Row]] = []
        if options.only != "first":
            rows.append(measure(case, options.rounds, options.seconds, options.peers))
        if options.only != "rates":
            rows.append(first_losses(case, options.rounds))
        for row in (row for some in rows for row in some):
            print(json.dumps(row) if options.json else text_of(row), flush=True)


if __name__ == "__main__":
    main()
