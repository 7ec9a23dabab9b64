"""How a CSV file is written: its delimiter, whether it has a header, what its columns are called."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flaxstudio.graph.problem import ProblemError

DELIMITERS = (",", ";", "\t")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
_SAMPLE_LINES = 200


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written, with its first rows, the header left out. `header` is empty where there is none."""

    file: str
    delimiter: str
    header: tuple[str, ...]
    names: tuple[str, ...]
    sample: tuple[list[str], ...]

    @property
    def is_plain(self) -> bool:
        """Whether the first rows are nothing but numbers."""
        return bool(self.sample) and all(is_number(cell) and "," not in cell for row in self.sample for cell in row)


def form_of(text: str, file: str) -> Form:
    """Return how a file that begins with a text is written; ProblemError if it is empty. `file` is its name."""
    delimiter = _delimiter(text)
    sample = [row for _, row in rows_of(_head(text), delimiter, file)]
    if not sample:
        raise ProblemError(f"{file} is empty.", "Choose a file with rows of values.")
    has_header = _has_header(sample)
    names = _names(sample[0] if has_header else [""] * len(sample[0]))
    return Form(file, delimiter, tuple(sample[0]) if has_header else (), tuple(names), tuple(sample[int(has_header) :]))


def rows_of(text: str, delimiter: str, name: str, line: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, with the line on which each ends, counted from `line`."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            if row and (len(row) > 1 or row[0].strip()):
                yield line + reader.line_num, row
    except csv.Error as error:
        raise ProblemError(
            f"{name} cannot be read as CSV: {error} (line {line + reader.line_num}).", "Repair that line."
        ) from error


def is_missing(cell: str) -> bool:
    """Return whether a cell says that there is no value."""
    return cell.strip().lower() in MISSING


def is_number(cell: str) -> bool:
    """Return whether a cell is a number, with a decimal point or comma."""
    try:
        float(cell)
    except ValueError:
        return re.fullmatch(r"[+-]?\d+,\d+", cell.strip()) is not None
    return "_" not in cell


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


def _has_header(sample: Sequence[list[str]]) -> bool:
    """A header is a text above a column of numbers, or, where there are no numbers, a first row of different texts."""
    first, rest = sample[0], sample[1:]
    if any(is_number(cell) for cell in first) and not rest:
        return False
    for index, cell in enumerate(first):
        below = [row[index] for row in rest if index < len(row) and not is_missing(row[index])]
        if below and not is_missing(cell) and not is_number(cell) and all(map(is_number, below)):
            return True
    return not any(is_number(cell) for cell in first) and len(set(first)) == len(first)


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
