"""New values for one array, as the user gives them: a constant, a cell, pasted numbers, a file. All keep shape and type."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.storage import read_limited

Array = npt.NDArray[Any]
_NUMBER = re.compile(r"[-+]?(?:inf|nan|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;\[\](){}]*|array\(|jnp\.array\(|np\.array\(", re.IGNORECASE)


def parse_number(text: str, dtype: np.dtype[Any]) -> float | int:
    """Return a typed number; ProblemError unless an array of this type can hold it."""
    try:
        value = float(text.strip().replace("−", "-"))
    except ValueError as error:
        raise ProblemError(f"“{text.strip()[:40]}” is not a number.", "Type one such as 0.5 or 1e-3.") from error
    number: float | int = _checked(np.array([value]), dtype)[0].item()
    return number


def constant(like: Array, value: float) -> Array:
    """Return an array of the same shape and type that holds one value everywhere."""
    return np.full(like.shape, _checked(np.array([float(value)]), like.dtype)[0], like.dtype)


def with_cell(array: Array, index: tuple[int, ...], value: float) -> Array:
    """Return a copy with one cell changed."""
    changed = array.copy()
    changed[index] = _checked(np.array([float(value)]), array.dtype)[0]
    return changed


def from_text(like: Array, text: str) -> Array:
    """Return the numbers in a text, row by row, in an array's shape; ProblemError unless there are as many as it takes.

    They may be parted by blanks, commas, semicolons or brackets: a table copied from a sheet, or NumPy's own print.
    """
    numbers = numbers_in(text)
    if len(numbers) != like.size:
        raise ProblemError(
            f"The text holds {len(numbers):,} numbers, and an array of shape {like.shape} takes {like.size:,}.",
            "Paste as many, row by row.",
        )
    return _checked(numbers, like.dtype).reshape(like.shape)


def numbers_in(text: str) -> Array:
    """Return the numbers of a text in order, as float64; ProblemError where it holds anything else."""
    rest = _BETWEEN.sub("", _NUMBER.sub(" ", text)).strip()
    if rest:
        raise ProblemError(f"The text holds more than numbers: “{rest[:30]}”.", "Use numbers only.")
    return np.array([float(found) for found in _NUMBER.findall(text)], np.float64)


def from_file(like: Array, path: Path) -> Array:
    """Return the array of a .npy file (or the only one of an .npz); ProblemError unless it has the shape wanted."""
    read_limited(path)  # says what is wrong with the path or the size
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.lib.npyio.NpzFile):
            with loaded:
                given = [loaded[name] for name in loaded.files]
            if len(given) != 1:
                raise ProblemError(f"{path.name} holds {len(given)} arrays.", "Choose a .npy file, or an .npz of one array.")
            loaded = given[0]
    except (ValueError, OSError, EOFError) as error:
        raise ProblemError(f"{path.name} is not an array of NumPy.", "Choose a file that numpy.save has written.") from error
    if loaded.shape != like.shape:
        raise ProblemError(f"{path.name} holds an array of shape {loaded.shape}, and {like.shape} is wanted.")
    if loaded.dtype.kind not in "biuf":
        raise ProblemError(f"{path.name} holds {loaded.dtype.name}, not numbers.")
    return _checked(loaded, like.dtype)


def _checked(values: Array, dtype: np.dtype[Any]) -> Array:
    """Return numbers in a type; ProblemError where it cannot hold them."""
    with np.errstate(all="ignore"):
        if dtype.kind in "iu":
            limits = np.iinfo(dtype)
            is_whole = np.isfinite(values) & (values == np.floor(values)) & (values >= limits.min) & (values <= limits.max)
            if not np.all(is_whole):
                raise ProblemError(f"The array holds {dtype.name}.", "Use whole numbers within its range.")
        converted = values.astype(dtype)
        if dtype.kind not in "iub" and np.any(np.isfinite(values) & ~np.isfinite(converted.astype(np.float64))):
            raise ProblemError(f"A number is too large for {dtype.name}.", "Use smaller numbers.")
    return converted
