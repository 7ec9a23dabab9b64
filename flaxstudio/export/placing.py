"""Puts a finished folder where the user wants it, whole or not at all, and never over something else."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flaxstudio.graph.problem import ProblemError


@contextmanager
def staging(path: Path) -> Iterator[Path]:
    """Give a fresh folder beside `path` to work in, removed afterwards; ProblemError if there can be none."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_free(path: Path, mark: str, kind: str) -> None:
    """Raise ProblemError if `path` holds something other than an older `kind`, known by the file `mark` in it."""
    is_taken = path.is_file() or (path.is_dir() and any(path.iterdir()) and not (path / mark).exists())
    if is_taken:
        raise ProblemError(f"{path} exists and is no {kind}.", "Choose another name; nothing was written.")


def place(finished: Path, path: Path, aside: Path) -> None:
    """Rename a finished folder to `path`; what was there goes to `aside` first and comes back if this fails."""
    had_older = path.exists()
    try:
        if had_older:
            path.rename(aside)
        finished.rename(path)
    except OSError as error:
        if had_older and aside.exists():
            aside.rename(path)
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> ProblemError:
    return ProblemError(f"{path} cannot be written: {error.strerror or error}.", "Choose another place.")
