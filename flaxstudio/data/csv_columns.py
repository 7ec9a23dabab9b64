"""The cells of a CSV file as columns: float64 numbers with NaN for gaps, or texts."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.data.csv_form import Form, is_missing, is_number, rows_of
from flaxstudio.data.mapping import chunks
from flaxstudio.data.table import Column
from flaxstudio.graph.problem import ProblemError


def fast_columns(text: str, form: Form, *, has_header: bool) -> list[Column] | None:
    """Return the columns of plain numbers, or None if there may be something else."""
    if not form.is_plain or not text.strip():
        return None
    lines = io.StringIO(text)
    if has_header:
        next(line for line in lines if line.strip())
    try:
        values = np.loadtxt(lines, delimiter=form.delimiter, comments=None, quotechar='"', ndmin=2, dtype=np.float64)
    except ValueError:
        return None  # the careful way finds out where
    if not values.size or np.isnan(values).any() or values.shape[1] != len(form.names):
        return None
    return list(np.ascontiguousarray(values.T))


def cells_of(text: str, form: Form, *, has_header: bool, line: int = 0) -> list[list[str]]:
    """Return the cells of each column; ProblemError at a row of another length. `line` is how many lines came before."""
    cells: list[list[str]] = [[] for _ in form.names]
    for number, (ended, row) in enumerate(rows_of(text, form.delimiter, form.file, line)):
        if number == 0 and has_header:
            continue
        if len(row) != len(cells):
            values = "value" if len(row) == 1 else "values"
            what = f"{form.file} is ragged: line {ended} has {len(row)} {values}, not {len(cells)}."
            raise ProblemError(what, "Repair that line.")
        for column, cell in zip(cells, row, strict=True):
            column.append(cell)
    return cells


def no_rows(form: Form) -> ProblemError:
    """Return what is told of a file that has a header only."""
    return ProblemError(f"{form.file} has a header and no rows.", "Choose a file with rows of values.")


def without_empty_margin(form: Form, columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return the columns without the empty one that a delimiter at each line's end makes."""
    last = columns[form.names[-1]]
    is_margin = len(columns) > 1 and form.header and not form.header[-1].strip()
    if is_margin and last.dtype.kind == "f" and all(np.isnan(chunk).all() for _, chunk in chunks(last)):
        return {name: columns[name] for name in form.names[:-1]}
    return dict(columns)


def are_numbers(cells: Sequence[str]) -> bool:
    """A column is one of numbers if all its cells are, gaps aside, or it is nothing but gaps."""
    return all(is_number(cell) or is_missing(cell) for cell in cells)


def numbers_of(cells: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return cells of numbers as a column, gaps as NaN."""
    values = (np.nan if is_missing(cell) else float(cell.replace(",", ".")) for cell in cells)
    return np.fromiter(values, dtype=np.float64, count=len(cells))


def texts_of(cells: Sequence[str]) -> npt.NDArray[Any]:
    """Return cells as a column of texts."""
    column = np.empty(len(cells), dtype=object)
    column[:] = [cell.strip() for cell in cells]
    return column
