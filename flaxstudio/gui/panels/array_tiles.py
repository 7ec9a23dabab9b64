"""An array as flat pictures beside each other, and which of its values each of their cells is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
MAX_SIDE = 1000
MAX_CELLS = 600_000
"""So many cells are drawn at most: enough for every pixel of the panel, and quick to colour."""


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Pictures of equal size, `images` (tiles, height, width), in rows of `columns` (0: as many as suit the room).

    `axes` are the array's axes in the order tile axes, row, column; `shape` is the array's own; `step` tells that only
    every so many rows and columns are shown, `left_out` how many tiles are not. Without `is_square` cells may be stretched.
    """

    images: Array
    columns: int
    shape: tuple[int, ...]
    axes: tuple[int, ...]
    step: tuple[int, int] = (1, 1)
    left_out: int = 0
    is_square: bool = True

    def index(self, tile: int, row: int, column: int) -> tuple[int, ...]:
        """Return the index in the array of one cell of one tile."""
        if len(self.shape) < 2:
            return (column * self.step[1],)[: len(self.shape)]
        sizes = [self.shape[axis] for axis in self.axes[:-2]]
        places = (*(int(i) for i in np.unravel_index(tile, sizes)), row * self.step[0], column * self.step[1])
        found = dict(zip(self.axes, places, strict=True))
        return tuple(found[axis] for axis in range(len(self.shape)))


def kernel_tiles(array: Array) -> Tiles:
    """Return a kernel's pictures: a matrix as it is, the filters of a convolution by input (rows) and output (columns).

    Three axes are cut along the shortest; more than four, along all but the first spatial ones.
    """
    rank = array.ndim
    if rank < 2:
        return _tiles(array.reshape(1, -1), (0, 1), array.shape, 0)
    if rank == 2:
        return _tiles(array, (0, 1), array.shape, 1)
    if rank == 3:
        cut = int(np.argmin(array.shape))
        return _tiles(array, (cut, *(axis for axis in range(3) if axis != cut)), array.shape, 0)
    axes = (*range(rank - 4), rank - 2, rank - 1, rank - 4, rank - 3)
    return _tiles(array, axes, array.shape, array.shape[-1] if array.shape[-2] > 1 else 0)


def output_tiles(sample: Array) -> Tiles:
    """Return the pictures of what a node gave for one sample: a tile for each channel, the last axis, of an image."""
    rank = sample.ndim
    if rank < 3:
        return kernel_tiles(sample)
    axes = (*range(rank - 3), rank - 1, rank - 3, rank - 2)
    return _tiles(sample, axes, sample.shape, 0)


def is_image_like(shape: tuple[int, ...]) -> bool:
    """Return whether a sample of that shape is more than one line of numbers."""
    return len(shape) >= 2 and min(shape[-3:][:2]) > 1


def _tiles(array: Array, axes: tuple[int, ...], shape: tuple[int, ...], columns: int) -> Tiles:
    """Return tiles of an array with its axes in that order, thinned where there are too many cells."""
    turned = array.transpose(axes) if array.ndim > 1 else array
    height, width = turned.shape[-2:]
    rows_step, columns_step = (max(1, -(-size // MAX_SIDE)) for size in (height, width))
    images = turned[..., ::rows_step, ::columns_step]
    images = images.reshape(int(np.prod(images.shape[:-2])), *images.shape[-2:])
    fitting = max(1, MAX_CELLS // max(1, images.shape[1] * images.shape[2]))
    if columns and len(images) > fitting:
        fitting = max(1, fitting // columns) * columns if fitting >= columns else fitting
        columns = min(columns, fitting)
    left_out = max(0, len(images) - fitting)
    return Tiles(images[:fitting], columns, shape, axes, (rows_step, columns_step), left_out, is_square=array.ndim > 2)
