"""The handle by which another thread pauses, resumes and stops a run."""

import threading


class Control:
    """Asked by the loop between dispatches. Safe to use from any thread."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._go = threading.Event()
        self._go.set()

    def stop(self) -> None:
        """End the run after the dispatch under way, paused or not."""
        self._stop.set()
        self._go.set()

    def pause(self) -> None:
        """Hold the run after the dispatch under way."""
        if not self._stop.is_set():
            self._go.clear()

    def resume(self) -> None:
        """Let a held run go on."""
        self._go.set()

    @property
    def is_stopped(self) -> bool:
        """Whether the run has been asked to end."""
        return self._stop.is_set()

    @property
    def is_paused(self) -> bool:
        """Whether the run is being held."""
        return not self._go.is_set()

    def wait_while_paused(self) -> None:
        """Block the run's own thread until it may go on."""
        self._go.wait()
