"""CSV files as people have them: any usual delimiter, with or without a header, gaps, quotes, decimal commas."""

from collections.abc import Sequence
from pathlib import Path

from flaxstudio.data.csv_columns import (
    are_numbers,
    cells_of,
    fast_columns,
    no_rows,
    numbers_of,
    texts_of,
    without_empty_margin,
)
from flaxstudio.data.csv_form import Form, form_of
from flaxstudio.data.table import Column, Table
from flaxstudio.graph.problem import ProblemError

MAX_BYTES = 2 * 2**30


def read_csv(path: Path) -> Table:
    """Return a CSV file's columns: float64 numbers with NaN for gaps, or texts; ProblemError if it is not a table."""
    text = _decode(path)
    form = form_of(text, path.name)
    columns = fast_columns(text, form, has_header=bool(form.header)) or _careful_columns(text, form)
    return Table(without_empty_margin(form, dict(zip(form.names, columns, strict=True))), path.name)


def _decode(path: Path) -> str:
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return decoded(content, encoding, path.name)


def decoded(content: bytes, encoding: str, file: str, line: int = 0) -> str:
    """Return text with plain line ends; ProblemError if it is none. `line` is how many lines came before."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        number = line + content.count(b"\n", 0, error.start) + 1
        raise ProblemError(f"{file} is not UTF-8 text (line {number}).", "Save it as “CSV UTF-8”.") from error
    if "\0" in text:
        raise ProblemError(f"{file} is not a CSV file: it holds binary data.", "Open a CSV or NPZ file.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _careful_columns(text: str, form: Form) -> Sequence[Column]:
    cells = cells_of(text, form, has_header=bool(form.header))
    if not cells[0]:
        raise no_rows(form)
    return [numbers_of(column) if are_numbers(column) else texts_of(column) for column in cells]
