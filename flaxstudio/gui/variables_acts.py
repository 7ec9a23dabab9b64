"""What the user asks of variables: initialise, load, set values; the work is done in the background, each act is undoable."""

from collections.abc import Callable, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from flaxstudio.graph.check import has_errors
from flaxstudio.gui.background import Task, Worker
from flaxstudio.gui.dialogs.initialize import InitializeDialog
from flaxstudio.gui.dialogs.structure import StructureDialog
from flaxstudio.gui.panels.variables import VariablesPanel, VariablesState
from flaxstudio.gui.panels.variables_init import dummy_text
from flaxstudio.gui.panels.variables_request import (
    CellValue,
    ConstantValue,
    DrawnValues,
    FileValues,
    InitRequest,
    NewValues,
    PastedValues,
    ValuesRequest,
)
from flaxstudio.gui.session import Session
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project import new_values
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Trained
from flaxstudio.project.statistics import Statistics, measure
from flaxstudio.project.variables import Array, Path, array_at, leaves, path_text, with_arrays

if TYPE_CHECKING:  # needs jax, which is imported in the background
    from flaxstudio.export.matching import Comparison

_AT_ONCE = 2_000_000  # values that are measured before the first numbers are shown


class VariablesActs(QObject):
    """Slots for the intents of the Variables panel. `is_busy` tells whether a run is under way."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        panel: VariablesPanel,
        window: QWidget,
        tokens: Callable[[], Tokens],
        is_busy: Callable[[], bool],
        warm_up: Callable[[], None],
        say: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._panel = panel
        self._window = window
        self._tokens = tokens
        self._is_busy = is_busy
        self._warm_up = warm_up
        self._say = say
        self._complain = complain
        self._task: Task | None = None
        self._working = ""
        self._unmeasured: dict[Path, Array] = {}
        self._statistics = Worker(_measure, self)
        self._statistics.answered.connect(self._on_measured)

    def display(self) -> None:
        """Show in the panel what is known of the open project's variables."""
        known, catalogue = self._session.knowledge, self._session.catalogue
        fault = ""
        if not any(known.project.graph.of_layer("Input")):
            fault = self.tr("Draw a network from Input to Output first. Its variables are listed here.")
        elif has_errors(known.graph_problems):
            fault = self.tr("The graph has problems. Mend them, then initialise.")
        busy = self._working or (self.tr("A run is under way.") if self._is_busy() else "")
        inputs = dummy_text(known.project.graph, catalogue)
        trained = known.results.trained
        is_stale = trained is not None and not trained.fits(known.project)
        self._panel.display(
            VariablesState(trained, known.project.graph, known.project.training.seed, inputs, fault, busy, is_stale)
        )

    def on_statistics_wanted(self, arrays: Mapping[Path, Array]) -> None:
        """Measure arrays, those that were asked for last first."""
        self._unmeasured = {**arrays, **self._unmeasured, **arrays}
        self._statistics.ask(dict(self._unmeasured))

    # initialising

    def on_initialize_again(self, nodes: tuple[str, ...]) -> None:
        """Ask how, then initialise."""
        known = self._session.knowledge
        trained, graph = known.results.trained, known.project.graph
        is_stale = trained is not None and not trained.fits(known.project)
        inputs = dummy_text(graph, self._session.catalogue)
        dialog = InitializeDialog(known.project.training.seed, inputs, nodes, is_stale, self._window)
        dialog.requested.connect(self.on_initialize)
        dialog.open()

    def on_initialize(self, request: InitRequest) -> None:
        """Draw new variables in the background."""
        project, results, catalogue, beside = self._present()

        def work(_cancelled: Callable[[], bool]) -> Trained:
            self._warm_up()
            from flaxstudio.training.beginning import InitKey, initialized, initialized_nodes

            key = InitKey(request.seed, request.is_of_run)
            if request.nodes and results.trained is not None:
                return initialized_nodes(results.trained, request.nodes, project, catalogue, key)
            drawn = initialized(project, results, catalogue, key, beside)
            return _keeping(drawn, results.trained) if request.keeps else drawn

        what = ", ".join(sorted(request.nodes)) or self.tr("all variables")
        text = self.tr("Initialise {0} with key {1}").format(what, request.seed)
        self._do(self.tr("Initialising…"), work, lambda trained: self._set(trained, text))

    # loading

    def on_file_requested(self, is_folder: bool) -> None:
        """Ask for a file or an Orbax folder and load it as far as it fits."""
        title, start = self.tr("Load variables"), str(self._settings.folder)
        if is_folder:
            path = QFileDialog.getExistingDirectory(self._window, title, start)
        else:
            path, _ = QFileDialog.getOpenFileName(self._window, title, start, self.tr("Variables (*.msgpack *.safetensors)"))
        if path:
            self.load(FilePath(path))

    def load(self, path: FilePath) -> None:
        """Compare a file with the model; take it if all fits, else show what does not."""
        self._settings.folder = path.parent
        project, _, catalogue, _ = self._present()

        def work(_cancelled: Callable[[], bool]) -> "Comparison":
            self._warm_up()
            from flaxstudio.export.matching import compare_file

            return compare_file(path, project, catalogue)

        def compared(comparison: "Comparison") -> None:
            if comparison.is_whole:
                self._take(comparison, project)
                return
            dialog = StructureDialog(comparison.name, comparison.matches, self._tokens(), self._window)
            dialog.matching_wanted.connect(lambda: self._take(comparison, project))
            dialog.open()

        self._do(self.tr("Reading {0}…").format(path.name), work, compared)

    def _take(self, comparison: "Comparison", project: Project) -> None:
        _, results, catalogue, beside = self._present()

        def work(_cancelled: Callable[[], bool]) -> Trained:
            from flaxstudio.export.matching import take_matching
            from flaxstudio.training.beginning import InitKey, begin_with, initialized

            first = initialized(project, results, catalogue, InitKey(project.training.seed), beside)
            base = _keeping(first, results.trained).variables
            return begin_with(take_matching(comparison, base), project, first.preparation)

        text = self.tr("Load {0}").format(comparison.name)
        self._do(self.tr("Reading {0}…").format(comparison.name), work, lambda trained: self._set(trained, text))

    # setting values

    def on_values_requested(self, request: ValuesRequest) -> None:
        """Give one array new values."""
        trained = self._session.document.results.trained
        if trained is None:
            return
        array, path = array_at(trained.variables, request.path), request.path

        def work(_cancelled: Callable[[], bool]) -> Array:
            if isinstance(request.values, DrawnValues):
                self._warm_up()
            return _new_array(array, request.values)

        def made(new: Array) -> None:
            present = self._session.document.results.trained
            if present is None or self._array(present, path) is not array:
                self._complain(self.tr("{0} was changed meanwhile. Set it again.").format(path_text(path)))
                return
            self._session.document.set_variables(with_arrays(present, {path: new}), self._set_text(request))

        self._do(self.tr("Setting values…"), work, made)

    def close(self) -> None:
        """Wait for the work under way; what it gives is dropped."""
        if self._task is not None:
            self._task.cancel()
            self._task.wait()
            self._task = None
        self._statistics.close()

    def _set_text(self, request: ValuesRequest) -> str:
        if isinstance(request.values, CellValue):
            index = ", ".join(map(str, request.values.index))
            return self.tr("Set {0}[{1}]").format(path_text(request.path), index)
        return self.tr("Set values of {0}").format(path_text(request.path))

    def _set(self, trained: Trained, text: str) -> None:
        """Put new variables into the document, unless the graph they are for is no longer there."""
        document = self._session.document
        if not trained.fits(document.project):
            self._complain(self.tr("The graph was changed meanwhile, so the new variables were dropped. Try again."))
            return
        document.set_variables(trained, text)
        self._say(self.tr("{0}: done. Undo brings the old values back.").format(text))

    def _do(self, doing: str, work: Callable[[Callable[[], bool]], Any], then: Callable[[Any], None]) -> None:
        """Run one act in the background; while it lasts no other begins."""
        if self._working or self._is_busy():
            self._complain(self._working or self.tr("A run is under way. Stop it before you change variables."))
            return
        document = self._session.document

        def answered(answer: Any) -> None:
            self._working = ""  # what follows may begin work of its own
            if self._session.document is document:
                then(answer)
            self.display()

        def refused(problem: Exception) -> None:
            self._working = ""
            self._complain(str(problem))
            self.display()

        self._working = doing
        self._task = task = Task(work, self)
        task.done.connect(answered)
        task.refused.connect(refused)
        task.finished.connect(lambda: self._on_finished(task))
        task.start()
        self.display()

    def _on_finished(self, task: Task) -> None:
        """Forget a task; one that gave no answer, by a fault of the program, must not keep the next from beginning."""
        if self._task is task:
            self._task = None
            self._working = ""
            self.display()
        task.deleteLater()

    def _present(self) -> tuple[Project, Results, Any, FilePath | None]:
        document = self._session.document
        beside = document.path.parent if document.path else None
        return document.project, document.results, self._session.catalogue, beside

    def _array(self, trained: Trained, path: Path) -> Array | None:
        try:
            return array_at(trained.variables, path)
        except (KeyError, TypeError):
            return None

    def _on_measured(self, asked: dict[Path, Array], answer: dict[Path, Statistics]) -> None:
        for path, statistics in answer.items():
            self._panel.add_statistics(path, asked[path], statistics)
            if self._unmeasured.get(path) is asked[path]:
                del self._unmeasured[path]
        if self._unmeasured:
            self._statistics.ask(dict(self._unmeasured))


def _measure(arrays: dict[Path, Array]) -> dict[Path, Statistics]:
    """Return the statistics of the first arrays: as many as do not keep the panel waiting, one at least."""
    found: dict[Path, Statistics] = {}
    total = 0
    for path, array in arrays.items():
        if found and total + array.size > _AT_ONCE:
            break
        found[path] = measure(array)
        total += array.size
    return found


def _new_array(array: Array, values: NewValues) -> Array:
    match values:
        case CellValue(index, text):
            return new_values.with_cell(array, index, new_values.parse_number(text, array.dtype))
        case ConstantValue(text):
            return new_values.constant(array, new_values.parse_number(text, array.dtype))
        case PastedValues(text):
            return new_values.from_text(array, text)
        case FileValues(path):
            return new_values.from_file(array, FilePath(path))
        case DrawnValues(initializer, seed):
            from flaxstudio.training.drawing import draw_array

            return draw_array(array, initializer, seed)


def _keeping(drawn: Trained, old: Trained | None) -> Trained:
    """Return new variables with every old array in its place that has the same path, shape and type.

    What a node had learnt before it was muted is an old array too.
    """
    known = {**dict(leaves(old.aside)), **dict(leaves(old.variables))} if old is not None else {}
    pairs = ((path, array, known.get(path)) for path, array in leaves(drawn.variables))
    fitting = {p: k for p, a, k in pairs if isinstance(k, np.ndarray) and (k.shape, k.dtype) == (a.shape, a.dtype)}
    return with_arrays(drawn, fitting)
