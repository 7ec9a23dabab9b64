"""How much memory data may take: what was set aside for it, else a share of what is free."""

import os
from contextlib import suppress
from pathlib import Path

SHARE = 4
"""Data takes one of so many parts of the free memory: a run holds what it reads, what it makes of it, and copies of that."""
_LEAST = 64 * 2**20
_UNKNOWN = 4 * 2**30


def room_for_data(wanted: int | None) -> int:
    """Return how many bytes data may take. `wanted` is what the dataset's spec says, None for automatic."""
    return wanted if wanted is not None else max(_LEAST, free_memory() // SHARE)


def free_memory() -> int:
    """Return how much memory this process could still have; where it cannot be told, a usual size."""
    known = [_of_meminfo(), _of_group(), _physical()]
    return min((size for size in known if size is not None), default=_UNKNOWN)


def _of_meminfo() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _of_group() -> int | None:
    """Return what is left to the group of processes that this one is in, as in a container."""
    group = Path("/sys/fs/cgroup")
    with suppress(OSError, ValueError):
        limit, used = ((group / name).read_text("ascii").strip() for name in ("memory.max", "memory.current"))
        return max(0, int(limit) - int(used))
    return None


def _physical() -> int | None:
    with suppress(AttributeError, ValueError, OSError):  # Windows has no sysconf
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None
