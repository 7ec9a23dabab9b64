"""Which of the kept programs are whole: JAX never writes over a damaged one, which would be compiled at every start.

What was found whole stands in a file beside them with its size, time and checksum, so that each is read once.
"""

import zlib
from contextlib import suppress
from pathlib import Path

AT_ONCE = 8 * 2**20
"""So many bytes are read at a start at most, those of the newest files; the others have their turn at later ones."""
_SEEN = "seen"
_ZSTD = b"\x28\xb5\x2f\xfd"

_Mark = tuple[str, str, str]


def discard_damaged(folder: Path, most: int = AT_ONCE) -> None:
    """Delete the programs of a folder that are cut off or hold something else."""
    seen, known = _read_seen(folder), {}
    for path, size, time in _newest_first(folder):
        before = seen.get(path.name)
        if before is not None and before[:2] == (str(size), str(time)):
            known[path.name] = before
            continue
        most -= size
        if most < 0:
            continue
        with suppress(OSError):  # another process may have deleted it
            content = path.read_bytes()
            checksum = str(zlib.crc32(content))
            if checksum == before[2] if before else is_whole(content):
                known[path.name] = (str(size), str(time), checksum)
            else:
                path.unlink()
    if known != seen:
        lines = (" ".join((name, *mark)) for name, mark in known.items())
        with suppress(OSError):  # without room for it they are read again
            (folder / _SEEN).write_text("\n".join(lines), encoding="utf-8")


def is_whole(content: bytes) -> bool:
    """Return whether a file's content can be unpacked as JAX does it; one packed by Zstandard is judged by its first bytes."""
    if content.startswith(_ZSTD):
        return True
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(content)
    except zlib.error:
        return False
    return unpacking.eof


def _newest_first(folder: Path) -> list[tuple[Path, int, int]]:
    found = []
    for path in folder.glob("*-cache"):
        with suppress(OSError):
            known = path.stat()
            found.append((path, known.st_size, known.st_mtime_ns))
    return sorted(found, key=lambda one: one[2], reverse=True)


def _read_seen(folder: Path) -> dict[str, _Mark]:
    """Return what was found whole before; what is written there in another way counts as never seen."""
    try:
        lines = (folder / _SEEN).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    parts = (line.rsplit(" ", 3) for line in lines)
    return {part[0]: (part[1], part[2], part[3]) for part in parts if len(part) == 4}
