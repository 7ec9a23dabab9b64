"""What the open window costs a run: steps per second with the plots live against the same run without a window, and how long
the GUI thread's frames are.

Every variant has a process of its own, and all train in turn, round after round, as in training.py; what is told is the median
of a round's ratios to the run without a window, by wall time and by CPU time. "observed" has what the window's run has beside:
now and then it looks at its layers. A frame is what the GUI thread computes between two rests, by its own processor time.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CASES = ("linear", "mlp", "cnn", "transformer")
VARIANTS = ("headless", "observed", "window", "window, plots behind a tab")
BAR_SHARE, BAR_MS = 0.95, 16.7
Row = dict[str, Any]


class Entrant:
    """A variant in a process of its own, which rests between its stretches."""

    def __init__(self, variant: str, case: str, folder: str) -> None:
        places = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "APPDATA")
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "window_entrant.py"), variant, case],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **dict.fromkeys(places, folder)},
        )
        self._answer()

    def stretch(self, seconds: float) -> Row:
        """Return how a stretch of so many seconds went."""
        assert self._process.stdin is not None
        print(seconds, file=self._process.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        self._process.communicate()

    def _answer(self) -> Row:
        assert self._process.stdout is not None
        told: Row = json.loads(self._process.stdout.readline())
        return told


def measure(case: str, variants: Sequence[str], rounds: int, seconds: float) -> Iterator[Row]:
    """Yield a row for each variant."""
    with tempfile.TemporaryDirectory() as folder:
        entrants = {name: Entrant(name, case, folder) for name in variants}
        taken = [{name: entrant.stretch(seconds) for name, entrant in entrants.items()} for _ in range(rounds)]
        for entrant in entrants.values():
            entrant.close()
    for name in variants:
        rows = [one[name] for one in taken]
        yield {
            "case": case,
            "variant": name,
            "rate": round(1 / statistics.median(row["wall"] for row in rows), 1),
            "wall": round(statistics.median(one["headless"]["wall"] / one[name]["wall"] for one in taken), 3),
            "cpu": round(statistics.median(one["headless"]["cpu"] / one[name]["cpu"] for one in taken), 3),
            **_frames(rows),
        }


def _frames(rows: Sequence[Row]) -> Row:
    frames = sorted(one for row in rows for one in row.get("frames", ()))
    if not frames:
        return {}
    share = statistics.median(row["gui"] for row in rows)
    return {
        "gui": round(share, 3),
        "frame50": round(statistics.median(frames), 2),
        "frame99": round(frames[min(int(0.99 * len(frames)), len(frames) - 1)], 2),
        "frames": len(frames),
    }


def text_of(row: Row) -> str:
    text = "{case:12} {variant:26} {rate:12,.1f} steps/s   of headless: {wall:.2f} (CPU time {cpu:.2f})".format(**row)
    if "frames" in row:
        text += "   GUI {gui:.1%} of the time, frame {frame50} ms, 99 % {frame99} ms of {frames:,}".format(**row)
    return text


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="all variants are timed in turn so many times")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each is timed in a round")
    parser.add_argument("--case", choices=CASES, action="append", help="only this model; may be given again")
    parser.add_argument("--variant", choices=VARIANTS[1:], action="append", help="only this beside the run without a window")
    parser.add_argument("--json", action="store_true", help="print one JSON object a row")
    options = parser.parse_args(arguments)
    for case in options.case or CASES:
        for row in measure(case, ("headless", *(options.variant or VARIANTS[1:])), options.rounds, options.seconds):
            print(json.dumps(row) if options.json else text_of(row), flush=True)
            if row["variant"] == "window":
                is_met = row["cpu"] >= BAR_SHARE and row["frame99"] < BAR_MS
                print(
                    f"  {BAR_SHARE} of headless by CPU time, frames under {BAR_MS} ms: {'met' if is_met else 'MISSED'}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
