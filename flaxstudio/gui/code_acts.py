"""What the user asks of layers written as code: write, change, check and save one; agree to one; use a plug-in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from flaxstudio.codegen.layer_check_process import check_in_process
from flaxstudio.codegen.layer_finding import LayerQuestion
from flaxstudio.codegen.source import definitions_in
from flaxstudio.graph.library import Code, Imported
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.spec import LayerSpec
from flaxstudio.gui.background import Task
from flaxstudio.gui.dialogs.code_layer import CodeLayerDialog
from flaxstudio.gui.plugin_watch import PluginWatch
from flaxstudio.gui.session import Session
from flaxstudio.gui.tokens import Tokens
from flaxstudio.gui.trust import Trust
from flaxstudio.layers.code_layer import spec_of_code
from flaxstudio.project.block_edits import set_definition
from flaxstudio.project.plugins import Plugin


class CodeActs(QObject):
    """Slots for the intents around code layers. `plugins_changed` carries the folder's layers as LayerSpecs."""

    plugins_changed = Signal(object)

    def __init__(
        self,
        session: Session,
        trust: Trust,
        folder: Path,
        window: QWidget,
        tokens: Callable[[], Tokens],
        say: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._session = session
        self._trust = trust
        self._window = window
        self._tokens = tokens
        self._say = say
        self._complain = complain
        self._plugins: dict[str, Plugin] = {}
        self._is_plugin_wrong = False
        self._editors: dict[CodeLayerDialog, set[str]] = {}
        self._checks: dict[CodeLayerDialog, Task] = {}
        self._ending: set[Task] = set()
        ready_made = frozenset(spec.name for spec in session.catalogue if spec.definition is None)
        self.watch = PluginWatch(folder, ready_made, self)
        self.watch.changed.connect(self._on_plugins)
        trust.changed.connect(lambda _: self._publish_plugins())

    # writing

    def on_new(self) -> None:
        """Open an editor for another layer."""
        self._open(None)

    def on_edit(self, name: str) -> None:
        """Open an editor for a layer of the project; code from elsewhere has to be agreed to first."""
        for dialog, names in self._editors.items():
            if name in names:
                dialog.raise_()
                dialog.activateWindow()
                return
        code = self._session.document.project.library.get(name)
        if isinstance(code, Code) and self._trust.ask(code, self._origin()):
            self._open(code)

    def on_code_saved(self, code: Code) -> None:
        """Keep a layer in the project. What the user has written himself may run."""
        self._trust.add(code)
        if self._session.edit(set_definition(code)):
            self._say(self.tr("Saved the layer {0}. It is in the palette, under This project.").format(code.name))

    # agreeing

    def untrusted(self) -> tuple[Code | Imported, ...]:
        """Return the layers that the model uses and whose code the user has not agreed to."""
        used = definitions_in(self._session.document.project.graph, self._session.catalogue)
        return tuple(found for found in used if isinstance(found, Code | Imported) and not self._trust.has(found))

    def review(self) -> bool:
        """Ask about every layer that is to run and was not agreed to; return whether all may run now."""
        return all(self._trust.ask(definition, self._origin()) for definition in self.untrusted())

    def on_review(self, name: str) -> None:
        """Ask about one layer of the project."""
        definition = self._session.document.project.library.get(name)
        if isinstance(definition, Code | Imported):
            self._trust.ask(definition, self._origin())

    # plug-ins

    @property
    def plugins(self) -> tuple[LayerSpec, ...]:
        """The layers of the plug-in folder, for the palette."""
        return tuple(spec_of_code(p.code, self._trust.has(p.code)) for p in self._plugins.values())

    def with_layer(self, name: str, then: Callable[[], None]) -> None:
        """Do `then` once the project can use that layer: a plug-in is agreed to and copied into it first."""
        plugin = self._plugins.get(name)
        if plugin is None or self._session.document.project.library.get(name) is not None:
            then()
        else:
            # later: a question may not be asked in the middle of a drop
            QTimer.singleShot(0, self, lambda: self._adopt(plugin, then))

    def on_open_folder(self) -> None:
        """Show the plug-in folder."""
        self.watch.begin()
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.watch.folder)))

    # the rest

    def set_tokens(self, tokens: Tokens) -> None:
        """Redraw the open editors in another theme."""
        for dialog in self._editors:
            dialog.set_tokens(tokens)

    def may_close(self) -> bool:
        """See to unsaved editors; False where the user wants to stay."""
        for dialog in tuple(self._editors):
            dialog.reject()
        return not self._editors

    def close(self) -> None:
        """End all background work."""
        self.watch.close()
        for dialog in tuple(self._checks):
            self._cancel(dialog)
        for task in tuple(self._ending):
            task.wait()

    def _origin(self) -> str:
        path = self._session.document.path
        return path.name if path else self.tr("this project")

    def _open(self, code: Code | None) -> None:
        names = {code.name} if code else set()
        dialog = CodeLayerDialog(self._tokens(), code, lambda: self._taken() - names, self._window)
        self._editors[dialog] = names
        dialog.code_saved.connect(lambda saved: names.add(saved.name))
        dialog.code_saved.connect(self.on_code_saved)
        dialog.check_requested.connect(lambda question: self._check(dialog, question))
        dialog.cancel_requested.connect(lambda: self._cancel(dialog))
        dialog.finished.connect(lambda _: self._editors.pop(dialog, None))
        dialog.show()

    def _taken(self) -> frozenset[str]:
        project = self._session.document.project
        return frozenset({project.name, *(s.name for s in self._session.catalogue), *(d.name for d in project.library)})

    def _check(self, dialog: CodeLayerDialog, question: LayerQuestion) -> None:
        self._cancel(dialog)
        task = Task(lambda cancelled: check_in_process(question, cancelled), self)
        self._checks[dialog] = task
        task.done.connect(dialog.check.show_findings)
        task.finished.connect(lambda: self._forget(dialog, task))
        dialog.check.show_running()
        task.start()

    def _cancel(self, dialog: CodeLayerDialog) -> None:
        task = self._checks.pop(dialog, None)
        if task is not None:
            self._ending.add(task)
            task.cancel()
            dialog.check.show_findings(())

    def _forget(self, dialog: CodeLayerDialog, task: Task) -> None:
        if self._checks.get(dialog) is task:
            del self._checks[dialog]
        self._ending.discard(task)
        task.deleteLater()

    def _adopt(self, plugin: Plugin, then: Callable[[], None]) -> None:
        if self._trust.ask(plugin.code, str(plugin.file)) and self._session.edit(set_definition(plugin.code)):
            then()

    def _on_plugins(self, plugins: Any, problems: tuple[Problem, ...]) -> None:
        self._plugins = {plugin.code.name: plugin for plugin in plugins}
        self._publish_plugins()
        if problems or self._is_plugin_wrong:
            self._complain(str(problems[0]) if problems else "")
        self._is_plugin_wrong = bool(problems)

    def _publish_plugins(self) -> None:
        self.plugins_changed.emit(self.plugins)
