import json
import os
import sys

import pytest

from flaxstudio.graph.library import Code, Imported
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.consent import forget, remember, trusted_hashes

A, B = Code("A", "a").hash, Imported("B", "b").hash


def test_an_answer_is_remembered_until_it_is_taken_back(tmp_path):
    path = tmp_path / "new" / "trusted.json"
    remember(path, A)
    remember(path, B)
    assert trusted_hashes(path) == {A, B}
    forget(path, A)
    assert trusted_hashes(path) == {B}


def test_one_letter_more_is_another_text(tmp_path):
    path = tmp_path / "trusted.json"
    remember(path, Code("Own", "x").hash)
    assert Code("Own", "x ").hash not in trusted_hashes(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"hashes": 3}', b"[" * 100_000,
     json.dumps({"format": "other", "hashes": [A]}).encode(),
     json.dumps({"format": "flaxstudio-trusted-code", "hashes": [1, None, "*", A[:-1], A.upper()]}).encode()],
)  # fmt: skip
def test_a_damaged_file_trusts_nothing(tmp_path, content):
    path = tmp_path / "trusted.json"
    path.write_bytes(content)
    assert trusted_hashes(path) == frozenset()
    remember(path, A)
    assert trusted_hashes(path) == {A}


def test_a_missing_file_trusts_nothing(tmp_path):
    assert trusted_hashes(tmp_path / "none.json") == frozenset()
    assert trusted_hashes(tmp_path) == frozenset()


def test_a_folder_that_cannot_be_made_is_a_problem(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ProblemError, match="cannot be made"):
        remember(tmp_path / "file" / "trusted.json", A)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_only_the_user_may_read_into_the_folder(tmp_path):
    path = tmp_path / "flaxstudio" / "trusted.json"
    remember(path, A)
    assert os.stat(path.parent).st_mode & 0o077 == 0
