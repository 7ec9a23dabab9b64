"""Checkpoints of a run under way: whole project files in the user's state folder, of which the last two are kept.

They lie there and not beside the project, so that a project's folder stays as the user left it, a folder that is
synchronised is not written to twice a minute, and a project that is in no file yet has a place as well.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.folders import state_folder
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, RunRecord, Trained
from flaxstudio.project.storage import MAX_BYTES, parse_project, write_atomically

_MAGIC = b"flaxstudio checkpoint 1\n"
_HEAD = struct.Struct("<QIQ")  # order, checksum, length
_MEMBERS = b"flaxstudio members\n"
_SLOTS = ("a.checkpoint", "b.checkpoint")
UNSAVED = "unsaved-"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A run as it stood: the project that it trains, its state (None before the first), and its record so far.

    Of a population these are the first member's; `members` are all, `best` is the best one once it has ended.
    """

    project: Project
    trained: Trained | None
    record: RunRecord
    members: tuple["Checkpoint", ...] = ()
    best: int | None = None

    @property
    def step(self) -> int:
        """Return the step from which the run can go on."""
        return max((member.step for member in self.members), default=self.trained.step if self.trained else 0)

    @property
    def reason(self) -> str:
        """Return why the run has ended; of a population, its best member's reason, once there is one."""
        if not self.members:
            return self.record.reason
        return "interrupted" if self.best is None else self.members[self.best].record.reason

    def is_kept_by(self, results: Results) -> bool:
        """Return whether a project's results have this run already, so that the checkpoint is of no more use."""
        return any((run.number, run.started) == (self.record.number, self.record.started) for run in results.runs)


class _Members(msgspec.Struct):
    files: list[bytes]
    best: int | None = None


# looked up now: msgspec does so at a type's first use, and may crash where two threads do so at once
_LOOKED_UP = msgspec.msgpack.Decoder(_Members)


def members_content(files: list[bytes], best: int | None) -> bytes:
    """Return what a population's checkpoint holds: a project file for each member."""
    return _MEMBERS + msgspec.msgpack.encode(_Members(files, best))


def runs_folder() -> Path:
    """Return the folder for the runs that are under way on this machine. It may not exist yet."""
    return state_folder() / "runs"


def checkpoint_folder(project: Path) -> Path:
    """Return the folder for the checkpoints of a project file, found again by the file's path."""
    whole = str(project.resolve())
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", project.stem)[:40]
    return runs_folder() / f"{stem}-{hashlib.sha256(whole.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"


def newest(folder: Path) -> Checkpoint | None:
    """Return the newest whole checkpoint of a folder, None if there is none. A torn one gives way to that before it."""
    slots = [(order, slot) for slot in _SLOTS if (order := _order(folder / slot)) is not None]
    for _, slot in sorted(slots, reverse=True):
        with suppress(ProblemError, OSError, ValueError):
            return _read(folder / slot)
    return None


def next_order(folder: Path) -> int:
    """Return the number of a folder's next checkpoint."""
    return 1 + max((_order(folder / slot) or 0 for slot in _SLOTS), default=0)


def write(folder: Path, order: int, content: bytes) -> None:
    """Write the checkpoint of that number in the place of the last but one; ProblemError where it cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ProblemError(f"{folder} cannot be made: {error.strerror or error}.") from error
    head = _MAGIC + _HEAD.pack(order, zlib.crc32(content), len(content))
    write_atomically(folder / _SLOTS[order % len(_SLOTS)], head + content)


def forget_others(folder: Path, order: int) -> None:
    """Remove all but the checkpoint of that number: they belong to a run before it."""
    for slot in _SLOTS:
        if slot != _SLOTS[order % len(_SLOTS)]:
            with suppress(OSError):
                (folder / slot).unlink()


def discard(folder: Path) -> None:
    """Remove a folder's checkpoints."""
    with suppress(OSError):
        for file in list(folder.iterdir()):
            file.unlink()
        folder.rmdir()


def unsaved_folders() -> Iterator[Path]:
    """Yield the folders of runs whose projects were in no file."""
    with suppress(OSError):
        yield from sorted(folder for folder in runs_folder().iterdir() if folder.name.startswith(UNSAVED))


def _order(path: Path) -> int | None:
    """Return a checkpoint's number, None where there is none."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC) + _HEAD.size)
    except OSError:
        return None
    if not head.startswith(_MAGIC) or len(head) < len(_MAGIC) + _HEAD.size:
        return None
    order: int = _HEAD.unpack(head[len(_MAGIC) :])[0]
    return order


def _read(path: Path) -> Checkpoint:
    """Return a checkpoint; ValueError or ProblemError where it is not whole."""
    if path.stat().st_size > MAX_BYTES:
        raise ValueError("too large")
    content = path.read_bytes()
    _, checksum, length = _HEAD.unpack_from(content, len(_MAGIC))
    body = content[len(_MAGIC) + _HEAD.size :]
    if len(body) != length or zlib.crc32(body) != checksum:
        raise ValueError("torn")
    if not body.startswith(_MEMBERS):
        return _run_in(body, path.name)
    try:
        told = msgspec.msgpack.decode(body[len(_MEMBERS) :], type=_Members)
    except msgspec.MsgspecError as error:
        raise ValueError("not the members of a population") from error
    members = tuple(_run_in(file, path.name) for file in told.files)
    if not members or told.best not in (None, *range(len(members))):
        raise ValueError("not the members of a population")
    first = members[0]
    return Checkpoint(first.project, first.trained, first.record, members, told.best)


def _run_in(content: bytes, name: str) -> Checkpoint:
    project, results = parse_project(content, name)
    if not results.runs:
        raise ValueError("it holds no run")
    return Checkpoint(project, results.trained, results.runs[-1])
