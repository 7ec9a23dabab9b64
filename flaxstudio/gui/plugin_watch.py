"""Keeps an eye on the plug-in folder: what is dropped there is told at once."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from flaxstudio.gui.background import Worker
from flaxstudio.project.plugins import read_plugins

_PAUSE_MS = 150


class PluginWatch(QObject):
    """Reads the folder in the background. `changed` carries its layers and what is wrong with its files."""

    changed = Signal(object, object)

    def __init__(self, folder: Path, taken: Collection[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self._known: Any = ((), ())
        self._worker = Worker(lambda question: read_plugins(question[0], taken), self)
        self._worker.answered.connect(self._on_read)
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._read)
        self._watcher.directoryChanged.connect(lambda _: self._timer.start())
        self._watcher.fileChanged.connect(lambda _: self._timer.start())

    def begin(self) -> None:
        """Make the folder if it is not there, and read it from now on."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return  # without a folder there are no plug-ins, and nothing else is the worse for it
        self._read()

    def close(self) -> None:
        """End the background thread."""
        self._timer.stop()
        self._worker.close()

    def _read(self) -> None:
        # a file that an editor has replaced is no longer watched, so all are named again
        watched = {*self._watcher.files(), *self._watcher.directories()}
        wanted = {str(self.folder), *map(str, self.folder.glob("*.py"))}
        if new := sorted(wanted - watched):
            self._watcher.addPaths(new)
        self._worker.ask((self.folder,))

    def _on_read(self, _question: object, answer: Any) -> None:
        if answer != self._known:
            self._known = answer
            self.changed.emit(*answer)
