"""NPZ files whose arrays stay on disk: those that were not packed are mapped where they lie, the others unpacked once."""

import math
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from flaxstudio.data.cache import folder_of, kept
from flaxstudio.data.mapping import Array, ArrayFile, chunks, map_array
from flaxstudio.data.npz_reader import as_column, faults_told, laid_out
from flaxstudio.data.table import Column, Table, Tell

_LOCAL_HEAD = struct.Struct("<26xHH")
_CHUNK = 2**22


def unpacked_size(path: Path) -> int:
    """Return how many bytes the arrays of an NPZ file have."""
    with faults_told(path), zipfile.ZipFile(path) as archive:
        return sum(member.file_size for member in archive.infolist())


def map_npz(path: Path, tell: Tell) -> Table:
    """Return an NPZ file's arrays as columns that take no memory, texts aside; ProblemError as `read_npz` has it."""
    with faults_told(path), zipfile.ZipFile(path) as archive:
        members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
        arrays = {name: _mapped(path, archive, member) for name, member in members.items()}
    if missing := {name: members[name] for name, array in arrays.items() if array is None}:
        folder = kept(folder_of(path, "arrays"), _unpacking(path, missing, tell))
        arrays |= {name: map_array(folder / f"{index}.npy") for index, name in enumerate(missing)}
    columns, test_rows = laid_out({name: as_column(cast(Array, array)) for name, array in arrays.items()}, path.name)
    if not test_rows:
        return Table({name: parts[0] for name, parts in columns.items()}, path.name)
    folder = kept(folder_of(path, "joined"), lambda folder: _join(columns, folder, tell))
    joined = {name: _joined(parts, folder / f"{index}.npy") for index, (name, parts) in enumerate(columns.items())}
    return Table(joined, path.name, test_rows)


def _mapped(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array | None:
    """Return an array where it lies; None if it has to be unpacked. Texts are read, and objects refused."""
    with archive.open(member) as file:
        shape, is_fortran, dtype = _head_of(cast(BinaryIO, file))
    if dtype.kind in "OSUT" or not shape:
        return _read(path, member)
    if member.compress_type != zipfile.ZIP_STORED or is_fortran:
        return None
    with path.open("rb") as whole:
        whole.seek(member.header_offset)
        name, extra = _LOCAL_HEAD.unpack(whole.read(_LOCAL_HEAD.size))
    return map_array(path, member.header_offset + _LOCAL_HEAD.size + name + extra)


def _head_of(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    return reader(file)


def _unpacking(path: Path, members: Mapping[str, zipfile.ZipInfo], tell: Tell) -> Callable[[Path], None]:
    whole = max(1, sum(member.file_size for member in members.values()))

    def unpack(folder: Path) -> None:
        done = 0
        for index, member in enumerate(members.values()):
            pieces = _pieces(path, member)
            first = next(pieces)
            with closing(ArrayFile(folder / f"{index}.npy", first.dtype, first.shape[1:])) as file:
                for piece in chain((first,), pieces):
                    file.append(piece)
                    done += piece.nbytes
                    tell(done / whole)

    return unpack


def _pieces(path: Path, member: zipfile.ZipInfo) -> Iterator[Array]:
    """Yield an array's rows, some at a time, at least once."""
    with faults_told(path), zipfile.ZipFile(path) as archive, archive.open(member) as packed:
        shape, is_fortran, dtype = _head_of(cast(BinaryIO, packed))
        if is_fortran:
            yield _read(path, member)
            return
        yield np.empty((0, *shape[1:]), dtype)
        row = max(1, dtype.itemsize * math.prod(shape[1:]))
        while content := packed.read(max(1, _CHUNK // row) * row):
            yield np.frombuffer(content, dtype).reshape(-1, *shape[1:])


def _read(path: Path, member: zipfile.ZipInfo) -> Array:
    with np.load(path, allow_pickle=False) as arrays:
        array: Array = arrays[member.filename.removesuffix(".npy")]
        return array


def _join(columns: Mapping[str, tuple[Column, ...]], folder: Path, tell: Tell) -> None:
    for index, parts in enumerate(columns.values()):
        if parts[0].dtype.kind != "O":
            with closing(ArrayFile(folder / f"{index}.npy", np.result_type(*parts), parts[0].shape[1:])) as file:
                for part in parts:
                    for _, chunk in chunks(part):
                        file.append(chunk)
        tell((index + 1) / len(columns))


def _joined(parts: tuple[Column, ...], file: Path) -> Column:
    array = None if parts[0].dtype.kind == "O" else map_array(file)
    return np.concatenate(parts) if array is None else array
