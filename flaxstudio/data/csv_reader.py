"""CSV files as people have them: any usual delimiter, with or without a header, gaps, quotes, decimal commas."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.data.table import Column, Table
from flaxstudio.graph.problem import ProblemError

MAX_BYTES = 2 * 2**30
DELIMITERS = (",", ";", "\t")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
_SAMPLE_LINES = 200


def read_csv(path: Path) -> Table:
    """Return a CSV file's columns: float64 numbers with NaN for gaps, or texts; ProblemError if it is not a table."""
    text = _decode(path)
    delimiter = _delimiter(text)
    sample = [row for _, row in _rows(_head(text), delimiter, path.name)]
    if not sample:
        raise ProblemError(f"{path.name} is empty.", "Choose a file with rows of values.")
    has_header = _has_header(sample)
    names = _names(sample[0] if has_header else [""] * len(sample[0]))
    columns = _fast_columns(text, delimiter, has_header, sample[int(has_header) :])
    if columns is None or len(columns) != len(names):
        columns = _careful_columns(text, delimiter, has_header, len(names), path.name)
    return Table(_without_empty_margin(names, sample[0] if has_header else names, columns), path.name)


def _decode(path: Path) -> str:
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProblemError(f"{path.name} is not UTF-8 text (line {line}).", "Save it as “CSV UTF-8”.") from error
    if "\0" in text:
        raise ProblemError(f"{path.name} is not a CSV file: it holds binary data.", "Open a CSV or NPZ file.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _head(text: str) -> str:
    end = -1
    for _ in range(_SAMPLE_LINES):
        end = text.find("\n", end + 1)
        if end < 0:
            return text
    return text[:end]


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the first lines into most cells of equal number; a comma where none does."""

    def worth(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(_head(text)), delimiter=delimiter) if row]
        except csv.Error:
            return 0.0, 0
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) / len(widths) if usual > 1 else 0.0), usual

    return max(DELIMITERS, key=worth)


def _rows(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, with the line on which each ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            if row and (len(row) > 1 or row[0].strip()):
                yield reader.line_num, row
    except csv.Error as error:
        raise ProblemError(f"{name} cannot be read as CSV: {error} (line {reader.line_num}).", "Repair that line.") from error


def _is_missing(cell: str) -> bool:
    return cell.strip().lower() in MISSING


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return re.fullmatch(r"[+-]?\d+,\d+", cell.strip()) is not None
    return "_" not in cell


def _has_header(sample: Sequence[list[str]]) -> bool:
    """A header is a text above a column of numbers, or, where there are no numbers, a first row of different texts."""
    first, rest = sample[0], sample[1:]
    if any(_is_number(cell) for cell in first) and not rest:
        return False
    for index, cell in enumerate(first):
        below = [row[index] for row in rest if index < len(row) and not _is_missing(row[index])]
        if below and not _is_missing(cell) and not _is_number(cell) and all(map(_is_number, below)):
            return True
    return not any(_is_number(cell) for cell in first) and len(set(first)) == len(first)


def _names(header: Sequence[str]) -> list[str]:
    """Return a name for each column: the header's, made different and never empty."""
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        base = name = " ".join(cell.split()) or f"column_{number}"
        copy = 2
        while name in names:
            name, copy = f"{base}_{copy}", copy + 1
        names.append(name)
    return names


def _fast_columns(text: str, delimiter: str, has_header: bool, sample: Sequence[list[str]]) -> list[Column] | None:
    """Return the columns of a file of plain numbers, or None if it may be something else."""
    if not sample or not all(_is_number(cell) and "," not in cell for row in sample for cell in row):
        return None
    lines = io.StringIO(text)
    if has_header:
        next(line for line in lines if line.strip())
    try:
        values = np.loadtxt(lines, delimiter=delimiter, comments=None, quotechar='"', ndmin=2, dtype=np.float64)
    except ValueError:
        return None  # the careful way finds out where
    return list(np.ascontiguousarray(values.T)) if values.size and not np.isnan(values).any() else None


def _careful_columns(text: str, delimiter: str, has_header: bool, width: int, name: str) -> list[Column]:
    cells: list[list[str]] = [[] for _ in range(width)]
    for number, (line, row) in enumerate(_rows(text, delimiter, name)):
        if number == 0 and has_header:
            continue
        if len(row) != width:
            raise ProblemError(
                f"{name} is ragged: line {line} has {len(row)} {'value' if len(row) == 1 else 'values'}, not {width}.",
                "Repair that line.",
            )
        for column, cell in zip(cells, row, strict=True):
            column.append(cell)
    if not cells[0]:
        raise ProblemError(f"{name} has a header and no rows.", "Choose a file with rows of values.")
    return [_numbers(column) if _are_numbers(column) else _texts(column) for column in cells]


def _are_numbers(cells: Sequence[str]) -> bool:
    """A column is one of numbers if all its cells are, gaps aside, or it is nothing but gaps."""
    return all(_is_number(cell) or _is_missing(cell) for cell in cells)


def _numbers(cells: Sequence[str]) -> npt.NDArray[np.float64]:
    values = (np.nan if _is_missing(cell) else float(cell.replace(",", ".")) for cell in cells)
    return np.fromiter(values, dtype=np.float64, count=len(cells))


def _texts(cells: Sequence[str]) -> npt.NDArray[Any]:
    column = np.empty(len(cells), dtype=object)
    column[:] = [cell.strip() for cell in cells]
    return column


def _without_empty_margin(names: Sequence[str], header: Sequence[str], columns: Sequence[Column]) -> dict[str, Column]:
    """Return the table without the empty column that a delimiter at each line's end makes."""
    table = dict(zip(names, columns, strict=True))
    last = columns[-1]
    if len(columns) > 1 and not header[-1].strip() and last.dtype.kind == "f" and np.isnan(last).all():
        del table[names[-1]]
    return table
