"""A table: named columns of equal length, wherever they came from, and a summary of each for the eye."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from flaxstudio.graph.problem import ProblemError

Column = npt.NDArray[Any]
ColumnKind = Literal["number", "text", "array", "other"]
EXAMPLES = 5


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns by name, each of shape (rows, ...): numbers, texts (dtype object) or arrays of any rank.

    The last `test_rows` rows are a test split that the source itself fixes (0: none). `reference` holds the noise-free
    values of target columns, where known. A missing number is NaN, a missing text is empty.
    """

    columns: Mapping[str, Column]
    title: str = ""
    test_rows: int = 0
    reference: Mapping[str, Column] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return next((len(column) for column in self.columns.values()), 0)

    def column(self, name: str) -> Column:
        """Return a column; ProblemError if there is none of that name."""
        if name not in self.columns:
            raise ProblemError(f"{self.title or 'The data'} has no column “{name}”.", "Choose the columns again.")
        return self.columns[name]


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
        return np.asarray(column == "", dtype=np.bool_)
    if column.dtype.kind != "f":
        return np.zeros(len(column), dtype=np.bool_)
    return np.asarray(np.isnan(column).reshape(len(column), -1).any(axis=1), dtype=np.bool_)


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
    present = column[~missing] if missing.any() else column
    distinct = len(np.unique(present)) if kind in ("number", "text") else 0
    is_numeric = kind in ("number", "array") and present.size > 0
    return ColumnSummary(
        name,
        kind,
        column.shape[1:],
        int(missing.sum()),
        distinct,
        float(present.min()) if is_numeric else None,
        float(present.max()) if is_numeric else None,
        tuple(text_of(value) for value in present[:EXAMPLES]) if kind in ("number", "text") else (),
    )
