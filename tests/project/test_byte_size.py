import pytest

from flaxstudio.project.byte_size import read_size, size_text


@pytest.mark.parametrize(
    ("text", "size"),
    [("512MB", 512 * 10**6), ("1.5 GB", 1_500_000_000), ("1,5g", 1_500_000_000), ("64 MiB", 64 * 10**6), ("700", 700)],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "-1 MB", "1e9", "5 apples", "1001 TB", "٣ MB"])
def test_what_is_no_size_is_none(text: str) -> None:
    assert read_size(text) is None


@pytest.mark.parametrize("size", [0, 999, 10**6, 123_456_789, 123_456_789_012_345, 10**9 + 1, 10**15])
def test_a_size_that_is_shown_is_read_back_exactly(size: int) -> None:
    assert read_size(size_text(size)) == size
