import socket
import sys
from pathlib import Path

import pytest

from flaxstudio import display
from flaxstudio.display import fault_of_display, has_display

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="display servers of Linux")


def test_a_pyside_that_aborts_on_this_python_is_refused_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_pyside_version", lambda: "6.12.0")
    monkeypatch.setattr(sys, "version_info", (3, 11, 9, "final", 0))
    assert fault_of_display() == (
        'PySide6 6.12.0 aborts on Python 3.11: pip install "PySide6-Essentials<6.12", or use Python 3.12 or newer.'
    )


@linux
def test_the_same_pyside_is_welcome_on_python_3_12(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_pyside_version", lambda: "6.12.0")
    monkeypatch.setattr(sys, "version_info", (3, 12, 1, "final", 0))
    monkeypatch.setattr(display, "missing_packages", lambda on_x11: ())
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert fault_of_display() is None


def test_a_missing_pyside_is_told_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_pyside_version", lambda: None)
    assert "pip install" in (fault_of_display() or "")


@linux
def test_missing_system_libraries_are_told_as_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setattr(display, "_can_load", lambda library: library not in ("libEGL.so.1", "libxcb-cursor.so.0"))
    assert fault_of_display() == "A window needs system libraries that are missing: apt-get install libegl1 libxcb-cursor0"


@linux
def test_offscreen_needs_no_libraries_of_x11(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(display, "_can_load", lambda library: "xcb" not in library and "x11" not in library.lower())
    fault = fault_of_display()
    assert fault is None or "xcb" not in fault


@linux
def test_a_wayland_server_that_answers_is_a_display(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert not has_display()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        assert has_display()
