"""Export from the window: the dialog, the work in the background, and what came of it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from flaxstudio.gui.background import Task
from flaxstudio.gui.dialogs.export import ExportDialog
from flaxstudio.gui.session import Session
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.tokens import Tokens


class ExportActs(QObject):
    """Opens the export dialog and does what it asks, one export at a time."""

    def __init__(self, session: Session, settings: Settings, window: QWidget, tokens: Callable[[], Tokens]) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self._tokens = tokens
        self._dialog: ExportDialog | None = None
        self._task: Task | None = None

    def on_export(self) -> None:
        """Show the dialog for the present project."""
        self._dialog = dialog = ExportDialog(self._state(), self._tokens(), self._window)
        dialog.export_requested.connect(self._on_export_requested)
        dialog.cancel_requested.connect(self.cancel)
        dialog.open()

    def cancel(self) -> None:
        """End the export under way; nothing is left behind."""
        if self._task is not None:
            self._task.cancel()
            self._task.wait()
            self._task = None

    def _on_export_requested(self, form: str, path: str) -> None:
        self.cancel()
        known, target = self._session.knowledge, Path(path)
        self._settings.folder = target.parent
        self._task = task = Task(lambda cancelled: _export(known, self._session.catalogue, form, target, cancelled), self)
        assert self._dialog is not None
        task.done.connect(self._dialog.show_report)
        task.refused.connect(lambda problem: self._dialog and self._dialog.show_fault(str(problem)))
        self._dialog.show_progress(self.tr("Writing {0}…").format(target.name))
        task.start()
