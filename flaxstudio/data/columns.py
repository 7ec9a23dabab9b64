"""Columns to arrays: the features of a sample side by side, the targets as numbers or class indices. All checks of values."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.data.mapping import chunks
from flaxstudio.data.table import Column, Table, distinct_in, infinite_in, kind_of, missing_in, text_of
from flaxstudio.graph.problem import ProblemError

_CHUNK_ROWS = 8192


def number_column(table: Table, name: str) -> Column:
    """Return a column of finite numbers, shape (rows, ...); ProblemError naming the column and the row otherwise."""
    column = table.column(name)
    kind = kind_of(column)
    if kind == "text":
        row = _first_text(column)
        raise ProblemError(
            f"Column “{name}” holds text: “{str(column[row])[:40]}” in row {table.number(row)}.",
            "Untick it, or write it as numbers.",
        )
    if kind == "other":
        raise ProblemError(f"Array “{name}” holds {column.dtype} values, not real numbers.", "Untick it.")
    _check_present(name, table)
    infinite = infinite_in(column)
    if infinite.any():
        row = table.number(int(np.argmax(infinite)))
        raise ProblemError(f"Column “{name}” is infinite in row {row}.", "Write a number there or delete the row.")
    return column


def sizes_of(table: Table, names: Sequence[str]) -> list[int]:
    """Return how many numbers of a sample each column gives."""
    return [math.prod(table.column(name).shape[1:]) for name in names]


def blocks(columns: Sequence[Column]) -> Iterator[tuple[slice, Column]]:
    """Yield each column with its place in a sample's row of numbers."""
    start = 0
    for column in columns:
        stop = start + math.prod(column.shape[1:])
        yield slice(start, stop), column
        start = stop


def scaled(
    columns: Sequence[Column], offset: npt.NDArray[np.float32], scale: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return (x - offset) / scale of all columns side by side, shape (rows, numbers); computed in float64, kept in float32.

    `offset` and `scale` have the shape of one sample, or () for all alike.
    """
    width = sum(math.prod(column.shape[1:]) for column in columns)
    offsets = np.broadcast_to(offset.astype(np.float64).ravel() if offset.ndim else offset.astype(np.float64), (width,))
    scales = np.broadcast_to(scale.astype(np.float64).ravel() if scale.ndim else scale.astype(np.float64), (width,))
    out = np.empty((len(columns[0]), width), dtype=np.float32)
    for place, column in blocks(columns):
        for start in range(0, len(column), _CHUNK_ROWS):
            chunk = column[start : start + _CHUNK_ROWS]
            flat = chunk.reshape(len(chunk), -1).astype(np.float64)
            with np.errstate(over="ignore"):
                out[start : start + _CHUNK_ROWS, place] = (flat - offsets[place]) / scales[place]
    return out


def whole_numbers(table: Table, names: Sequence[str]) -> npt.NDArray[np.int32]:
    """Return columns side by side as int32, shape (rows, numbers); ProblemError where a value is not a whole number."""
    columns = [number_column(table, name) for name in names]
    for name, column in zip(names, columns, strict=True):
        flat = column.reshape(len(column), -1)
        wrong = (flat != np.round(flat)) | (np.abs(flat.astype(np.float64)) >= 2**31)
        if wrong.any():
            row = table.number(int(np.argmax(wrong.any(axis=1))))
            raise ProblemError(
                f"Column “{name}” is not a whole number in row {row}, and the Input takes int32.",
                "Set the Input's dtype to float32.",
            )
    return np.concatenate([column.reshape(len(column), -1).astype(np.int32) for column in columns], axis=1)


def number_targets(table: Table, names: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return targets of shape (rows, values): columns side by side; a single array keeps its shape."""
    columns = [number_column(table, name) for name in names]
    flat = scaled(columns, np.zeros((), np.float32), np.ones((), np.float32))
    if not np.isfinite(flat).all():
        row = table.number(int(np.argmin(np.isfinite(flat).all(axis=1))))
        raise ProblemError(f"A target in row {row} is too large for float32.", "Divide the column by a power of ten.")
    return flat.reshape(columns[0].shape) if len(columns) == 1 and columns[0].ndim > 1 else flat


def class_names(table: Table, name: str, ignored: str = "") -> tuple[str, ...]:
    """Return the names of a target's classes in the order of their indices: numbers by size, texts by alphabet.

    The label `ignored` is no class.
    """
    names = (text_of(value) for value in distinct_in(_class_column(table, name)).tolist())
    return tuple(name for name in names if name != ignored)


def class_targets(table: Table, name: str, classes: Sequence[str], ignored: str = "") -> npt.NDArray[np.int32]:
    """Return the index in `classes` of each value, of the column's shape, -1 of those `ignored`.

    ProblemError for a value that is none of them.
    """
    column = _class_column(table, name)
    values = distinct_in(column)
    index = {label: number for number, label in enumerate(classes)} | ({ignored: -1} if ignored else {})
    labels = [text_of(value) for value in values.tolist()]
    for label in labels:
        if label not in index:
            raise ProblemError(
                f"“{label}” in column “{name}” is not one of the classes the model was trained on.",
                "Correct the data, or train the model again.",
            )
    indices = np.array([index[label] for label in labels], dtype=np.int32)
    found = np.empty(column.shape, np.int32)
    for start, chunk in chunks(column):
        found[start : start + len(chunk)] = indices[np.searchsorted(values, chunk)]
    return found


def _class_column(table: Table, name: str) -> npt.NDArray[Any]:
    column = table.column(name)
    kind = kind_of(column)
    if kind == "other" or (kind == "array" and not all((chunk == np.round(chunk)).all() for _, chunk in chunks(column))):
        raise ProblemError(
            f"“{name}” holds arrays of other than whole numbers, which tell no classes.",
            "Choose another target, or take it as numbers.",
        )
    _check_present(name, table)
    return column


def _check_present(name: str, table: Table) -> None:
    missing = missing_in(table.column(name))
    if missing.any():
        count, row = int(missing.sum()), table.number(int(np.argmax(missing)))
        more = f" ({count:,} rows lack it)" if count > 1 else ""
        raise ProblemError(
            f"Column “{name}” has no value in row {row}{more}.", "Fill it in, delete the row or untick the column."
        )


def _first_text(column: Column) -> int:
    """Return the row of the first value that is not a number; the first row if all could be."""
    for row, cell in enumerate(column):
        try:
            float(cell)
        except ValueError:
            if cell:
                return row
    return 0
