"""A table: named columns of equal length, wherever they came from, and a summary of each for the eye."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from flaxstudio.data.mapping import chunks
from flaxstudio.graph.problem import ProblemError

Column = npt.NDArray[Any]
ColumnKind = Literal["number", "text", "array", "other"]
EXAMPLES = 5
_MOST_DISTINCT = 2**20
"""Different values of a column are counted up to here."""
Tell = Callable[[float], None]
"""Is told the share of some long work that is done. It ends the work by raising."""


def untold(_: float) -> None:
    """Let nobody know."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """That a table stays in its file, since its arrays have more bytes than were set aside for it."""

    source: Path
    size: int
    room: int


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns by name, each of shape (rows, ...): numbers, texts (dtype object) or arrays of any rank.

    The last `test_rows` rows are a test split that the source itself fixes (0: none). `reference` holds the noise-free
    values of target columns, where known. A missing number is NaN, a missing text is empty. `disk` tells that columns are
    mapped from files. Of a part, `places` are its rows in the whole table.
    """

    columns: Mapping[str, Column]
    title: str = ""
    test_rows: int = 0
    reference: Mapping[str, Column] = field(default_factory=dict)
    disk: OnDisk | None = None
    places: npt.NDArray[np.int64] | None = None

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return next((len(column) for column in self.columns.values()), 0)

    def column(self, name: str) -> Column:
        """Return a column; ProblemError if there is none of that name."""
        if name not in self.columns:
            raise ProblemError(f"{self.title or 'The data'} has no column “{name}”.", "Choose the columns again.")
        return self.columns[name]

    def part(self, names: Iterable[str], rows: npt.NDArray[np.int64]) -> "Table":
        """Return some columns at some rows, in memory."""
        return Table({name: self.column(name)[rows] for name in names}, self.title, places=rows)

    def number(self, row: int) -> int:
        """Return a row's number as it is told: in the whole table, from 1."""
        return 1 + (row if self.places is None else int(self.places[row]))


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """A column at a glance. `shape` is that of one value: () for a number or text. Of arrays, distinct is not counted."""

    name: str
    kind: ColumnKind
    shape: tuple[int, ...]
    missing: int
    distinct: int
    minimum: float | None
    maximum: float | None
    examples: tuple[str, ...]


def kind_of(column: Column) -> ColumnKind:
    """Return what a column's values are."""
    if column.dtype.kind in "biuf":
        return "number" if column.ndim == 1 else "array"
    return "text" if column.dtype.kind == "O" and column.ndim == 1 else "other"


def missing_in(column: Column) -> npt.NDArray[np.bool_]:
    """Return which rows lack a value, shape (rows,)."""
    if column.dtype.kind == "O":
        return _by_chunks(column, lambda chunk: chunk == "")
    if column.dtype.kind != "f":
        return np.zeros(len(column), dtype=np.bool_)
    return _by_chunks(column, lambda chunk: np.asarray(np.isnan(chunk).reshape(len(chunk), -1).any(axis=1)))


def infinite_in(column: Column) -> npt.NDArray[np.bool_]:
    """Return which rows of numbers hold one that is infinite, shape (rows,)."""
    if column.dtype.kind != "f":
        return np.zeros(len(column), dtype=np.bool_)
    return _by_chunks(column, lambda chunk: np.asarray(np.isinf(chunk).reshape(len(chunk), -1).any(axis=1)))


def _words(column: Column) -> set[Any]:
    return {word for _, chunk in chunks(column) for word in set(chunk.tolist())}


def _by_chunks(column: Column, found: Callable[[Column], Column]) -> npt.NDArray[np.bool_]:
    out = np.zeros(len(column), dtype=np.bool_)
    for start, chunk in chunks(column):
        out[start : start + len(chunk)] = found(chunk)
    return out


def distinct_in(column: Column, most: int | None = None) -> Column:
    """Return the different values of a column of numbers or texts in rising order; of more than `most`, some."""
    if column.dtype.kind == "O":
        words = _words(column)
        texts = np.empty(len(words), dtype=object)
        texts[:] = sorted(words)
        return texts
    found: Column = np.empty(0, column.dtype)
    for start, chunk in chunks(column):
        found = np.unique(chunk) if start == 0 else np.union1d(found, chunk)
        if most is not None and len(found) >= most:
            return found[:most]
    return found


def text_of(value: Any) -> str:
    """Return a value as people write it: whole numbers without a point."""
    if isinstance(value, float | np.floating):
        return str(int(value)) if float(value).is_integer() else str(value)
    return str(value)


def summarize(table: Table) -> tuple[ColumnSummary, ...]:
    """Return a summary of each column, in order."""
    return tuple(_summarize(name, column) for name, column in table.columns.items())


def ranges_of(summaries: Iterable[ColumnSummary]) -> dict[str, tuple[float, float]]:
    """Return the least and the largest value of each column of numbers."""
    known = ((found.name, found.minimum, found.maximum) for found in summaries)
    return {name: (least, most) for name, least, most in known if least is not None and most is not None}


def _summarize(name: str, column: Column) -> ColumnSummary:
    kind, missing = kind_of(column), missing_in(column)
    has_gaps = bool(missing.any())
    ranges: list[tuple[Any, Any]] = []
    examples: list[Any] = []
    for start, chunk in chunks(column) if kind != "other" else ():
        present = chunk[~missing[start : start + len(chunk)]] if has_gaps else chunk
        if kind != "text" and present.size:
            ranges.append((present.min(), present.max()))
        if kind != "array" and len(examples) < EXAMPLES:
            examples += list(present[: EXAMPLES - len(examples)])
    return ColumnSummary(
        name,
        kind,
        column.shape[1:],
        int(missing.sum()),
        _count_distinct(column, missing) if kind in ("number", "text") else 0,
        float(min(low for low, _ in ranges)) if ranges else None,
        float(max(high for _, high in ranges)) if ranges else None,
        tuple(map(text_of, examples)),
    )


def _count_distinct(column: Column, missing: npt.NDArray[np.bool_]) -> int:
    """Return how many different values there are; the gaps, which are one more, do not count."""
    found = _words(column) if column.dtype.kind == "O" else distinct_in(column, _MOST_DISTINCT)
    return len(found) - bool(missing.any())
