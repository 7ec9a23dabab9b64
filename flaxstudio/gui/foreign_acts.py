"""What the user asks of layers from installed packages and Python files: find, agree, set, place."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from flaxstudio.codegen.foreign import Candidate, modules_of_package, packages_with_flax
from flaxstudio.graph.graph import Value
from flaxstudio.graph.library import Code, Imported
from flaxstudio.graph.problem import ProblemError
from flaxstudio.gui.background import Task
from flaxstudio.gui.dialogs.foreign_layer import ForeignLayerDialog, Offer
from flaxstudio.gui.session import Session
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.tokens import Tokens
from flaxstudio.gui.trust import Trust
from flaxstudio.layers.code_layer import spec_of_code, spec_of_import
from flaxstudio.project.block_edits import set_definition
from flaxstudio.project.plugins import Plugin, layers_of_file, read_text


class ForeignActs(QObject):
    """Opens the dialog and does what it asks. `place` puts a layer of the project on the canvas, with attributes set."""

    def __init__(
        self,
        session: Session,
        trust: Trust,
        settings: Settings,
        window: QWidget,
        tokens: Callable[[], Tokens],
        warm_up: Callable[[], None],
        place: Callable[[str, Mapping[str, Value]], None],
    ) -> None:
        super().__init__(window)
        self._session = session
        self._trust = trust
        self._settings = settings
        self._window = window
        self._tokens = tokens
        self._warm_up = warm_up
        self._place = place
        self._dialog: ForeignLayerDialog | None = None
        self._tasks: set[Task] = set()
        self._last_search: Task | None = None

    def on_take(self) -> None:
        """Show the dialog."""
        self._dialog = dialog = ForeignLayerDialog((), self._tokens(), self._window)
        dialog.package_requested.connect(self.on_package_requested)
        dialog.file_requested.connect(self._ask_file)
        dialog.offer_chosen.connect(self.on_offer_chosen)
        dialog.layer_taken.connect(self.on_layer_taken)
        dialog.finished.connect(lambda _: self._leave())
        dialog.open()
        self._do(lambda _: packages_with_flax(), dialog.show_packages)

    def on_package_requested(self, name: str) -> None:
        """List the classes of a package."""
        if self._dialog is not None:
            self._dialog.say(self.tr("Reading {0}…").format(name))
            self._search(lambda cancelled: modules_of_package(name, cancelled), self._offer_candidates)

    def on_file_chosen(self, path: str) -> None:
        """List the classes of a Python file."""
        self._settings.folder = Path(path).parent
        self._search(lambda _: layers_of_file(Path(path)), self._offer_plugins)

    def on_offer_chosen(self, key: Candidate | Plugin) -> None:
        """Ask for consent; then a class is imported and its fields are shown."""
        dialog = self._dialog
        if dialog is None:
            return
        if isinstance(key, Plugin):
            if self._trust.ask(key.code, str(key.file)):
                dialog.show_form(key.code, spec_of_code(key.code, True))
            return
        try:
            text = read_text(key.file)
        except ProblemError as problem:
            dialog.say(str(problem), is_fault=True)
            return
        if self._trust.ask(Imported(key.name, key.module), str(key.file), text):
            dialog.say(self.tr("Importing {0}…").format(key.module))
            self._do(lambda _: self._describe(key), self._show_imported)

    def on_layer_taken(self, definition: Code | Imported, attributes: Mapping[str, Value]) -> None:
        """Take the layer into the project and place it."""
        dialog, name = self._dialog, definition.name
        own = self._session.document.project.library.get(name)
        ready_made = self._session.catalogue.get(name)
        is_taken = own != definition if own is not None else ready_made is not None
        if is_taken or name == self._session.document.project.name:
            if dialog is not None:
                dialog.say(self.tr("The project has another layer {0}. Rename one of them.").format(name), is_fault=True)
            return
        if own is not None or self._session.edit(set_definition(definition)):
            self._place(name, attributes)
            if dialog is not None:
                dialog.accept()

    def close(self) -> None:
        """End all background work."""
        for task in tuple(self._tasks):
            task.cancel()
            task.wait()

    def _ask_file(self) -> None:
        title, kinds = self.tr("Layer from a file"), self.tr("Python (*.py)")
        path, _ = QFileDialog.getOpenFileName(self._dialog, title, str(self._settings.folder), kinds)
        if path:
            self.on_file_chosen(path)

    def _describe(self, candidate: Candidate) -> Imported:
        self._warm_up()
        from flaxstudio.codegen.foreign_class import describe  # imports the package, and with it jax

        return describe(candidate.module, candidate.name)

    def _offer_candidates(self, found: tuple[Candidate, ...]) -> None:
        if self._dialog is not None:
            self._dialog.show_offers(Offer(c.name, c.module, c.summary, c) for c in found)

    def _offer_plugins(self, found: tuple[Plugin, ...]) -> None:
        if self._dialog is not None:
            self._dialog.show_offers(Offer(p.code.name, p.file.name, spec_of_code(p.code, False).summary, p) for p in found)

    def _show_imported(self, imported: Imported) -> None:
        if self._dialog is not None:
            self._dialog.say("")
            self._dialog.show_form(imported, spec_of_import(imported, True))

    def _leave(self) -> None:
        self._dialog = None
        for task in tuple(self._tasks):
            task.cancel()

    def _search(self, work: Callable[[Callable[[], bool]], Any], then: Callable[[Any], None]) -> None:
        """Do one search at a time: an older one is no longer wanted."""
        if self._last_search is not None and self._last_search in self._tasks:
            self._last_search.cancel()
        self._last_search = self._do(work, then)

    def _do(self, work: Callable[[Callable[[], bool]], Any], then: Callable[[Any], None]) -> Task:
        task = Task(work, self)
        self._tasks.add(task)
        task.done.connect(then)
        task.refused.connect(self._on_refused)
        task.finished.connect(lambda: self._forget(task))
        task.start()
        return task

    def _on_refused(self, problem: ProblemError) -> None:
        if self._dialog is not None:
            self._dialog.say(str(problem), is_fault=True)

    def _forget(self, task: Task) -> None:
        self._tasks.discard(task)
        task.deleteLater()
