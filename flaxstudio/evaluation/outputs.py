"""Write predictions to a file whose ending says its format."""

import csv
import importlib
import importlib.util
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from flaxstudio.data.table import Column, Table
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.storage import write_atomically


def write_predictions(path: Path, predictions: Table) -> None:
    """Write a table as .csv, .npz or .parquet; ProblemError if the ending is another or the file cannot be written."""
    match path.suffix.lower():
        case ".csv":
            write_atomically(path, _csv_bytes(_flat(predictions.columns)))
        case ".npz":
            write_atomically(path, _npz_bytes(predictions.columns))
        case ".parquet":
            write_atomically(path, _parquet_bytes(_flat(predictions.columns)))
        case ending:
            raise ProblemError(f"Predictions cannot be written as “{ending or path.name}”.", "Use .csv, .npz or .parquet.")


def _flat(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return the columns with arrays taken apart: y of shape (rows, 2) becomes y_0 and y_1."""
    flat: dict[str, Column] = {}
    for name, column in columns.items():
        if column.ndim == 1:
            flat[name] = column
            continue
        for index in np.ndindex(column.shape[1:]):
            flat["_".join([name, *map(str, index)])] = column[(slice(None), *index)]
    return flat


def _csv_bytes(columns: Mapping[str, Column]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(map(str, column) for column in columns.values()), strict=True))
    return text.getvalue().encode()


def _npz_bytes(columns: Mapping[str, Column]) -> bytes:
    arrays = {name: column.astype(str) if column.dtype.kind == "O" else column for name, column in columns.items()}
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    return content.getvalue()


def _parquet_bytes(columns: Mapping[str, Column]) -> bytes:
    if importlib.util.find_spec("pyarrow") is None:
        raise ProblemError("Writing Parquet needs the package pyarrow.", "Install it with: pip install pyarrow, or write .csv.")
    arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    content = io.BytesIO()
    parquet.write_table(arrow.table(dict(columns)), content)
    return content.getvalue()
