"""An array that grows at its end. From a length on it lies in a file without a name, which goes with it."""

import mmap
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from flaxstudio.data.mapping import let_go
from flaxstudio.project.checkpoints import runs_folder

SPILLED_FROM = 10**7
"""Values that an array may have in memory."""
_FIRST = 1024
_OWN_PAGES_FROM = 2**18
_LET_GO_EVERY = 2**20


class Growing:
    """Holds values of one type, in memory at first. `values` are always all of them."""

    def __init__(self, dtype: npt.DTypeLike, limit: int = SPILLED_FROM) -> None:
        self._array: npt.NDArray[Any] = np.empty(_FIRST, dtype)
        self._limit = limit
        self._count = 0
        self._since = 0
        self._file: IO[bytes] | None = None
        self._is_mapped = False

    def __len__(self) -> int:
        return self._count

    @property
    def is_spilled(self) -> bool:
        """Whether the values lie in a file."""
        return self._file is not None

    @property
    def values(self) -> npt.NDArray[Any]:
        """All values so far, to be read only; what is appended later does not change them."""
        found = self._array[: self._count]
        found.flags.writeable = False
        return found

    def append(self, values: npt.NDArray[Any]) -> None:
        """Take the next values."""
        count = self._count + len(values)
        if count > len(self._array):
            self._grow(max(count, 2 * len(self._array)))
        self._array[self._count : count] = values
        self._count = count
        self._since += len(values)
        if self._file is not None and self._since >= _LET_GO_EVERY:
            self._since = 0
            let_go(self._array)

    def _grow(self, capacity: int) -> None:
        if self._file is None and capacity > self._limit:
            self._file = _nameless_file(runs_folder())
            if self._file is not None:
                weakref.finalize(self, self._file.close)
        old, dtype = self._array[: self._count], self._array.dtype
        if self._file is None:
            self._array = _in_memory(capacity, dtype)
            self._array[: self._count] = old
            return
        is_first = not self._is_mapped
        self._is_mapped = True
        self._file.truncate(capacity * dtype.itemsize)
        self._array = np.ndarray(capacity, dtype, mmap.mmap(self._file.fileno(), 0))
        if is_first:
            self._array[: self._count] = old


def _in_memory(capacity: int, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return an array for values; a large one has pages of its own, which are given back with it at once."""
    size = capacity * dtype.itemsize
    return np.empty(capacity, dtype) if size < _OWN_PAGES_FROM else np.ndarray(capacity, dtype, mmap.mmap(-1, size))


def _nameless_file(folder: Path) -> IO[bytes] | None:
    """Return a file that is gone when it is closed; None where there can be none, and memory has to do."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=folder)
    return None
