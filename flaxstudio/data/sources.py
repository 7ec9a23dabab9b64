"""Open what a dataset's source names: a bundled sample set, a CSV file or an NPZ file."""

from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np

from flaxstudio.data import csv_reader, npz_reader
from flaxstudio.data.cache import folder_of, kept
from flaxstudio.data.csv_blocks import columns_in, convert, is_in_lines
from flaxstudio.data.csv_reader import read_csv
from flaxstudio.data.npz_mapping import map_npz, unpacked_size
from flaxstudio.data.npz_reader import read_npz
from flaxstudio.data.parquet_reader import read_parquet
from flaxstudio.data.room import room_for_data
from flaxstudio.data.samples import SAMPLES, sample_info
from flaxstudio.data.table import OnDisk, Table, Tell, untold
from flaxstudio.graph.problem import ProblemError
from flaxstudio.resource_files import resource

PREFIX = "sample:"
_LARGE = 16 * 2**20
"""CSV files from this size on are read block by block, and once."""


def open_table(
    source: str, *, classic_random: bool = False, beside: Path | None = None, memory: int | None = None, tell: Tell = untold
) -> Table:
    """Return the table that a source names; ProblemError if it cannot be had.

    A file that is not where it was is looked for in the folder `beside`, where the project lies. One of more bytes than
    `memory` stays on disk; None is a share of what is free. `tell` gets the share that is done of what takes long.
    """
    if source.startswith(PREFIX):
        return _open_sample(source.removeprefix(PREFIX), classic_random)
    return open_file(_found(source, beside), memory, tell)


def open_file(path: Path, memory: int | None = None, tell: Tell = untold) -> Table:
    """Return the table in a CSV, NPZ or Parquet file, told apart by content; ProblemError if it is none, or unfit."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise ProblemError(f"{path} cannot be read: {error.strerror or error}.", "Check the path.") from error
    room = room_for_data(memory)
    if start[:2] == b"PK":
        needed = unpacked_size(path)
        return replace(map_npz(path, tell), disk=OnDisk(path, needed, room)) if needed > room else read_npz(path)
    if start == b"PAR1":
        _check_size(path, size, npz_reader.MAX_BYTES)
        return read_parquet(path)
    if path.suffix.lower() == ".npz":
        raise ProblemError(f"{path.name} is damaged or not an NPZ file.", "Save it again with numpy.savez.")
    if size > min(room, _LARGE) and is_in_lines(path):
        return _open_converted(path, size, room, tell)
    _check_size(path, size, csv_reader.MAX_BYTES)
    return read_csv(path)


def _open_converted(path: Path, size: int, room: int, tell: Tell) -> Table:
    """Return the table in a large CSV file, whose columns are kept once they have been read."""
    columns = columns_in(kept(folder_of(path, "columns"), lambda folder: convert(path, folder, tell)))
    if size > room:
        return Table(columns, path.name, disk=OnDisk(path, size, room))
    return Table({name: np.array(column) for name, column in columns.items()}, path.name)


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
