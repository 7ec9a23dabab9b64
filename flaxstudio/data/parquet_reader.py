"""Parquet files, read by pyarrow where it is installed."""

import importlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from flaxstudio.data.table import Column, Table
from flaxstudio.graph.problem import ProblemError


def read_parquet(path: Path) -> Table:
    """Return a Parquet file's columns of numbers and texts; ProblemError if it is damaged or pyarrow is missing."""
    if importlib.util.find_spec("pyarrow") is None:
        raise ProblemError(
            f"{path.name} is a Parquet file, which needs the package pyarrow.", 'pip install "flaxstudio[parquet]", or use CSV.'
        )
    arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    try:
        table = parquet.read_table(path)
    except (arrow.ArrowException, OSError) as error:
        raise ProblemError(f"{path.name} is damaged or not a Parquet file.", "Save it again.") from error
    if not table.num_rows or not table.num_columns:
        raise ProblemError(f"{path.name} holds no rows.", "Choose another file.")
    return Table({name: _column(table.column(name), arrow) for name in table.column_names}, path.name)


def _column(column: Any, arrow: Any) -> Column:
    """Return numbers as they are (with gaps: float64 with NaN), everything else as texts (gaps: empty)."""
    kinds = arrow.types
    if kinds.is_integer(column.type) or kinds.is_floating(column.type) or kinds.is_boolean(column.type):
        if column.null_count:
            column = column.cast(arrow.float64())
        return np.asarray(column.to_numpy())
    values = ("" if value is None else str(value) for value in column.to_pylist())
    return np.array(list(values), dtype=object)
