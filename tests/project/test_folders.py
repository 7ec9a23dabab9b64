from pathlib import Path

import pytest

from flaxstudio.project import folders
from flaxstudio.project.folders import cache_folder, config_folder, state_folder

LIBRARY = "/home/me/Library"


@pytest.mark.parametrize(
    ("platform", "variables", "config", "state", "cache"),
    [
        ("linux", {}, "/home/me/.config", "/home/me/.local/state", "/home/me/.cache"),
        ("linux", {"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/k"}, "/c", "/s", "/k"),
        (
            "linux",
            {"XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": "s", "XDG_CACHE_HOME": "k"},
            "/home/me/.config",
            "/home/me/.local/state",
            "/home/me/.cache",
        ),
        (
            "darwin",
            {"XDG_CONFIG_HOME": "/c"},
            f"{LIBRARY}/Application Support",
            f"{LIBRARY}/Application Support",
            f"{LIBRARY}/Caches",
        ),
        ("win32", {}, "/home/me/AppData/Roaming", "/home/me/AppData/Local", "/home/me/AppData/Local"),
        ("win32", {"APPDATA": "/roaming", "LOCALAPPDATA": "/local"}, "/roaming", "/local", "/local"),
    ],
)
def test_the_folders_are_where_the_platform_wants_them(monkeypatch, platform, variables, config, state, cache):
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(folders.sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    assert [config_folder(), state_folder(), cache_folder()] == [Path(place) / "flaxstudio" for place in (config, state, cache)]
