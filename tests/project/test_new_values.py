from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project import new_values

KERNEL = np.arange(6, dtype=np.float32).reshape(2, 3)
COUNTS = np.zeros(3, np.int32)


def test_a_constant_keeps_shape_and_type() -> None:
    filled = new_values.constant(KERNEL, 0.5)
    assert (filled.shape, filled.dtype, set(filled.flat)) == ((2, 3), np.float32, {0.5})
    assert new_values.constant(np.zeros(2, ml_dtypes.bfloat16), 2.0).tolist() == [2.0, 2.0]


def test_one_cell_changes_and_the_old_array_stays() -> None:
    changed = new_values.with_cell(KERNEL, (1, 2), -7)
    assert changed[1, 2] == -7
    assert KERNEL[1, 2] == 5


@pytest.mark.parametrize(
    "text",
    [
        "1 2 3\n4 5 6",
        "1,2,3;4,5,6",
        "[[1. 2. 3.]\n [4. 5. 6.]]",
        "array([[1., 2., 3.],\n [4., 5., 6.]])",
        "1\t2\t3\r\n4\t5\t6\n",
    ],
)
def test_pasted_numbers_are_read_however_they_are_parted(text: str) -> None:
    assert new_values.from_text(KERNEL, text).tolist() == [[1, 2, 3], [4, 5, 6]]


def test_exponents_signs_and_not_a_number_are_numbers() -> None:
    read = new_values.from_text(np.zeros(4, np.float32), "-1e-3 +2.5 .5 nan")
    assert read[:3].tolist() == pytest.approx([-1e-3, 2.5, 0.5])
    assert np.isnan(read[3])


@pytest.mark.parametrize(
    ("text", "said"), [("1 2 3", "holds 3 numbers"), ("1 2 3 4 5 six", "more than numbers"), ("", "0 numbers")]
)
def test_a_text_that_does_not_fit_is_refused(text: str, said: str) -> None:
    with pytest.raises(ProblemError, match=said):
        new_values.from_text(KERNEL, text)


def test_whole_numbers_are_wanted_where_the_array_holds_them() -> None:
    assert new_values.constant(COUNTS, 3).tolist() == [3, 3, 3]
    for value in (0.5, 2.0**40, float("nan")):
        with pytest.raises(ProblemError, match="int32"):
            new_values.constant(COUNTS, value)


def test_a_number_too_large_for_the_type_is_refused_and_infinity_is_not() -> None:
    with pytest.raises(ProblemError, match="too large for float32"):
        new_values.constant(KERNEL, 1e300)
    assert np.isinf(new_values.constant(KERNEL, float("inf"))).all()


def test_typed_numbers() -> None:
    assert new_values.parse_number(" 1e-3 ", KERNEL.dtype) == pytest.approx(1e-3)
    assert new_values.parse_number("−2", KERNEL.dtype) == -2
    with pytest.raises(ProblemError, match="“abc” is not a number"):
        new_values.parse_number("abc", KERNEL.dtype)


def test_a_file_of_the_same_shape_is_read_in_the_arrays_type(tmp_path: Path) -> None:
    np.save(tmp_path / "k.npy", KERNEL.astype(np.float64) * 2)
    read = new_values.from_file(KERNEL, tmp_path / "k.npy")
    assert read.dtype == np.float32
    assert np.array_equal(read, KERNEL * 2)
    np.savez(tmp_path / "k.npz", kernel=KERNEL)
    assert np.array_equal(new_values.from_file(KERNEL, tmp_path / "k.npz"), KERNEL)


def test_files_that_do_not_fit_are_refused_in_a_sentence(tmp_path: Path) -> None:
    np.save(tmp_path / "other.npy", KERNEL.T)
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.save(tmp_path / "words.npy", np.full((2, 3), "a"))
    np.savez(tmp_path / "two.npz", a=KERNEL, b=KERNEL)
    (tmp_path / "text.npy").write_text("hello")
    (tmp_path / "empty.npy").write_bytes(b"")
    for name, said in (
        ("other.npy", r"shape \(3, 2\)"),
        ("objects.npy", "not an array"),
        ("words.npy", "not numbers"),
        ("two.npz", "2 arrays"),
        ("text.npy", "not an array"),
        ("empty.npy", "not an array"),
        ("none.npy", "cannot be read"),
    ):
        with pytest.raises(ProblemError, match=said):
            new_values.from_file(KERNEL, tmp_path / name)
