"""Which code the user has said yes to: the texts' hashes in a small file of the user's own, shared by window and shell."""

import json
import os
import re
import sys
from pathlib import Path

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.storage import write_atomically

_FORMAT = "flaxstudio-trusted-code"
_MAX_BYTES = 10_000_000


def config_folder() -> Path:
    """Return the folder for what the program keeps for this user, where the platform wants it. It may not exist yet."""
    if sys.platform == "win32":
        base, usual = os.environ.get("APPDATA", ""), Path.home() / "AppData" / "Roaming"
    elif sys.platform == "darwin":
        base, usual = "", Path.home() / "Library" / "Application Support"
    else:
        base, usual = os.environ.get("XDG_CONFIG_HOME", ""), Path.home() / ".config"
    return (Path(base) if os.path.isabs(base) else usual) / "flaxstudio"


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
