"""A run on the terminal: its data being read and ten or so losses on standard error, what came out on standard output."""

import sys
from collections.abc import Mapping

import numpy as np

from flaxstudio.training.events import Changed, Evaluated, Event, RunFinished, RunStarted, StepsDone

_LINES = 10


class Reading:
    """Is told the share that is done of data being read, as the readers of large files tell it; shows some ten of them."""

    def __init__(self) -> None:
        self._tenth = -1

    def tell(self, share: float) -> None:
        """Show each tenth once; a smaller share begins another reading: the file is turned into columns, these into splits."""
        tenth = int(10 * share)
        if tenth != self._tenth:
            _tell(f"reading data  {round(100 * share)} %")
        self._tenth = tenth


class Progress:
    """Shown every event of one run, in order."""

    def __init__(self) -> None:
        self._interval = 1
        self._scores: dict[str, Evaluated] = {}

    def show(self, event: Event) -> None:
        """Print what an event has to say."""
        match event:
            case RunStarted():
                self._interval = max(1, (event.steps - event.first_step) // _LINES)
                _tell(f"{event.device}, {event.params:,} params, steps {event.first_step} to {event.steps}")
                if event.earlier is not None:
                    _tell(f"going on with run {event.run} at step {event.first_step}")
                if event.reference_loss is not None:
                    print(f"true parameters  loss {number(event.reference_loss)}", flush=True)
            case StepsDone():
                self._show_steps(event)
            case Evaluated():
                self._scores[event.split] = event
            case Changed():
                _tell(f"step {event.step}  {event.name} {number(event.value)}")
            case RunFinished():
                for score in self._scores.values():
                    print(f"{score.split}  {scores(score.loss, score.metrics)}")
                print(f"{event.reason} after {event.step} steps in {event.seconds:.1f} s", flush=True)

    def _show_steps(self, event: StepsDone) -> None:
        for step, loss in enumerate(event.losses, event.first_step):
            if step % self._interval == 0:
                _tell(f"step {step}  loss {number(loss)}")


def scores(loss: float, metrics: Mapping[str, float]) -> str:
    """Return a split's loss and metrics as one text."""
    return "  ".join(f"{name} {number(value)}" for name, value in {"loss": loss, **metrics}.items())


def number(value: float | np.float32) -> str:
    """Return at most 9 significant digits, fewer where they already tell one float32 from its neighbours."""
    short = np.float32(value)
    return f"{float(str(short)):.9g}"


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
