from pathlib import Path

import numpy as np
import pytest

from flaxstudio.data import parquet_reader
from flaxstudio.data.sources import open_file
from flaxstudio.graph.problem import ProblemError


def test_numbers_texts_and_gaps_come_as_from_a_csv(tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "t.parquet"
    parquet.write_table(arrow.table({"n": [1, 2, None], "t": ["a", None, "b"], "f": [0.5, 1.5, 2.5]}), path)
    table = open_file(path)
    np.testing.assert_array_equal(table.columns["n"], [1.0, 2.0, np.nan])
    assert list(table.columns["t"]) == ["a", "", "b"]
    assert table.columns["f"].dtype == np.float64


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "t.parquet").write_bytes(b"PAR1" + bytes(50))
    with pytest.raises(ProblemError, match="damaged or not a Parquet file"):
        open_file(tmp_path / "t.parquet")


def test_without_its_package_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    monkeypatch.setattr(parquet_reader.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ProblemError, match="needs the package pyarrow"):
        open_file(tmp_path / "t.parquet")
