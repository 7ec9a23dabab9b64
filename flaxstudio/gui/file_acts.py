"""What the user asks of files: new, open, save, export of source; asks before anything is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QStandardPaths, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from flaxstudio.graph.naming import stem
from flaxstudio.graph.problem import ProblemError
from flaxstudio.gui.afterthoughts import is_small
from flaxstudio.gui.background import Task
from flaxstudio.gui.dialogs.unsaved import ask_unsaved
from flaxstudio.gui.runner import Runner
from flaxstudio.gui.session import Session
from flaxstudio.gui.settings import Settings
from flaxstudio.project.checkpoints import discard
from flaxstudio.project.document import Document
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project, write_atomically
from flaxstudio.project.templates import build_template

SUFFIX = ".msgpack"


class FileActs(QObject):
    """Slots for File's commands and the start page. `say` tells what was done, `complain` what could not be."""

    saved = Signal()

    def __init__(
        self,
        session: Session,
        runner: Runner,
        settings: Settings,
        window: QWidget,
        say: Callable[[str], None],
        complain: Callable[[str], None],
        show_canvas: Callable[[], None],
    ) -> None:
        super().__init__(window)
        self._session = session
        self._runner = runner
        self._settings = settings
        self._window = window
        self._say = say
        self._complain = complain
        self._show_canvas = show_canvas
        self._tasks: set[Task] = set()

    def on_new(self) -> None:
        self.after_leaving(lambda: self._open(Document(Project())))

    def on_template(self, name: str) -> None:
        def begin() -> None:
            self._open(Document(build_template(name, self._session.base)))

        self.after_leaving(begin)

    def open_document(self, document: Document) -> None:
        """Show a document in the place of the present one, which has been seen to."""
        self._open(document)

    def open_new(self, project: Project) -> None:
        """Show a project that is in no file yet, once the present one has been seen to."""
        self.after_leaving(lambda: self._open(Document(project)))

    def on_open(self) -> None:
        """Ask for a project file and open it."""
        title, kinds = self.tr("Open project"), self.tr("Flax Studio projects (*.msgpack);;All files (*)")
        path, _ = QFileDialog.getOpenFileName(self._window, title, str(self._settings.folder), kinds)
        if path:
            self.on_open_path(path)

    def on_open_path(self, path: str) -> None:
        """Open a project file, once the present project has been seen to."""
        self.after_leaving(lambda: self.open_now(Path(path)))

    def open_now(self, path: Path) -> None:
        """Read a project file in the background and show it."""
        self._do(lambda: load_project(path), lambda loaded: self._opened(path, *loaded))

    def on_save(self) -> None:
        self.save()

    def on_save_as(self) -> None:
        self.save(self._ask_path())

    def save(self, path: Path | None = None, then: Callable[[], None] = lambda: None) -> None:
        """Save in the background, asking for a path if there is none yet; `then` follows when it is on disk."""
        document = self._session.document
        path = path or document.path or self._ask_path()
        if path is None:
            return
        project, results = document.project, document.results

        def saved(_: Any) -> None:
            document.mark_saved(path, project, results)
            self._remember(path)
            self._say(self.tr("Saved {0}.").format(path.name))
            self.saved.emit()
            then()

        self._do(lambda: save_project(path, project, results), saved)

    def on_save_source(self) -> None:
        """Ask for a file and write the Module's source there."""
        source = self._session.source
        start = self._settings.folder / f"{stem(source.class_name)}.py"
        title, kinds = self.tr("Save source"), self.tr("Python (*.py)")
        path, _ = QFileDialog.getSaveFileName(self._window, title, str(start), kinds)
        if path:
            text = source.text.encode()
            self._do(
                lambda: write_atomically(Path(path), text), lambda _: self._say(self.tr("Saved {0}.").format(Path(path).name))
            )

    def after_leaving(self, then: Callable[[], None], then_close: Callable[[], Any] | None = None) -> None:
        """Do `then` once the present project may go: after its run was stopped and its changes saved or given up.

        Saving takes a moment; what follows it is `then_close` if given, since a window being closed cannot wait.
        """
        self._runner.stop_and_wait()
        if not self._session.document.is_modified:
            then()
            return
        match ask_unsaved(self._window, self._session.knowledge.name):
            case "save":
                self.save(then=then_close or then)
            case "discard":
                if self._runner.folder is not None:
                    discard(self._runner.folder)
                then()

    def rescue(self) -> Path | None:
        """Write the work beside its file after a fault of the program; return where, or None if even that failed."""
        document = self._session.document
        if not document.is_modified:
            return None
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation))
        near = document.path or folder / f"unsaved{SUFFIX}"
        path = near.with_name(f"{near.stem}.rescued{SUFFIX}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save_project(path, document.project, document.results)
        except (ProblemError, OSError):
            return None
        return path

    def close(self) -> None:
        """Wait for what is being written."""
        for task in tuple(self._tasks):
            task.wait()

    def _ask_path(self) -> Path | None:
        start = self._session.document.path or self._settings.folder / f"{self._session.document.project.name.lower()}{SUFFIX}"
        title, kinds = self.tr("Save project"), self.tr("Flax Studio projects (*.msgpack)")
        text, _ = QFileDialog.getSaveFileName(self._window, title, str(start), kinds)
        if not text:
            return None
        return Path(text) if Path(text).suffix else Path(text).with_suffix(SUFFIX)

    def _opened(self, path: Path, project: Project, results: Results) -> None:
        self._open(Document(project, results, path))
        self._remember(path)

    def _open(self, document: Document) -> None:
        self._session.open(document)
        if is_small(document.project.graph, self._session.catalogue):
            self._show_canvas()
        else:
            QTimer.singleShot(0, self._show_canvas)  # to make its items took a while: let the window answer first

    def _remember(self, path: Path) -> None:
        self._settings.add_recent(path)
        self._settings.folder = path.parent

    def _do(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Run file work in the background; what it refuses is said in one sentence."""
        task = Task(lambda cancelled: work(), self)  # noqa: ARG005 - files are quick enough not to be cancelled
        self._tasks.add(task)
        task.done.connect(then)
        task.refused.connect(lambda problem: self._complain(str(problem)))
        task.finished.connect(self._on_task_finished)
        task.start()

    def _on_task_finished(self) -> None:
        for task in [task for task in self._tasks if task.isFinished()]:
            self._tasks.discard(task)
            task.deleteLater()
