"""Files that data was once turned into, so that it need not be done again. They may be deleted at any time."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.folders import cache_folder

_KEPT_SECONDS = 30 * 24 * 3600
_KEPT = 3
"""Things made of one file that are kept, the last used ones."""
_NEW = "new-"
_DONE = "done"


def data_cache_folder() -> Path:
    """Return the folder for all such files of this user. It may not exist yet."""
    return cache_folder() / "data"


def folder_of(source: Path, made: str) -> Path:
    """Return the folder for something that is made of a file as it is now: another content has another folder."""
    stat = source.stat()
    return data_cache_folder() / _hash(str(source.resolve())) / f"{_hash(f'{stat.st_size} {stat.st_mtime_ns}')}-{_hash(made)}"


def kept(folder: Path, make: Callable[[Path], None]) -> Path:
    """Return a folder with what `make` puts into it, made only if it is not there; ProblemError where there is no room.

    It is made beside and renamed into place: what is there is whole, whoever else makes the same.
    """
    if not (folder / _DONE).is_file():
        with _no_room_told():
            folder.parent.mkdir(parents=True, exist_ok=True)
            _forget_old(folder)
            beside = Path(tempfile.mkdtemp(prefix=_NEW, dir=folder.parent))
            try:
                make(beside)
                (beside / _DONE).touch()
                with suppress(OSError):  # another process was quicker
                    beside.rename(folder)
                if not (folder / _DONE).is_file():
                    raise OSError(f"{folder} cannot be made")
            finally:
                shutil.rmtree(beside, ignore_errors=True)
    with suppress(OSError):
        os.utime(folder / _DONE)
    return folder


def _forget_old(folder: Path) -> None:
    """Delete what is of no more use: made of the file when it had another content, not among the last, or long unused."""
    stamp, limit = folder.name.split("-")[0], time.time() - _KEPT_SECONDS
    others = sorted(_folders(folder.parent), key=_last_use, reverse=True)
    fresh = [other for other in others if other.name.startswith(f"{stamp}-")][: _KEPT - 1]
    unused = [made for source in _folders(data_cache_folder()) for made in _folders(source) if _last_use(made) < limit]
    for old in {*others, *unused} - {*fresh, folder}:
        if not old.name.startswith(_NEW) or _last_use(old) < limit:
            shutil.rmtree(old, ignore_errors=True)


def _last_use(folder: Path) -> float:
    for path in (folder / _DONE, folder):
        with suppress(OSError):
            return path.stat().st_mtime
    return 0.0


def _folders(place: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from [path for path in place.iterdir() if path.is_dir()]


@contextmanager
def _no_room_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ProblemError(
            f"Data cannot be kept in {data_cache_folder()}: {error.strerror or error}.",
            "Make room there, or let XDG_CACHE_HOME name another folder.",
        ) from error


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
