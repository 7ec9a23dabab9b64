"""The open document and what is known about it: source, problems, shapes, data. Everything the window shows comes from here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from flaxstudio.codegen.source import Source, Style, generate
from flaxstudio.graph.problem import Problem, ProblemError
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.background import Worker
from flaxstudio.gui.examination import DataExamination, examine_data, infer_shapes
from flaxstudio.gui.panels.data_state import DataState
from flaxstudio.project.document import Document
from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Project, check_project
from flaxstudio.project.results import Results


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that the window shows of a document. Views are handed this; they compare it with the last one."""

    project: Project
    results: Results
    source: Source
    problems: tuple[Problem, ...]
    shapes: GraphShapes
    data: DataState
    path: Path | None
    is_modified: bool
    undo_text: str
    redo_text: str

    @property
    def graph_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the graph itself, whatever the data and the run."""
        return tuple(problem for problem in self.problems if problem.node)

    @property
    def name(self) -> str:
        """What the project is called in titles and questions."""
        return self.path.stem if self.path else self.project.name


class Session(QObject):
    """Holds the document, asks the background about every new value, and says when something changed."""

    changed = Signal()
    refused = Signal(str)  # an edit that could not be done, in words

    def __init__(self, catalogue: Catalogue, warm_up: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.catalogue = catalogue
        self.style: Style = "compact"
        self._shapes = GraphShapes({})
        self._examination = DataExamination(DataState.none())
        self._shape_worker = Worker(infer_shapes(catalogue, warm_up), self)
        self._data_worker = Worker(examine_data(catalogue, warm_up), self)
        self._shape_worker.answered.connect(self._on_shapes)
        self._data_worker.answered.connect(self._on_data)
        self._is_examining = False
        self.document = Document(Project())
        self._knowledge = self._know()
        self.open(self.document)

    @property
    def knowledge(self) -> Knowledge:
        """What is known at present."""
        return self._knowledge

    def open(self, document: Document) -> None:
        """Make another document the open one."""
        self.document.on_change = None
        self.document = document
        document.on_change = self._on_document
        self._shapes = GraphShapes({})
        self._examination = DataExamination(DataState.none())
        self._ask()
        self._publish()

    def begin_examining(self) -> None:
        """Let the background work from now on: once the window has been painted, since it imports jax."""
        self._is_examining = True
        self._ask()

    def edit(self, edit: Edit) -> bool:
        """Carry out an edit; say why if it may not be, and return whether it was done."""
        try:
            self.document.edit(edit)
        except ProblemError as problem:
            self.refused.emit(str(problem))
            return False
        return True

    def undo(self) -> None:
        """Take back the last edit."""
        self.document.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        self.document.redo()

    def set_style(self, style: Style) -> None:
        """Show the source in another style."""
        self.style = style
        self._publish()

    def close(self) -> None:
        """End the background threads."""
        self._shape_worker.close()
        self._data_worker.close()

    def _on_document(self) -> None:
        self._ask()
        self._publish()

    def _ask(self) -> None:
        """Ask for shapes and data anew where the project differs from what was last asked."""
        if not self._is_examining:
            return
        self._shape_worker.ask_once(self.document.project.graph)
        beside = self.document.path.parent if self.document.path else None
        self._data_worker.ask_once((self.document.project, beside))
        dataset = self.document.project.dataset
        if dataset is None:
            self._examination = DataExamination(DataState.none())
        elif dataset.source != self._examination.source:
            self._examination = DataExamination(DataState.loading(), dataset.source)

    def _on_shapes(self, graph: Any, shapes: Any) -> None:
        if graph == self.document.project.graph:
            self._shapes = shapes
            self._publish()

    def _on_data(self, question: Any, examination: Any) -> None:
        if question[0] == self.document.project:
            self._examination = examination
            self._publish()

    def _publish(self) -> None:
        self._knowledge = self._know()
        self.changed.emit()

    def _know(self) -> Knowledge:
        project, document = self.document.project, self.document
        names = set(project.graph.names())
        found = (*check_project(project, self.catalogue), *self._shapes.problems, *self._examination.problems)
        return Knowledge(
            project,
            document.results,
            generate(project.graph, project.name, self.catalogue, self.style),
            tuple(dict.fromkeys(p for p in found if p.node in names or not p.node)),
            self._shapes,
            self._examination.state,
            document.path,
            document.is_modified,
            document.undo_text,
            document.redo_text,
        )
