"""Finds out, without Qt, whether a window can be opened here. Qt itself would end the process with an abort."""

import ctypes
import os
import socket
import sys
from importlib import metadata
from pathlib import Path

HEADLESS = "Without a window, use the commands: flaxstudio --help"
_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libX11.so.6": "libx11-6",
}
_LIBRARIES_OF_X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}


def fault_of_display() -> str | None:
    """Return in one sentence, with its remedy, why no window can be opened here, or None."""
    if fault := _fault_of_pyside(sys.version_info[:2], _pyside_version()):
        return fault
    if not sys.platform.startswith("linux"):
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    if not platform and not has_display():
        return f"There is no display to open a window on. {HEADLESS}"
    on_x11 = platform == "xcb" or (not platform and not _reaches_wayland())
    if packages := missing_packages(on_x11):
        return f"A window needs system libraries that are missing: apt-get install {' '.join(packages)}"
    return None


def missing_packages(on_x11: bool) -> tuple[str, ...]:
    """Return the Debian packages of the shared libraries that Qt needs on Linux and cannot load."""
    wanted = _LIBRARIES | (_LIBRARIES_OF_X11 if on_x11 else {})
    return tuple(package for library, package in wanted.items() if not _can_load(library))


def has_display() -> bool:
    """Return whether an X11 or Wayland server named by the environment answers."""
    return _reaches_wayland() or _reaches_x11(os.environ.get("DISPLAY", ""))


def _fault_of_pyside(python: tuple[int, ...], version: str | None) -> str | None:
    if version is None:
        return 'The window needs PySide6: pip install "PySide6-Essentials>=6.8,<6.12"'
    major, minor = (int(part) for part in version.split(".")[:2])
    if (major, minor) >= (6, 12) and python < (3, 12):
        return (
            f"PySide6 {version} aborts on Python {python[0]}.{python[1]}: "
            'pip install "PySide6-Essentials<6.12", or use Python 3.12 or newer.'
        )
    return None


def _pyside_version() -> str | None:
    try:
        return metadata.version("PySide6-Essentials")
    except metadata.PackageNotFoundError:
        return None


def _can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _reaches_wayland() -> bool:
    name, folder = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("XDG_RUNTIME_DIR")
    if not name or not (folder or Path(name).is_absolute()):
        return False
    return _answers(str(Path(folder or "/", name)))


def _reaches_x11(display: str) -> bool:
    host, colon, rest = display.rpartition(":")
    number = rest.split(".")[0]
    if not colon or not number.isdigit():
        return False
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"
        return _answers(path) or _answers(f"\0{path}")
    try:
        socket.create_connection((host, 6000 + int(number)), timeout=2.0).close()
    except OSError:
        return False
    return True


def _answers(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(2.0)
        try:
            connection.connect(address)
        except OSError:
            return False
    return True
