"""When a run is evaluated, and how long it has gone: pauses do not count."""

import math
import time

from flaxstudio.project.config import TrainConfig
from flaxstudio.training.control import Control

_EVALUATIONS = 50
"""At most so many in a run, where nothing else is asked for."""


class Stopwatch:
    """Counts the seconds of a run, but for those in which it is held."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._held = 0.0

    @property
    def seconds(self) -> float:
        """The seconds gone so far."""
        return time.perf_counter() - self._began - self._held

    def hold(self, control: Control) -> None:
        """Wait until the run may go on, has a step to do or a change to tell."""
        before = time.perf_counter()
        control.wait_while_paused()
        self._held += time.perf_counter() - before


class Evaluations:
    """Tells when the validation split is to be evaluated. By steps, it follows from config and data alone."""

    def __init__(self, config: TrainConfig, steps_per_epoch: float, *, has_rows: bool) -> None:
        self._steps = config.steps
        self._seconds = config.watch.evaluation_seconds
        self._has_rows = has_rows
        usual = max(math.ceil(steps_per_epoch), math.ceil(config.steps / _EVALUATIONS))
        is_counted = has_rows and self._seconds is None
        self._interval = (config.watch.evaluation_steps or usual) if is_counted else config.steps
        self._last = time.perf_counter()

    def steps_until(self, step: int) -> int:
        """Return how many steps may follow at once: none beyond the next evaluation, or the end."""
        return min(self._steps, (step // self._interval + 1) * self._interval) - step

    def is_due(self, step: int) -> bool:
        """Return whether one is due after that many steps; the one at the end is not meant."""
        if step == self._steps or not self._has_rows:
            return False
        if self._seconds is not None:
            return time.perf_counter() - self._last >= self._seconds
        return step % self._interval == 0

    def restart(self) -> None:
        """Count the seconds from now on: one has been done."""
        self._last = time.perf_counter()
