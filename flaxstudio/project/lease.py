"""Who may write a run's checkpoints: one process at a time, by a lock that ends with the process, however it ends."""

import os
import sys
from pathlib import Path


class Lease:
    """Holds a folder from `take` until `release`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._handle: int | None = None

    def take(self) -> bool:
        """Return whether the folder is now ours; False where another run has it or the folder cannot be made."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return False
        try:
            _lock(handle)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Give the folder up."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def is_held(folder: Path) -> bool:
    """Return whether a run of any process writes there now."""
    if not (folder / "lock").exists():
        return False
    lease = Lease(folder)
    if not lease.take():
        return True
    lease.release()
    return False


if sys.platform == "win32":

    def _lock(handle: int) -> None:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:

    def _lock(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
