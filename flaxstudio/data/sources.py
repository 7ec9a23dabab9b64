"""Open what a dataset's source names: a bundled sample set, a CSV file or an NPZ file."""

from pathlib import Path, PurePosixPath, PureWindowsPath

from flaxstudio.data import csv_reader, npz_reader
from flaxstudio.data.csv_reader import read_csv
from flaxstudio.data.npz_reader import read_npz
from flaxstudio.data.parquet_reader import read_parquet
from flaxstudio.data.samples import SAMPLES, sample_info
from flaxstudio.data.table import Table
from flaxstudio.graph.problem import ProblemError
from flaxstudio.resource_files import resource

PREFIX = "sample:"


def open_table(source: str, *, classic_random: bool = False, beside: Path | None = None) -> Table:
    """Return the table that a source names; ProblemError if it cannot be had.

    A file that is not where it was is looked for in the folder `beside`, where the project lies.
    """
    if source.startswith(PREFIX):
        return _open_sample(source.removeprefix(PREFIX), classic_random)
    return open_file(_found(source, beside))


def open_file(path: Path) -> Table:
    """Return the table in a CSV, NPZ or Parquet file, told apart by content; ProblemError if it is none, or unfit."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise ProblemError(f"{path} cannot be read: {error.strerror or error}.", "Check the path.") from error
    if start[:2] == b"PK":
        _check_size(path, size, npz_reader.MAX_BYTES)
        return read_npz(path)
    if start == b"PAR1":
        _check_size(path, size, npz_reader.MAX_BYTES)
        return read_parquet(path)
    if path.suffix.lower() == ".npz":
        raise ProblemError(f"{path.name} is damaged or not an NPZ file.", "Save it again with numpy.savez.")
    _check_size(path, size, csv_reader.MAX_BYTES)
    return read_csv(path)


def _open_sample(name: str, classic_random: bool) -> Table:
    if sample_info(name) is None:
        names = ", ".join(info.name for info in SAMPLES)
        raise ProblemError(f"There is no sample set “{name}”.", f"Choose one of {names}.")
    if name == "linear":
        from flaxstudio.data.synthetic import linear_table  # imports jax, which no other source needs

        return linear_table(classic_random=classic_random)
    return read_csv(resource("samples", f"{name}.csv"))


def _found(source: str, beside: Path | None) -> Path:
    """Return where a file is: at its path, at that path seen from the project, or beside the project."""
    name = PureWindowsPath(source).name if "\\" in source else PurePosixPath(source).name
    candidates = [Path(source), *([beside / source, beside / name] if beside and name else [])]
    for path in candidates:
        if path.is_file():
            return path
    if Path(source).is_dir():
        raise ProblemError(f"{source} is a folder.", "Choose a CSV or NPZ file.")
    where = ", nor beside the project" if beside else ""
    raise ProblemError(f"{source} does not exist{where}.", "Choose the data file again, or put it beside the project.")


def _check_size(path: Path, size: int, limit: int) -> None:
    if size > limit:
        raise ProblemError(f"{path.name} is larger than {limit / 2**30:g} GiB.", "Use a part of it, or an NPZ file.")
