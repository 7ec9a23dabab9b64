"""Keeps the room of a dispatch's intermediate values for the next one, where the C library would give it back each time.

XLA takes that room with every dispatch on a CPU, from threads of its own. glibc fetches large blocks from the system and gives
them back at once, and the system clears each page again: a fifth of a large step. Kept blocks need one arena, since only the
first one can grow past 64 MiB. At the end of a run all that is free goes back to the system.
"""

import ctypes
import os
import sys
from typing import Any

_SETTINGS = ((-8, 1), (-4, 0), (-1, -1))
"""M_ARENA_MAX, M_MMAP_MAX and M_TRIM_THRESHOLD of malloc.h, with their values."""
_CHOSEN_BY_USER = ("MALLOC_", "GLIBC_TUNABLES")


def keep_freed_memory() -> None:
    """Let freed blocks be used again, from now on; to be called before any thread is started.

    It does nothing where the C library is another one, or the user has set up its malloc by the environment.
    """
    libc = _glibc()
    if libc is not None and not any(name.startswith(_CHOSEN_BY_USER) for name in os.environ):
        for name, value in _SETTINGS:
            libc.mallopt(name, value)


def give_back_memory() -> None:
    """Give all memory that is free back to the system."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> Any:
    """Return the C library of this process if it is glibc."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "gnu_get_libc_version") else None
