"""The handle by which another thread steers a run: pause, one step, go on, stop, another learning rate."""

import threading


class Control:
    """Asked by the loop between dispatches. Safe to use from any thread."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Condition()
        self._is_held = False
        self._single = 0
        self._changes: dict[str, float] = {}

    def stop(self) -> None:
        """End the run after the dispatch under way, paused or not."""
        self._stop.set()
        self.resume()

    def pause(self) -> None:
        """Hold the run after the dispatch under way."""
        with self._lock:
            self._is_held = not self._stop.is_set()

    def step(self) -> None:
        """Let a held run do one step more; one that goes is held after its next step."""
        with self._lock:
            self._is_held = not self._stop.is_set()
            self._single += 1
            self._lock.notify_all()

    def resume(self) -> None:
        """Let a held run go on."""
        with self._lock:
            self._is_held = False
            self._single = 0
            self._lock.notify_all()

    def change(self, name: str, value: float) -> None:
        """Give a hyper-parameter another value from the next dispatch on, held or not."""
        with self._lock:
            self._changes[name] = value
            self._lock.notify_all()

    def take_changes(self) -> dict[str, float]:
        """Return what was changed since this was last asked."""
        with self._lock:
            changes, self._changes = self._changes, {}
        return changes

    def take_step(self) -> bool:
        """Return whether a single step is asked for, and count it as done."""
        with self._lock:
            is_wanted = self._single > 0
            self._single -= is_wanted
        return is_wanted

    @property
    def is_stopped(self) -> bool:
        """Whether the run has been asked to end."""
        return self._stop.is_set()

    @property
    def is_paused(self) -> bool:
        """Whether the run is being held."""
        return self._is_held

    def wait_while_paused(self) -> None:
        """Block the run's own thread until it may go on, has a step to do or a change to tell."""
        with self._lock:
            self._lock.wait_for(lambda: not self._is_held or self._single > 0 or bool(self._changes))
