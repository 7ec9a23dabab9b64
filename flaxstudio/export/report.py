"""What an exporter tells about the file it wrote and read back."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Report:
    """An artefact that was written and then verified.

    `bytes` is its size on disk, `error` the largest relative error against Flax (max|y - flax| / max|flax|) over the
    `batch_sizes` it was run with (none for files that hold only variables), `note` what a user of it must know.
    """

    path: Path
    bytes: int
    error: float
    seconds: float
    batch_sizes: tuple[int, ...] = ()
    note: str = ""


def size_on_disk(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
