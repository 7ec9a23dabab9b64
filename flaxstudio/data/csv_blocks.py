"""Large CSV files, turned into columns block by block: each block is parsed as a small file of its own would be."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

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
from flaxstudio.data.csv_reader import decoded
from flaxstudio.data.mapping import ArrayFile, map_array
from flaxstudio.data.table import Column, Tell

_BLOCK = 2**18
_LONGEST = 2**24
_HEAD = 2**20
_TABLE = "table.json"


class _TextFound(Exception):
    """Columns that had been of numbers hold texts."""

    def __init__(self, columns: set[int]) -> None:
        super().__init__(columns)
        self.columns = columns


def is_in_lines(path: Path) -> bool:
    """Return whether a file can be read block by block: lines of 8-bit text."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return head[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\n" in head


def convert(path: Path, folder: Path, tell: Tell) -> None:
    """Write a CSV file's columns into a folder; ProblemError if it is not a table. `tell` gets the share that is done."""
    texts: set[int] = set()
    while True:
        try:
            _convert(path, folder, texts, tell)
            return
        except _TextFound as found:  # rare: as a rule a column shows what it holds in the first block
            texts |= found.columns


def columns_in(folder: Path) -> dict[str, Column]:
    """Return the columns of a converted file: the numbers mapped; of texts, each different one is in memory once."""
    told: dict[str, list[Any]] = json.loads((folder / _TABLE).read_text("utf-8"))
    return {name: _column(folder / file, words) for name, (file, words) in told.items()}


def _column(path: Path, words: list[str] | None) -> Column:
    column = map_array(path)
    assert column is not None
    if words is None:
        return column
    known = np.empty(len(words), dtype=object)
    known[:] = words
    texts: Column = known[column]
    return texts


def _convert(path: Path, folder: Path, texts: set[int], tell: Tell) -> None:
    form = _form(path)
    words: dict[int, dict[str, int]] = {index: {} for index in texts}
    paths = [folder / f"{index}.npy" for index in range(len(form.names))]
    with ExitStack() as stack:
        files = [
            stack.enter_context(closing(ArrayFile(file, np.int32 if index in texts else np.float64)))
            for index, file in enumerate(paths)
        ]
        for line, text, share in _blocks(path):
            for index, column in enumerate(_parsed(text, line, form, texts)):
                files[index].append(_codes(column, words[index]) if index in texts else column)
            tell(share)
    columns = {
        name: _column(paths[index], list(words[index]) if index in texts else None) for index, name in enumerate(form.names)
    }
    if not len(columns[form.names[0]]):
        raise no_rows(form)
    told = {name: [f"{index}.npy", list(words[index]) if index in texts else None] for index, name in enumerate(form.names)}
    kept = without_empty_margin(form, columns)
    (folder / _TABLE).write_text(json.dumps({name: told[name] for name in kept}, ensure_ascii=False), "utf-8")


def _form(path: Path) -> Form:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return form_of(decoded(head[: head.rfind(b"\n") + 1], "utf-8-sig", path.name), path.name)


def _blocks(path: Path) -> Iterator[tuple[int, str, float]]:
    """Yield pieces of whole lines, each with the number of lines before it, and how much of the file it ends."""
    size, line, rest = path.stat().st_size, 0, b""
    with path.open("rb") as file:
        while content := file.read(_BLOCK):
            rest += content
            end = rest.rfind(b"\n") + 1
            goes_on = end == 0 or rest.count(b'"', 0, end) % 2  # a line, or a quoted text over several lines
            if goes_on and len(rest) < _LONGEST:
                continue
            end = end or len(rest)
            yield line, _text(rest[:end], path.name, line), file.tell() / max(1, size)
            line, rest = line + rest.count(b"\n", 0, end), rest[end:]
    if rest:
        yield line, _text(rest, path.name, line), 1.0


def _text(content: bytes, name: str, line: int) -> str:
    return decoded(content, "utf-8" if line else "utf-8-sig", name, line)


def _parsed(text: str, line: int, form: Form, texts: set[int]) -> Sequence[Column]:
    has_header = bool(form.header) and line == 0
    fast = None if texts else fast_columns(text, form, has_header=has_header)
    if fast is not None:
        return fast
    cells = cells_of(text, form, has_header=has_header, line=line)
    if found := {index for index, column in enumerate(cells) if index not in texts and not are_numbers(column)}:
        raise _TextFound(found)
    return [texts_of(column) if index in texts else numbers_of(column) for index, column in enumerate(cells)]


def _codes(column: Column, words: dict[str, int]) -> npt.NDArray[np.int32]:
    """Return the number of each text among those seen so far, new ones added."""
    return np.fromiter((words.setdefault(cell, len(words)) for cell in column), np.int32, len(column))
