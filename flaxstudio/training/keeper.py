"""Writes checkpoints of a run in a thread of its own, seldom enough that they take less than a hundredth of the time."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.checkpoints import forget_others, next_order, write
from flaxstudio.project.lease import Lease
from flaxstudio.project.watch import Watch

_SHARE = 0.01
"""Of the time: so much may the loop's waiting and the writer's work take together."""


class Keeper:
    """Keeps a run in a folder every so many seconds. `take` says whether the folder is free."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder = folder
        self._seconds = seconds
        self._lease = Lease(folder)
        self._order = next_order(folder)
        self._first = self._order
        self._thread: threading.Thread | None = None
        self._last = time.perf_counter()
        self._cost = 0.0
        self.kept = -1
        """The step of the last one."""
        self.fault = ""
        """Why the last one could not be written."""

    def take(self) -> bool:
        """Hold the folder; False where another run of the same project has it."""
        return self._lease.take()

    def is_due(self) -> bool:
        """Return whether it is time, and the checkpoint before is written."""
        if self._thread is not None and self._thread.is_alive():
            return False
        return time.perf_counter() - self._last >= max(self._seconds, self._cost / _SHARE)

    def keep(self, snapshot: Callable[[], Callable[[], bytes]], step: int) -> None:
        """Take a snapshot now and write it beside the run. `snapshot` copies the state and returns what packs the copy."""
        self.wait()
        self.kept = step
        began = time.perf_counter()
        pack = snapshot()
        held = time.perf_counter() - began
        self._thread = threading.Thread(target=self._write, args=(pack, held), name="checkpoint", daemon=True)
        self._thread.start()
        self._last = time.perf_counter()

    def wait(self) -> None:
        """Wait until what is being written is on the disk."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def close(self) -> None:
        """Finish writing and give the folder up."""
        self.wait()
        self._lease.release()

    def _write(self, pack: Callable[[], bytes], held: float) -> None:
        began = time.perf_counter()
        try:
            write(self._folder, self._order, pack())
            if self._order == self._first:
                forget_others(self._folder, self._order)
            self.fault = ""
        except (ProblemError, MemoryError) as error:
            self.fault = str(error) or "The memory does not suffice for a checkpoint."
        self._order += 1
        self._cost = held + time.perf_counter() - began


def keeper_in(folder: Path | None, watch: Watch) -> Keeper | None:
    """Return what writes a run's checkpoints; None where none are wanted, or another run of the project writes its own."""
    if folder is None:
        return None
    keeper = Keeper(folder, watch.checkpoint_seconds)
    return keeper if keeper.take() else None
