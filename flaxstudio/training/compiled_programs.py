"""Compiled programs kept on disk, so that a run of a model that was trained before begins without compiling.

JAX keeps and finds them itself; here it is told where, before it is imported, and the folder is held to a size. A program is
for one kind of processor, so the folder's name has that in it: a home folder may be shared by several machines.
"""

import hashlib
import os
import platform
import warnings
from contextlib import suppress
from pathlib import Path

from flaxstudio.project.folders import cache_folder
from flaxstudio.training.program_files import discard_damaged

MAX_BYTES = 512 * 2**20
_FOLDER = "JAX_COMPILATION_CACHE_DIR"
_SETTINGS = {
    _FOLDER: None,
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}
_CPU_FACTS = ("model name", "flags", "Features", "CPU part")


def keep_programs() -> None:
    """Have JAX keep what it compiles; to be called before it is imported.

    It does nothing where the user has said where JAX keeps programs, or where nothing can be written: that is no error.
    """
    if _FOLDER in os.environ:
        return
    folder = cache_folder() / "programs"
    own = folder / machine_mark()
    try:
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        hold_to_size(folder, MAX_BYTES)
        discard_damaged(own)
    except OSError:
        return
    if os.access(own, os.W_OK):
        os.environ.update({name: str(own) if value is None else value for name, value in _SETTINGS.items()})
        # a file that was damaged meanwhile, or that no room was left for, costs the compilation and nothing else
        warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache entry")


def hold_to_size(folder: Path, most: int) -> None:
    """Delete the programs that were not used for longest until the others take that many bytes at most."""
    found = []
    for path in folder.glob("*/*"):
        with suppress(OSError):  # another process may have deleted it
            known = path.stat()
            found.append((max(known.st_atime, known.st_mtime), known.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= most:
            return
        with suppress(OSError):
            path.unlink()
        total -= size


def machine_mark() -> str:
    """Return a word for all that a program compiled here takes for granted of the machine."""
    facts = [platform.system(), platform.machine(), str(os.cpu_count()), *_cpu_facts()]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _cpu_facts() -> list[str]:
    """Return what Linux says of the first processor; elsewhere the machine's own name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n\n")[0].splitlines()
    except OSError:
        return [platform.processor(), platform.node()]
    return [line for line in lines if line.startswith(_CPU_FACTS)]
