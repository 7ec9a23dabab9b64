"""The user's folders, where the platform wants them. None of them may exist yet."""

import os
import sys
from pathlib import Path

_NAME = "flaxstudio"


def config_folder() -> Path:
    """Return the folder for what the program keeps for this user."""
    return _folder("XDG_CONFIG_HOME", ".config", "APPDATA", "Roaming", "Application Support")


def state_folder() -> Path:
    """Return the folder for what the program remembers between its runs on this machine."""
    return _folder("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA", "Local", "Application Support")


def cache_folder() -> Path:
    """Return the folder for what can be made again at any time."""
    return _folder("XDG_CACHE_HOME", ".cache", "LOCALAPPDATA", "Local", "Caches")


def _folder(variable: str, usual: str, windows_variable: str, windows_usual: str, mac: str) -> Path:
    if sys.platform == "win32":
        base, place = os.environ.get(windows_variable, ""), Path.home() / "AppData" / windows_usual
    elif sys.platform == "darwin":
        base, place = "", Path.home() / "Library" / mac
    else:
        base, place = os.environ.get(variable, ""), Path.home() / usual
    return (Path(base) if os.path.isabs(base) else place) / _NAME
