"""Which code the user has said yes to: the texts' hashes in a small file of the user's own, shared by window and shell."""

import json
import re
from pathlib import Path

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.folders import config_folder
from flaxstudio.project.storage import write_atomically

_FORMAT = "flaxstudio-trusted-code"
_MAX_BYTES = 10_000_000


def consent_file() -> Path:
    """Return where the hashes are kept."""
    return config_folder() / "trusted-code.json"


def trusted_hashes(path: Path) -> frozenset[str]:
    """Return the hashes of all code that may run. A file that is missing or damaged trusts nothing."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            return frozenset()
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return frozenset()
    hashes = table.get("hashes") if isinstance(table, dict) and table.get("format") == _FORMAT else None
    if not isinstance(hashes, list):
        return frozenset()
    return frozenset(item for item in hashes if isinstance(item, str) and re.fullmatch("[0-9a-f]{64}", item))


def remember(path: Path, hash_: str) -> None:
    """Trust the code of that hash from now on; ProblemError where that cannot be written down."""
    known = trusted_hashes(path)
    if hash_ not in known:
        _write(path, known | {hash_})


def forget(path: Path, hash_: str) -> None:
    """Trust the code of that hash no longer."""
    known = trusted_hashes(path)
    if hash_ in known:
        _write(path, known - {hash_})


def _write(path: Path, hashes: frozenset[str]) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ProblemError(
            f"{path.parent} cannot be made: {error.strerror or error}.", "The answer counts until the program ends."
        ) from error
    table = {"format": _FORMAT, "version": 1, "hashes": sorted(hashes)}
    write_atomically(path, (json.dumps(table, indent=1) + "\n").encode())
