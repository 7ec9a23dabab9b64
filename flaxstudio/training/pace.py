"""How many steps to put into a dispatch, so that the device is read some 25 times a second and a stop is soon heard."""

import time

_DISPATCH_SECONDS = 0.035
_SLOW_SECONDS = 0.06
_GROWTH = 8


class Pace:
    """Learns from each dispatch how long a step takes. It decides when losses are told, never what they are."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._step_seconds = float("inf")
        self._steps = 1
        self._last_read = self._busy_from = time.perf_counter()

    @property
    def steps(self) -> int:
        """Return the number of steps for the next dispatch."""
        return self._steps

    @property
    def runs_ahead(self) -> bool:
        """Return whether a dispatch may be started before the one before it has been read: only short ones."""
        return self._steps * self._step_seconds < _SLOW_SECONDS

    def restart(self) -> None:
        """Begin to measure anew, after a pause or an evaluation."""
        self._last_read = time.perf_counter()

    def learn(self, steps: int, started: float, was_waited_for: bool) -> float:
        """Take in a dispatch that has just been read and return its steps per second.

        If it was not waited for, it was done some time before: then its time is an upper bound only, and nothing is
        known of when the next one began.
        """
        now = time.perf_counter()
        seconds = (now - max(started, self._busy_from)) / steps
        self._busy_from = now if was_waited_for else started
        self._step_seconds = seconds if was_waited_for else min(seconds, self._step_seconds)
        rate = steps / max(now - self._last_read, 1e-9)
        self._last_read = now
        wanted = int(_DISPATCH_SECONDS / max(self._step_seconds, 1e-9))
        self._steps = max(1, min(wanted, self._steps * _GROWTH, self._capacity))
        return rate
