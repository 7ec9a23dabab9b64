"""Arrays that stay in their files: mapped, read in chunks, and let go of again, so that they take no memory."""

import math
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
_CHUNK_VALUES = 2**20
_SPAN_BYTES = 2**24
_READ_AT_ONCE = 2**16
"""What a system reads of a mapped file where a single byte is wanted."""


class ArrayFile:
    """An .npy file that is written chunk by chunk; how many rows it has is told at its end."""

    def __init__(self, path: Path, dtype: npt.DTypeLike, sample: tuple[int, ...] = ()) -> None:
        self._dtype = np.dtype(dtype)
        self._sample = sample
        self._rows = 0
        self._file = path.open("wb")
        self._write_head()

    def append(self, chunk: Array) -> None:
        """Write the next rows, of shape (rows, *sample)."""
        self._file.write(np.ascontiguousarray(chunk, self._dtype).reshape(-1).view(np.uint8).data)
        self._rows += len(chunk)

    def close(self) -> None:
        """Tell the number of rows and close the file."""
        self._file.seek(0)
        self._write_head()
        self._file.close()

    def _write_head(self) -> None:
        """Write the head, in which NumPy leaves room for any number of rows."""
        described = np.lib.format.dtype_to_descr(self._dtype)
        head = {"descr": described, "fortran_order": False, "shape": (self._rows, *self._sample)}
        np.lib.format.write_array_header_1_0(self._file, head)


def map_array(path: Path, start: int = 0) -> Array | None:
    """Return the array that begins as an .npy file at a byte of a file; None where it has to be read to be had."""
    with path.open("rb") as file:
        file.seek(start)
        head = _head(file)
        if head is None:
            return None
        shape, dtype, place = head
        if math.prod(shape) == 0:
            return np.empty(shape, dtype)
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.ndarray(shape, dtype, mapped, place)


def _head(file: BinaryIO) -> tuple[tuple[int, ...], np.dtype[Any], int] | None:
    """Return shape, type and where the values begin; None for objects, and for columns before rows."""
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    reader = readers.get(np.lib.format.read_magic(file))
    if reader is None:
        return None
    shape, is_fortran, dtype = reader(file)
    if dtype.hasobject or (is_fortran and len(shape) > 1):
        return None
    return shape, dtype, file.tell()


def mapping_of(array: Array) -> mmap.mmap | None:
    """Return the file that an array lies in, None for one in memory."""
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    return base if isinstance(base, mmap.mmap) else None


def let_go(*arrays: Array) -> None:
    """Give back the memory of what was read of arrays in files; they stay as they are, and are read again when used."""
    for array in arrays:
        mapped = mapping_of(array)
        if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)


def rows_at(array: Array, rows: npt.NDArray[Any]) -> Array:
    """Return rows of an array in a file, read in the order in which they lie there, a few megabytes of it at a time."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    span = max(1, _SPAN_BYTES // max(1, array.dtype.itemsize * math.prod(array.shape[1:])))
    out = np.empty((len(rows), *array.shape[1:]), array.dtype)
    start = 0
    while start < len(rows):
        near = int(np.searchsorted(ordered, ordered[start] + span))
        stop = min(len(rows), max(near, start + _SPAN_BYTES // _READ_AT_ONCE))
        out[order[start:stop]] = array[ordered[start:stop]]
        let_go(array)
        start = stop
    return out


def chunks(array: Array) -> Iterator[tuple[int, Array]]:
    """Yield an array's rows in order, so many at a time as fit well, each with the number of its first row."""
    rows = max(1, _CHUNK_VALUES // max(1, math.prod(array.shape[1:])))
    for start in range(0, len(array), rows):
        yield start, array[start : start + rows]
        let_go(array)
