import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flaxstudio.data import csv_blocks
from flaxstudio.data.csv_blocks import columns_in, convert, is_in_lines
from flaxstudio.data.csv_reader import read_csv
from flaxstudio.data.table import untold
from flaxstudio.graph.problem import ProblemError

Tables = tuple[dict[str, list[object]], dict[str, list[object]]]


def both_ways(folder: Path, content: str | bytes) -> Tables:
    """Return a file's columns as they are read at once, and block by block."""
    path, made = folder / "data.csv", folder / "made"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    made.mkdir(exist_ok=True)
    convert(path, made, untold)
    whole = {name: column.tolist() for name, column in read_csv(path).columns.items()}
    return whole, {name: column.tolist() for name, column in columns_in(made).items()}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_blocks, "_BLOCK", 64)


ROWS = "".join(f"{number / 7!r};{number},5;word{number % 3}\n" for number in range(300))


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n" + "".join(f"{i / 7!r},{i}e-3\n" for i in range(500)),
        ROWS,
        "first;second;third\r\n" + ROWS.replace("\n", "\r\n"),
        "a,b\n" + "1,2\n" * 200 + "3,\n\n4,nan\n",
        "a,b\n" + "1,2\n" * 200 + "text,2\n",
        "a,b\n" + '1,"one, and\nover ""two"" lines"\n' * 50,
        "a,b,\n" + "1,2,\n" * 100,
        "\ufeffa,b\n1,2\n",
        "a,b\n1,2\n3,4",
    ],
    ids=["numbers", "texts", "windows", "gaps", "late text", "quoted lines", "margin", "mark", "no last end"],
)
def test_blocks_give_what_the_whole_file_gives(tmp_path: Path, content: str) -> None:
    whole, blocks = both_ways(tmp_path, content)
    assert list(whole) == list(blocks)
    assert all(np.array_equal(whole[name], blocks[name], equal_nan=isinstance(whole[name][0], float)) for name in whole)


_CELLS = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8
)


@given(st.lists(st.lists(_CELLS, min_size=2, max_size=2), min_size=1, max_size=30))
def test_any_cells_are_read_alike(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["first", "second"], *rows])
    whole, blocks = both_ways(tmp_path_factory.mktemp("csv"), text.getvalue())
    assert repr(whole) == repr(blocks)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ProblemError) as caught:
        act()
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n" + b"1,2\n" * 100 + b"1,2,3\n" + b"1,2\n" * 100,
        b"a,b\n" + b"1,2\n" * 100 + b"\xe9,2\n",
        b"a,b\n" + b"1,2\n" * 100 + b"1,\0\n",
        b"a,b\n",
        b'a,b\n"' + b"x" * 200_000,
    ],
    ids=["ragged", "not UTF-8", "binary", "header only", "endless quote"],
)
def test_faults_are_told_as_for_the_whole_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    assert refusal(lambda: convert(path, tmp_path, untold)) == refusal(lambda: read_csv(path))


def test_the_share_that_is_done_rises_to_the_whole(tmp_path: Path) -> None:
    path, shares = tmp_path / "data.csv", []
    path.write_text("a,b\n" + "1,2\n" * 500)
    convert(path, tmp_path, shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 10
    assert shares[-1] == 1


def test_each_different_text_is_in_memory_once(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b\n" + "1,high\n2,low\n" * 100)
    convert(tmp_path / "data.csv", tmp_path, untold)
    assert len({id(word) for word in columns_in(tmp_path)["b"]}) == 2


def test_sixteen_bit_text_is_not_read_in_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", "utf-16")
    (tmp_path / "b.csv").write_text("a,b\n1,2\n", "utf-8")
    assert [is_in_lines(tmp_path / name) for name in ("a.csv", "b.csv")] == [False, True]
