"""NPZ files: named NumPy arrays, where `x_train` beside `x_test` is one column with fixed test rows."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.data.table import Column, Table
from flaxstudio.graph.problem import ProblemError

MAX_BYTES = 16 * 2**30


def read_npz(path: Path) -> Table:
    """Return an NPZ file's arrays as columns; ProblemError if it is damaged, holds objects or arrays that do not match."""
    arrays = {name: as_column(array) for name, array in _load(path).items()}
    columns, test_rows = laid_out(arrays, path.name)
    whole = {name: parts[0] if len(parts) == 1 else np.concatenate(parts) for name, parts in columns.items()}
    return Table(whole, path.name, test_rows)


def laid_out(arrays: Mapping[str, Column], file: str) -> tuple[dict[str, tuple[Column, ...]], int]:
    """Return of which arrays each column is made, one after the other, and how many of the last rows are test rows."""
    arrays = {name: array for name, array in arrays.items() if array.ndim > 0}
    if not arrays:
        raise ProblemError(f"{file} holds no arrays.", "Save some with numpy.savez.")
    stems = [name.removesuffix("_train") for name in arrays if name.endswith("_train")]
    stems = [stem for stem in stems if f"{stem}_test" in arrays]
    if not stems:
        _check_lengths(arrays, file)
        return {name: (array,) for name, array in arrays.items()}, 0
    train = {stem: arrays[f"{stem}_train"] for stem in stems}
    test = {stem: arrays[f"{stem}_test"] for stem in stems}
    _check_lengths(train, file)
    _check_lengths(test, file)
    for stem in stems:
        _check_samples(stem, train[stem], test[stem], file)
    return {stem: (train[stem], test[stem]) for stem in stems}, len(test[stems[0]])


def _load(path: Path) -> dict[str, npt.NDArray[Any]]:
    with faults_told(path):
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                raise ProblemError(f"{path.name} unpacks to more than {MAX_BYTES / 2**30:g} GiB.", "Use a smaller file.")
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}


@contextmanager
def faults_told(path: Path) -> Iterator[None]:
    """Raise ProblemError where a file turns out to be damaged, or to hold what must not be read."""
    try:
        yield
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise objects_held(path) from error
        raise _damaged(path) from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, KeyError, NotImplementedError) as error:
        raise _damaged(path) from error


def objects_held(path: Path) -> ProblemError:
    """Return what is told of a file of Python objects."""
    return ProblemError(
        f"{path.name} holds pickled Python objects, which could run code.", "Save plain arrays of numbers or texts."
    )


def _damaged(path: Path) -> ProblemError:
    return ProblemError(f"{path.name} is damaged or not an NPZ file.", "Save it again with numpy.savez.")


def as_column(array: npt.NDArray[Any]) -> Column:
    """Return texts as objects, as in a table from CSV; all else as it is, an (n, 1) array as a column of numbers."""
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "replace")
    return array.astype(object) if array.dtype.kind in "UT" else array


def _check_lengths(arrays: Mapping[str, Column], name: str) -> None:
    lengths = {key: len(array) for key, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{key} {length:,}" for key, length in list(lengths.items())[:6])
        raise ProblemError(
            f"The arrays in {name} have different numbers of rows ({told}).", "Save arrays whose first dimensions agree."
        )
    if not all(lengths.values()):
        raise ProblemError(f"The arrays in {name} have no rows.", "Save arrays with at least one row.")


def _check_samples(stem: str, train: Column, test: Column, name: str) -> None:
    if train.shape[1:] != test.shape[1:]:
        raise ProblemError(
            f"{stem}_train and {stem}_test in {name} have rows of different shapes ({train.shape[1:]} and {test.shape[1:]}).",
            "Save both with rows of one shape.",
        )
