"""The open document and what is known about it: source, problems, shapes, data. Everything the window shows comes from here."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from flaxstudio.codegen.source import Source, Style
from flaxstudio.graph.library import Library
from flaxstudio.graph.problem import Problem, ProblemError
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.gui.afterthoughts import AdviceQuestion, Keeper, SourceQuestion, is_small
from flaxstudio.gui.background import Worker
from flaxstudio.gui.examination import (
    DataExamination,
    DataQuestion,
    ShapeQuestion,
    Shapes,
    examine_data,
    infer_shapes,
)
from flaxstudio.gui.knowledge import Knowledge, graph_problems, in_place
from flaxstudio.gui.panels.data_state import DataState
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.block_edits import inside, within
from flaxstudio.project.config import DatasetSpec
from flaxstudio.project.dismissing import dismissed_among
from flaxstudio.project.document import Document
from flaxstudio.project.edits import Edit
from flaxstudio.project.place import Place, block_at, nearest
from flaxstudio.project.project import Project, check_settings

__all__ = ["Knowledge", "Session"]

_NO_SHAPES = Shapes(GraphShapes({}), GraphShapes({}))


class Session(QObject):
    """Holds the document and the open place, asks the background about every new value, and says when something changed.

    `base` is the catalogue without a project's own layers, `trusted` the hashes of code that may run.
    """

    changed = Signal()
    refused = Signal(str)  # an edit that could not be done, in words
    _reading = Signal(object, int)  # spec of the data that is read, percent

    def __init__(
        self,
        base: Catalogue,
        warm_up: Callable[[], None],
        parent: QObject | None = None,
        trusted: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(parent)
        self.base = base
        self.style: Style = "compact"
        self.place = Place()
        self._trusted = trusted
        self._plugins: tuple[LayerSpec, ...] = ()
        self._catalogue: tuple[Library, frozenset[str], Catalogue] = (Library(), trusted, base)
        self._offered: tuple[Catalogue, tuple[LayerSpec, ...], Catalogue] = (base, self._plugins, base)
        self._sources = Keeper[Source](self)
        self._advice = Keeper[tuple[Problem, ...]](self)
        for keeper in (self._sources, self._advice):
            keeper.found.connect(self._publish)
        self._checked: tuple[ShapeQuestion, tuple[Problem, ...]] | None = None
        self._shapes = _NO_SHAPES
        self._shaped: ShapeQuestion | None = None
        self._examination = DataExamination(DataState.none())
        self._shape_worker = Worker(infer_shapes(warm_up, lambda: self._shape_worker.has_newer), self)
        self._data_worker = Worker(examine_data(warm_up, self._tell_reading), self)
        self._shape_worker.answered.connect(self._on_shapes)
        self._data_worker.answered.connect(self._on_data)
        self._reading.connect(self._on_reading)
        self._read_percent = -1
        self._is_closed = False
        self._is_examining = False
        self.document = Document(Project())
        self._knowledge = self._know()
        self.open(self.document)

    @property
    def knowledge(self) -> Knowledge:
        """What is known at present."""
        return self._knowledge

    @property
    def has_shapes(self) -> bool:
        """Whether the shapes that are known are those of the present graph."""
        return self._shaped == self._shape_question()

    @property
    def source(self) -> Source:
        """The source of the present graph; `knowledge` may have an older one of a large graph for a moment."""
        return self._sources.current(self._source_question())

    @property
    def catalogue(self) -> Catalogue:
        """All layers that the open project can use, its own included."""
        library, (old, trusted, made) = self.document.project.library, self._catalogue
        if library != old or trusted != self._trusted:
            made = catalogue_of(library, self.base, self._trusted)
            self._catalogue = (library, self._trusted, made)
        return made

    @property
    def offered(self) -> Catalogue:
        """All layers that can be placed: those of the catalogue and of the plug-in folder."""
        catalogue, plugins, offered = self._offered
        if catalogue is not self.catalogue or plugins is not self._plugins:
            offered = self.catalogue.with_layers(*self._plugins)
            self._offered = (self.catalogue, self._plugins, offered)
        return offered

    @property
    def block(self) -> str:
        """The block that is open, "" for the model's own graph."""
        return block_at(self.document.project, self.place) or ""

    @property
    def shown(self) -> Project:
        """The project as seen from where one is: the open graph in the place of the model's."""
        return inside(self.document.project, self.block)

    def open(self, document: Document) -> None:
        """Make another document the open one."""
        self.document.on_change = None
        self.document = document
        document.on_change = self._on_document
        self.place = Place()
        self._shapes = _NO_SHAPES
        self._examination = DataExamination(DataState.none())
        self._checked = None
        self._sources.forget()
        self._advice.forget()
        self._ask(is_new=True)
        self._publish()

    def set_trusted(self, hashes: frozenset[str]) -> None:
        """Let code of these hashes run, and no other."""
        if hashes != self._trusted:
            self._trusted = hashes
            self._on_document()

    def set_plugins(self, plugins: tuple[LayerSpec, ...]) -> None:
        """Offer the layers of the plug-in folder beside the catalogue's."""
        self._plugins = plugins
        self._publish()

    def go_to(self, place: Place) -> None:
        """Open another graph of the project: that of a block, or the model's."""
        place = nearest(self.document.project, place)
        if place != self.place:
            self.place = place
            self._shapes = Shapes(self._shapes.model, GraphShapes({}), self._shapes.inside)
            self._on_document()

    def begin_examining(self) -> None:
        """Let the background work from now on: once the window has been painted, since it imports jax."""
        self._is_examining = True
        self._ask()

    def edit(self, edit: Edit) -> bool:
        """Carry out an edit; say why if it may not be, and return whether it was done."""
        fault = self.attempt(edit)
        if fault:
            self.refused.emit(fault)
        return not fault

    def edit_shown(self, edit: Edit) -> bool:
        """Carry out an edit of a graph on the one that is open."""
        return self.edit(within(self.block, edit))

    def attempt(self, edit: Edit) -> str:
        """Carry out an edit; return why not, if it may not be."""
        try:
            self.document.edit(edit)
        except ProblemError as problem:
            return str(problem)
        return ""

    def undo(self) -> None:
        """Take back the last edit."""
        self.document.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        self.document.redo()

    def bring_up_to_date(self) -> None:
        """Find what is wrong with the present graph now: something is to be done with it that rests on that."""
        question = self._shape_question()
        if self._checked is None or self._checked[0] != question:
            self._checked = question, graph_problems(question.project, question.catalogue, self.block)
            self._publish()

    def go_to_step(self, count: int) -> None:
        """Undo or redo until so many steps of the history are done."""
        self.document.go_to_step(count)

    def set_style(self, style: Style) -> None:
        """Show the source in another style."""
        self.style = style
        self._publish()

    def close(self) -> None:
        """End the background threads."""
        self._is_closed = True
        self._shape_worker.close()
        self._data_worker.close()
        self._sources.close()
        self._advice.close()

    def _on_document(self) -> None:
        self.place = nearest(self.document.project, self.place)
        self._ask()
        self._publish()

    def _ask(self, is_new: bool = False) -> None:
        """Ask for shapes and data where the project differs from what was last asked, or is another document's."""
        if not self._is_examining:
            return
        for worker, question in ((self._shape_worker, self._shape_question()), (self._data_worker, self._data_question())):
            (worker.ask if is_new else worker.ask_once)(question)
        dataset = self.document.project.dataset
        if dataset is None:
            self._examination = DataExamination(DataState.none())
        elif dataset.source != self._examination.source:
            self._examination = DataExamination(DataState.loading(), dataset.source)

    def _shape_question(self) -> ShapeQuestion:
        project = self.document.project
        return ShapeQuestion(Project(graph=project.graph, library=project.library), self.catalogue, self.place)

    def _data_question(self) -> DataQuestion:
        beside = self.document.path.parent if self.document.path else None
        shapes = self._shapes.model if self.has_shapes else GraphShapes({})
        return DataQuestion(self.document.project, self.catalogue, beside, shapes)

    def _on_shapes(self, question: Any, shapes: Any) -> None:
        if question == self._shape_question():
            is_new = shapes != self._shapes
            self._shapes, self._shaped, self._checked = shapes, question, (question, shapes.checked)
            if self.document.project.dataset is not None:
                self._data_worker.ask_once(self._data_question())
            if is_new:
                self._publish()

    def _tell_reading(self, spec: DatasetSpec, share: float) -> None:
        """Called in the worker's thread: ends the reading of what is no longer in the project, else lets it be shown."""
        dataset = self.document.project.dataset
        if self._is_closed or dataset is None or (dataset.source, dataset.memory) != (spec.source, spec.memory):
            raise ProblemError("The data is not wanted any more.")
        percent = int(100 * share)
        if percent != self._read_percent:
            self._read_percent = percent
            self._reading.emit(spec, percent)

    def _on_reading(self, spec: DatasetSpec, percent: int) -> None:
        if self._examination.state.status == "loading" and self._examination.source == spec.source:
            self._examination = DataExamination(DataState.loading(self.tr("Reading: {0} %").format(percent)), spec.source)
            self._publish()

    def _on_data(self, question: Any, examination: Any) -> None:
        if question.project == self.document.project and examination != self._examination:
            self._examination = examination
            self._publish()

    def _publish(self) -> None:
        self._knowledge = self._know()
        self.changed.emit()

    def _know(self) -> Knowledge:
        document, shapes = self.document, self._shapes
        advice = self._advice.latest(self._advice_question()) or ()
        found = (*self._graph_problems(), *check_settings(document.project), *shapes.problems, *self._examination.problems)
        problems = in_place((*found, *advice), document.project)
        dismissed = dismissed_among(problems, document.project)
        return Knowledge(
            document.project,
            self.catalogue,
            self.offered,
            self.place,
            self.shown,
            document.results,
            self._sources.latest(self._source_question()) or Source("", document.project.name, {}, False),
            tuple(problem for problem in problems if problem not in dismissed) if dismissed else problems,
            shapes.model,
            shapes.shown,
            self._examination.state,
            document.path,
            document.is_modified,
            document.undo_text,
            document.redo_text,
            dismissed,
            document.steps,
            document.steps_done,
        )

    def _source_question(self) -> SourceQuestion:
        project = self.document.project
        return SourceQuestion(project.graph, project.name, self.catalogue, self.style)

    def _advice_question(self) -> AdviceQuestion:
        project = self.document.project
        rests_on = Project(graph=project.graph, library=project.library, training=project.training, dataset=project.dataset)
        return AdviceQuestion(
            rests_on, self.catalogue, self._shapes.model, self._examination.state.columns, self._shapes.inside
        )

    def _graph_problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the graph without computing; of a large one what was wrong last, until its shapes come."""
        question = self._shape_question()
        if self._checked is None or self._checked[0] != question:
            project, catalogue = question.project, question.catalogue
            if self._checked is not None and self._shaped is not None and not is_small(project.graph, catalogue):
                return self._checked[1]
            self._checked = question, graph_problems(project, catalogue, self.block)
        return self._checked[1]
