from pathlib import Path

import numpy as np
import pytest

from flaxstudio.data import npz_reader
from flaxstudio.data.npz_reader import read_npz
from flaxstudio.data.table import kind_of
from flaxstudio.graph.problem import ProblemError


def refusal(path: Path) -> str:
    with pytest.raises(ProblemError) as caught:
        read_npz(path)
    return str(caught.value)


def test_arrays_become_columns(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.ones((4, 2, 3), np.uint8), y=np.arange(4), words=np.array(["a", "b", "c", "d"]))
    table = read_npz(tmp_path / "a.npz")
    assert {name: kind_of(column) for name, column in table.columns.items()} == {"x": "array", "y": "number", "words": "text"}
    assert (table.rows, table.test_rows) == (4, 0)


def test_a_train_and_a_test_array_become_one_column_with_fixed_test_rows(tmp_path: Path) -> None:
    x, y = np.arange(20).reshape(10, 2), np.arange(10)
    np.savez(tmp_path / "a.npz", x_train=x[:7], x_test=x[7:], y_train=y[:7], y_test=y[7:])
    table = read_npz(tmp_path / "a.npz")
    assert list(table.columns) == ["x", "y"]
    assert table.test_rows == 3
    assert np.array_equal(table.columns["x"], x)
    assert np.array_equal(table.columns["y"], y)


def test_targets_in_a_column_of_width_one_are_numbers(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.ones((4, 2)), y=np.ones((4, 1)))
    assert read_npz(tmp_path / "a.npz").columns["y"].shape == (4,)


def test_arrays_of_different_length_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.ones((4, 2)), y=np.ones(3))
    assert "different numbers of rows (x 4, y 3)" in refusal(tmp_path / "a.npz")


def test_pickled_objects_are_refused_and_not_run(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert "pickled Python objects" in refusal(tmp_path / "a.npz")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x=np.arange(10_000))
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"PK\3\4 nonsense", whole.replace(b"'<i8'", b"'<q9'")):
        path.write_bytes(content)
        assert refusal(path).startswith("a.npz is damaged")


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros(1_000_000))
    monkeypatch.setattr(npz_reader, "MAX_BYTES", 1_000_000)
    assert "unpacks to more than" in refusal(tmp_path / "a.npz")


def test_no_arrays_and_no_rows_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", scalar=np.float32(1))
    assert "holds no arrays" in refusal(tmp_path / "a.npz")
    np.savez(tmp_path / "a.npz", x=np.zeros((0, 3)))
    assert "have no rows" in refusal(tmp_path / "a.npz")
