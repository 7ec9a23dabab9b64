"""File > Import code, and pasted source: the dialog, the reading in the background, the graph as a project or into this one."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from flaxstudio.codegen.imported_project import Asks, imported_project, modules_in, text_in
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.background import Task
from flaxstudio.gui.dialogs.import_code import ImportCodeDialog, Target
from flaxstudio.gui.settings import Settings
from flaxstudio.project.project import Project
from flaxstudio.project.taking_in import as_block, as_nodes


class ImportCodeActs(QObject):
    """Turns a Module's source into a graph. `open_project` shows it as a project, once the present one has been seen to."""

    insert_requested = Signal(object, str)
    """A Clip is to be pasted into the open graph, as a step of that text."""

    def __init__(
        self,
        base: Catalogue,
        settings: Settings,
        window: QWidget,
        warm_up: Callable[[], None],
        open_project: Callable[[Project], None],
        complain: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._base = base
        self._settings = settings
        self._window = window
        self._warm_up = warm_up
        self._open_project = open_project
        self._complain = complain
        self._task: Task | None = None
        self._project: Project | None = None

    def on_import_code(self) -> None:
        """Ask for a Python file and show what may be imported from it."""
        title, kinds = self.tr("Import code"), self.tr("Python (*.py);;All files (*)")
        path, _ = QFileDialog.getOpenFileName(self._window, title, str(self._settings.folder), kinds)
        if path:
            self.import_from(Path(path))

    def import_from(self, path: Path) -> ImportCodeDialog | None:
        """Show the dialog for a file; what is wrong with the file is said at once."""
        try:
            text = text_in(path)
            modules = modules_in(text)
        except ProblemError as problem:
            self._complain(str(problem))
            return None
        self._settings.folder = path.parent
        return self._ask(path.name, text, modules)

    def import_text(self, text: str, has_graph: bool = False) -> ImportCodeDialog | None:
        """Show the dialog for a text from the clipboard, which is meant for the open graph where there is one."""
        try:
            return self._ask(self.tr("the clipboard"), text, modules_in(text), "block" if has_graph else "project")
        except ProblemError as problem:
            self._complain(str(problem))
            return None

    def _ask(self, source: str, text: str, modules: Mapping[str, Asks], target: Target = "project") -> ImportCodeDialog:
        dialog = ImportCodeDialog(source, modules, text, target, self._window)
        dialog.read_requested.connect(lambda name, shapes: self._read(dialog, text, name, shapes))
        dialog.open_requested.connect(lambda: self._open(dialog))
        dialog.rejected.connect(self.cancel)
        dialog.open()
        return dialog

    def cancel(self) -> None:
        """Drop what is being read."""
        if self._task is not None:
            self._task.cancel()
            self._task.wait()
            self._task = None

    def _read(self, dialog: ImportCodeDialog, text: str, name: str, shapes: tuple[ArrayShape, ...]) -> None:
        self.cancel()

        def work(cancelled: Callable[[], bool]) -> Any:  # noqa: ARG001 - quick enough not to be cancelled
            self._warm_up()
            return imported_project(text, name, shapes, self._base)

        self._task = task = Task(work, self)
        task.done.connect(lambda found: self._on_read(dialog, *found))
        task.refused.connect(lambda problem: dialog.show_fault(str(problem)))
        dialog.show_progress()
        task.start()

    def _on_read(self, dialog: ImportCodeDialog, project: Project, notes: tuple[str, ...]) -> None:
        self._project = project
        if notes:
            dialog.show_notes(notes)
        else:
            self._open(dialog)

    def _open(self, dialog: ImportCodeDialog) -> None:
        """Open what was read, or put it where it was wanted; what does not go there is said in the dialog."""
        if self._project is None:
            return
        project, target = self._project, dialog.target()
        if target == "project":
            dialog.accept()
            self._project = None
            self._open_project(project)
            return
        try:
            clip = as_block(project) if target == "block" else as_nodes(project)
        except ProblemError as problem:
            dialog.show_fault(str(problem))
            return
        dialog.accept()
        self._project = None
        self.insert_requested.emit(clip, self.tr("Insert {0}").format(project.name))
