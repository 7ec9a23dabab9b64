import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flaxstudio.data import csv_reader
from flaxstudio.data.csv_form import is_missing
from flaxstudio.data.csv_reader import read_csv
from flaxstudio.graph.problem import ProblemError


def read(folder: Path, content: str | bytes) -> dict[str, list[object]]:
    path = folder / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return {name: column.tolist() for name, column in read_csv(path).columns.items()}


def refusal(folder: Path, content: str | bytes) -> str:
    with pytest.raises(ProblemError) as caught:
        read(folder, content)
    return str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = "a,b,c\n1,2,x\n3,4,y\n".replace(",", delimiter)
    assert read(tmp_path, text) == {"a": [1.0, 3.0], "b": [2.0, 4.0], "c": ["x", "y"]}


def test_a_comma_within_quotes_is_not_a_delimiter(tmp_path: Path) -> None:
    assert read(tmp_path, 'name;size\n"a, b, c";1\n"d, e, f";2\n') == {"name": ["a, b, c", "d, e, f"], "size": [1.0, 2.0]}


def test_numbers_in_the_first_line_are_data_not_a_header(tmp_path: Path) -> None:
    assert read(tmp_path, "1,2,a\n3,4,b\n") == {"column_1": [1.0, 3.0], "column_2": [2.0, 4.0], "column_3": ["a", "b"]}


def test_a_text_above_numbers_makes_a_header_even_where_other_names_are_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, "label,0,1\n7,1,2\n8,3,4\n") == {"label": [7.0, 8.0], "0": [1.0, 3.0], "1": [2.0, 4.0]}


def test_a_file_of_texts_has_a_header(tmp_path: Path) -> None:
    assert read(tmp_path, "word,class\nyes,good\nno,bad\n") == {"word": ["yes", "no"], "class": ["good", "bad"]}


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert list(read(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n")) == ["a", "b"]


def test_utf_16_as_spreadsheets_write_it_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, "größe\tb\n1\t2\n".encode("utf-16")) == {"größe": [1.0], "b": [2.0]}


@pytest.mark.parametrize("gap", ["", "NA", "nan", "?", " null "])
def test_a_gap_among_numbers_is_nan(tmp_path: Path, gap: str) -> None:
    column = read(tmp_path, f"a,b\n1,2\n{gap},3\n")["a"]
    assert column[0] == 1.0
    assert np.isnan(column[1])  # type: ignore[call-overload]


def test_a_word_among_numbers_makes_a_column_of_texts(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n1,2\nmany,3\n")["a"] == ["1", "many"]


def test_decimal_commas_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, "a;b\n1,5;2\n-0,25;3\n") == {"a": [1.5, -0.25], "b": [2.0, 3.0]}


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    assert read(tmp_path, "\na,b\n\n1,2\n\n\n3,4\n\n") == {"a": [1.0, 3.0], "b": [2.0, 4.0]}


def test_a_delimiter_at_each_lines_end_makes_no_column(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b,\n1,2,\n3,4,\n") == {"a": [1.0, 3.0], "b": [2.0, 4.0]}


def test_equal_and_empty_names_are_made_different(tmp_path: Path) -> None:
    assert list(read(tmp_path, "a,a,,a_2\n1,2,3,4\n")) == ["a", "a_2", "column_3", "a_2_2"]


def test_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    assert read(tmp_path, "size\n1\n2\n") == {"size": [1.0, 2.0]}


def test_windows_and_old_mac_line_ends_are_read(tmp_path: Path) -> None:
    for end in ("\r\n", "\r"):
        assert read(tmp_path, f"a,b{end}1,2{end}3,4{end}") == {"a": [1.0, 3.0], "b": [2.0, 4.0]}


def test_a_ragged_row_is_told_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a,b\n1,2\n3\n4,5\n") == "data.csv is ragged: line 3 has 1 value, not 2. Repair that line."
    assert "line 4 has 3 values, not 2" in refusal(tmp_path, 'a,b\n"two\nlines",2\n3,4,5\n')


@pytest.mark.parametrize("content", ["", "\n\n", " \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    assert "is empty" in refusal(tmp_path, content)


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    assert "a header and no rows" in refusal(tmp_path, "a,b\n")


def test_what_is_not_text_is_refused(tmp_path: Path) -> None:
    assert "not UTF-8 text (line 2)" in refusal(tmp_path, b"a,b\n\xe9,2\n")
    assert "binary data" in refusal(tmp_path, b"a\0b")


def test_an_endless_quote_is_refused_in_a_sentence(tmp_path: Path) -> None:
    assert "cannot be read as CSV" in refusal(tmp_path, 'a,b\n"' + "x" * 200_000)


def test_the_fast_way_and_the_careful_way_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a,b\n" + "".join(f"{i / 7!r},{i}e-3\n" for i in range(500))
    fast = read(tmp_path, text)
    monkeypatch.setattr(csv_reader, "fast_columns", lambda *_, **__: None)
    assert read(tmp_path, text) == fast
    assert fast["a"][3] == 3 / 7


_CELLS = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8
).filter(lambda cell: not is_missing(cell))


@given(st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=1, max_size=12))
def test_what_the_csv_module_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["first", "second", "third"], *rows])
    table = read(tmp_path_factory.mktemp("csv"), text.getvalue())
    assert list(table) == ["first", "second", "third"]
    for column, cells in zip(table.values(), zip(*rows, strict=True), strict=True):
        is_text = isinstance(column[0], str)
        assert column == [cell if is_text else float(cell.replace(",", ".")) for cell in cells]
