"""Starts the window: application, theme, what to do with an unexpected exception, and the event loop."""

import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QApplication, QWidget

from flaxstudio.gui.dialogs.fault import show_fault
from flaxstudio.gui.entrance import Entrance
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.theme import body_font


def run(path: Path | None = None) -> int:
    """Open the window, on a project if one is given, and return the exit status when it closes."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Flax Studio")
    app.setOrganizationName("Flax Studio")
    app.setDesktopFileName("flaxstudio")
    app.setFont(body_font())
    store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "flaxstudio", "flaxstudio")
    entrance = Entrance(app, Settings(store))
    guard = FaultGuard(lambda: entrance.studio.files.rescue() if entrance.studio else None, entrance.window)
    guard.install()
    entrance.open(path)
    return app.exec()


class FaultGuard(QObject):
    """Shows an unexpected exception, of any thread, once, after saving the work beside."""

    _raised = Signal(str, str)

    def __init__(self, rescue: Callable[[], Path | None], parent: QWidget) -> None:
        super().__init__(parent)
        self._rescue = rescue
        self._parent = parent
        self._shown: set[str] = set()
        self._raised.connect(self._on_raised)

    def install(self) -> None:
        """Catch what nobody else does."""
        sys.excepthook = self._tell
        threading.excepthook = lambda arguments: self._tell(
            arguments.exc_type, arguments.exc_value or arguments.exc_type(), arguments.exc_traceback
        )

    def _tell(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Hand the exception to the GUI thread; also write it to standard error for whoever started us there."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(details)
        self._raised.emit(f"{kind.__name__}: {error}", details)

    def _on_raised(self, text: str, details: str) -> None:
        if text in self._shown:
            return
        self._shown.add(text)
        show_fault(self._parent, text, details, self._rescue())
