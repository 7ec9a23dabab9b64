"""Data files of more bytes than are set aside: opened without being read into memory."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.data import cache, csv_blocks, sources
from flaxstudio.data.cache import data_cache_folder
from flaxstudio.data.mapping import mapping_of, rows_at
from flaxstudio.data.sources import open_table
from flaxstudio.data.table import Table, kind_of, summarize
from flaxstudio.graph.problem import ProblemError

SMALL = 1000
"""Bytes set aside: less than any file here has."""
X = np.arange(4000, dtype=np.float32).reshape(500, 8)
Y = np.arange(500)


def made_folders() -> list[Path]:
    return sorted(path for path in data_cache_folder().glob("*/*") if path.is_dir())


def write(path: Path, *, is_packed: bool = False, **arrays: np.ndarray) -> str:
    (np.savez_compressed if is_packed else np.savez)(path, **(arrays or {"x": X, "y": Y}))
    return str(path)


def are_mapped(table: Table) -> bool:
    return all(mapping_of(column) is not None for column in table.columns.values())


@pytest.mark.parametrize("is_packed", [False, True])
def test_arrays_that_do_not_fit_stay_in_files(tmp_path: Path, is_packed: bool) -> None:
    source = write(tmp_path / "a.npz", is_packed=is_packed)
    table, whole = open_table(source, memory=SMALL), open_table(source, memory=10**9)
    assert (whole.disk, table.disk is not None and table.disk.room) == (None, SMALL)
    assert are_mapped(table)
    assert not any(mapping_of(column) is not None for column in whole.columns.values())
    assert all(np.array_equal(table.columns[name], whole.columns[name]) for name in ("x", "y"))
    assert len(made_folders()) == is_packed


def test_a_train_and_a_test_array_are_one_column_on_disk_too(tmp_path: Path) -> None:
    source = write(tmp_path / "a.npz", x_train=X[:400], x_test=X[400:], y_train=Y[:400], y_test=Y[400:])
    table = open_table(source, memory=SMALL)
    assert (table.test_rows, are_mapped(table)) == (100, True)
    assert np.array_equal(table.columns["x"], X)


def test_arrays_of_any_layout_and_type_are_read_from_disk(tmp_path: Path) -> None:
    words = np.array(["low", "high"] * 250)
    source = write(tmp_path / "a.npz", turned=np.asfortranarray(X), big=X.astype(">f8"), words=words, column=Y[:, None])
    table, whole = open_table(source, memory=SMALL), open_table(source)
    assert {name: kind_of(column) for name, column in table.columns.items()} == {
        name: kind_of(column) for name, column in whole.columns.items()
    }
    assert all(np.array_equal(table.columns[name], whole.columns[name]) for name in whole.columns)


@pytest.mark.parametrize("is_packed", [False, True])
def test_faults_of_a_file_on_disk_are_told(tmp_path: Path, is_packed: bool) -> None:
    source = write(tmp_path / "a.npz", is_packed=is_packed, x=X, y=Y[:300])
    with pytest.raises(ProblemError, match="different numbers of rows"):
        open_table(source, memory=SMALL)
    np.savez(tmp_path / "b.npz", x=X, y=np.array([{"a": 1}] * 500, dtype=object), allow_pickle=True)
    with pytest.raises(ProblemError, match="pickled Python objects"):
        open_table(str(tmp_path / "b.npz"), memory=SMALL)


def test_a_damaged_packed_file_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    source = write(tmp_path / "a.npz", is_packed=True, x=np.random.default_rng(0).normal(size=(500, 8)))
    content = bytearray(Path(source).read_bytes())
    content[len(content) // 2] ^= 255
    Path(source).write_bytes(bytes(content))
    with pytest.raises(ProblemError, match="damaged or not an NPZ"):
        open_table(source, memory=SMALL)
    assert made_folders() == []


def csv_file(folder: Path, rows: int = 300) -> str:
    path = folder / "a.csv"
    path.write_text("a,b,kind\n" + "".join(f"{row / 3!r},{row},{'odd' if row % 2 else 'even'}\n" for row in range(rows)))
    return str(path)


def test_a_large_csv_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, asked = csv_file(tmp_path), []
    convert = csv_blocks.convert
    monkeypatch.setattr(sources, "convert", lambda *told: (asked.append(told[0]), convert(*told)))
    tables = [open_table(source, memory=SMALL) for _ in range(2)]
    assert len(asked) == 1
    assert all(table.columns["b"].tolist() == list(range(300)) for table in tables)
    assert mapping_of(tables[1].columns["a"]) is not None
    assert summarize(tables[0]) == summarize(open_table(source))


def test_a_changed_file_is_read_again_and_the_old_columns_go(tmp_path: Path) -> None:
    source = csv_file(tmp_path)
    open_table(source, memory=SMALL)
    before = made_folders()
    csv_file(tmp_path, rows=350)
    assert open_table(source, memory=SMALL).rows == 350
    assert len(made_folders()) == 1
    assert made_folders() != before


def test_what_was_not_used_for_long_goes(tmp_path: Path) -> None:
    source = csv_file(tmp_path)
    open_table(source, memory=SMALL)
    (old,) = made_folders()
    os.utime(old / "done", (0, 0))
    open_table(write(tmp_path / "b.npz", is_packed=True), memory=SMALL)
    assert old not in made_folders()


def test_reading_that_was_ended_leaves_nothing_and_can_be_begun_again(tmp_path: Path) -> None:
    class Ended(Exception):
        pass

    def end(_: float) -> None:
        raise Ended

    source = csv_file(tmp_path)
    with pytest.raises(Ended):
        open_table(source, memory=SMALL, tell=end)
    assert made_folders() == []
    assert open_table(source, memory=SMALL).rows == 300


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setattr(cache, "data_cache_folder", lambda: tmp_path / "taken" / "data")
    with pytest.raises(ProblemError, match="Data cannot be kept in"):
        open_table(csv_file(tmp_path), memory=SMALL)


def test_statistics_are_the_same_from_disk(tmp_path: Path) -> None:
    gaps = X.astype(np.float64)
    gaps[7, 3] = np.nan
    source = write(tmp_path / "a.npz", x=gaps, y=Y, part=gaps[:, 3])
    disk, whole = summarize(open_table(source, memory=SMALL)), summarize(open_table(source))
    assert disk == whole
    assert [replace(one, shape=()).missing for one in disk] == [1, 0, 1]


def test_rows_come_in_the_order_that_is_asked_for(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "a.npz"), memory=SMALL)
    rows = np.random.default_rng(0).integers(0, 500, 700)
    assert np.array_equal(rows_at(table.columns["x"], rows), X[rows])
