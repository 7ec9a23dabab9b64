import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.data import csv_reader
from flaxstudio.data.samples import SAMPLES
from flaxstudio.data.sources import open_table
from flaxstudio.data.table import summarize
from flaxstudio.graph.problem import ProblemError


def refusal(source: str, beside: Path | None = None) -> str:
    with pytest.raises(ProblemError) as caught:
        open_table(source, beside=beside)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "rows", "columns"), [("digits", 1797, 65), ("iris", 150, 5), ("wine", 178, 14), ("linear", 20, 15)]
)
def test_sample_sets_have_their_rows_and_columns(name: str, rows: int, columns: int) -> None:
    table = open_table(f"sample:{name}")
    assert (table.rows, len(table.columns)) == (rows, columns)


@pytest.mark.parametrize("info", SAMPLES, ids=lambda info: info.name)
def test_each_samples_spec_names_its_columns(info: object) -> None:
    dataset = info.dataset  # type: ignore[attr-defined]
    table = open_table(dataset.source)
    assert {*dataset.features, *dataset.targets} <= set(table.columns)


def test_digits_have_ten_balanced_classes_of_pixels_from_0_to_16() -> None:
    table = open_table("sample:digits")
    counts = np.unique(table.columns["digit"], return_counts=True)[1]
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    pixels = np.stack([column for name, column in table.columns.items() if name != "digit"])
    assert (pixels.min(), pixels.max()) == (0, 16)


def test_the_linear_samples_are_the_notebooks() -> None:
    table = open_table("sample:linear", classic_random=True)
    targets = np.stack([table.columns[f"y{i}"] for i in range(5)])
    exact = np.stack([table.reference[f"y{i}"] for i in range(5)])
    assert (0.5 * (targets - exact) ** 2).sum(axis=0).mean() == pytest.approx(0.02363979, rel=1e-4)


def test_modern_random_numbers_give_other_linear_samples() -> None:
    classic, modern = (open_table("sample:linear", classic_random=flag).columns["x0"] for flag in (True, False))
    assert not np.allclose(classic, modern)


def test_a_file_that_has_moved_is_found_beside_the_project(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    for source in ("/nowhere/at/all/data.csv", "data.csv", r"C:\Users\me\data.csv"):
        assert open_table(source, beside=tmp_path).rows == 1


def test_a_file_that_is_nowhere_is_told_with_its_path(tmp_path: Path) -> None:
    assert refusal("/nowhere/data.csv", tmp_path).startswith("/nowhere/data.csv does not exist, nor beside the project.")
    assert refusal(str(tmp_path)) == f"{tmp_path} is a folder. Choose a CSV or NPZ file."


def test_an_unknown_sample_is_answered_with_those_there_are() -> None:
    assert refusal("sample:cats") == "There is no sample set “cats”. Choose one of digits, iris, wine, linear."


def test_files_are_told_apart_by_content_not_by_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.arange(3))
    (tmp_path / "a.npz").rename(tmp_path / "arrays.csv")
    assert open_table(str(tmp_path / "arrays.csv")).rows == 3
    (tmp_path / "b.npz").write_text("a,b\n1,2\n")
    assert "not an NPZ file" in refusal(str(tmp_path / "b.npz"))
    (tmp_path / "c.csv").write_bytes(b"PAR1....PAR1")
    assert "Parquet" in refusal(str(tmp_path / "c.csv"))


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    monkeypatch.setattr(csv_reader, "MAX_BYTES", 4)
    assert "larger than" in refusal(str(tmp_path / "a.csv"))


def test_a_summary_tells_kind_gaps_range_and_examples(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n,t\n1,a\n,b\n3.5,a\n1,\n")
    number, text = summarize(open_table(str(tmp_path / "a.csv")))
    assert (number.kind, number.missing, number.distinct, number.minimum, number.maximum) == ("number", 1, 2, 1.0, 3.5)
    assert number.examples == ("1", "3.5", "1")
    assert (text.kind, text.missing, text.distinct, text.minimum, text.examples) == ("text", 1, 2, None, ("a", "b", "a"))


def test_reading_files_and_checking_data_needs_no_jax() -> None:
    code = (
        "import sys, flaxstudio.data.check, flaxstudio.data.batches; from flaxstudio.data.sources import open_table; "
        "open_table('sample:iris'); print([name for name in ('jax', 'flax', 'PySide6') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
