"""Samples made ready once and kept on disk, row by row as a model takes them, so that a batch is read at one place each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from flaxstudio.data.cache import folder_of, kept
from flaxstudio.data.mapping import Array, ArrayFile, map_array
from flaxstudio.data.table import OnDisk, Tell

Rows = npt.NDArray[np.int64]
_CHUNK_VALUES = 2**19


def kept_on_disk(
    disk: OnDisk, key: str, splits: Sequence[Rows], arrays_at: Callable[[Rows], Sequence[Array]], tell: Tell
) -> list[list[Array]]:
    """Return the arrays of each split, mapped. `arrays_at` makes those of some rows; `key` tells all that they follow from."""

    def make(folder: Path) -> None:
        whole, done = max(1, sum(map(len, splits))), 0
        for number, rows in enumerate(splits):
            for rows_done in _lay(folder, number, rows, arrays_at):
                tell((done + rows_done) / whole)
            done += len(rows)

    folder = kept(folder_of(disk.source, key), make)
    arrays = len(arrays_at(splits[0][:1]))
    return [[_mapped(_place(folder, number, index)) for index in range(arrays)] for number in range(len(splits))]


def _lay(folder: Path, split: int, rows: Rows, arrays_at: Callable[[Rows], Sequence[Array]]) -> Iterator[int]:
    """Write the arrays of a split, and yield how many rows are done."""
    first = arrays_at(rows[:1])
    count = max(1, _CHUNK_VALUES * max(1, len(rows[:1])) // max(1, sum(array.size for array in first)))
    with ExitStack() as stack:
        files = [
            stack.enter_context(closing(ArrayFile(_place(folder, split, index), array.dtype, array.shape[1:])))
            for index, array in enumerate(first)
        ]
        for start in range(0, len(rows), count):
            for file, array in zip(files, arrays_at(rows[start : start + count]), strict=True):
                file.append(array)
            yield min(len(rows), start + count)


def _place(folder: Path, split: int, array: int) -> Path:
    return folder / f"{split}-{array}.npy"


def _mapped(path: Path) -> Array:
    array = map_array(path)
    assert array is not None
    return array
