"""The first rows of a table as texts, for the eye."""

import numpy as np

from flaxstudio.data.table import Column, Table, kind_of, text_of

ROWS = 20


def preview_rows(table: Table, rows: int = ROWS) -> tuple[tuple[str, ...], ...]:
    """Return the first rows as texts, one a column in the table's order; arrays are told by their shape, gaps are empty."""
    columns = [_texts(column[:rows]) for column in table.columns.values()]
    return tuple(zip(*columns, strict=True))


def _texts(column: Column) -> list[str]:
    if kind_of(column) not in ("number", "text"):
        return [" x ".join(map(str, value.shape)) or str(value) for value in map(np.asarray, column)]
    return ["" if isinstance(value, float) and value != value else text_of(value) for value in column.tolist()]
