import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from flaxstudio.gui.app import FaultGuard
from flaxstudio.gui.dialogs.fault import FaultDialog


@pytest.fixture
def guard(qtbot, monkeypatch, tmp_path):
    """A guard whose rescue notes each call."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    parent = QWidget()
    qtbot.addWidget(parent)
    rescued: list[Path] = []

    def rescue() -> Path:
        rescued.append(tmp_path / "work.rescued.msgpack")
        return rescued[-1]

    guard = FaultGuard(rescue, parent)
    guard.install()
    guard.rescued = rescued
    yield guard
    for dialog in dialogs():
        dialog.close()


def dialogs() -> list[FaultDialog]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, FaultDialog) and widget.isVisible()]


def fail(text: str) -> None:
    try:
        raise RuntimeError(text)
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)


def test_an_unexpected_exception_is_shown_once_with_the_work_saved_beside(guard, qtbot, capsys) -> None:
    fail("a wire has three ends")
    fail("a wire has three ends")
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    assert len(guard.rescued) == 1
    assert "a wire has three ends" in dialogs()[0].words.text()
    assert "work.rescued.msgpack" in dialogs()[0].saved.text()
    assert "a wire has three ends" in capsys.readouterr().err


def test_an_exception_in_another_thread_is_shown_by_the_window_s_own(guard, qtbot, capsys) -> None:
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    assert len(guard.rescued) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
