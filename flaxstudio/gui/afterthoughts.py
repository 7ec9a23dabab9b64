"""Source and advice: found at once for a small graph; for a large one in the background, a moment after the shapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from flaxstudio.codegen.source import Source, Style, generate
from flaxstudio.data.table import ColumnSummary, ranges_of
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.library import Block
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.background import Worker
from flaxstudio.project.advice import Known, advise
from flaxstudio.project.project import Project

_SMALL = 40
"""Up to so many nodes, answers are found while the user does not notice."""
_DELAY_MS = 120
"""How long a large graph must rest: its shapes come first, and in a row of edits only the last one is thought about."""


@dataclass(frozen=True, slots=True)
class SourceQuestion:
    """Whose source is wanted."""

    graph: Graph
    name: str
    catalogue: Catalogue
    style: Style

    @property
    def is_small(self) -> bool:
        """Whether the answer is found in no time."""
        return is_small(self.graph, self.catalogue)

    def answer(self) -> Source:
        """Return the source."""
        return generate(self.graph, self.name, self.catalogue, self.style)


@dataclass(frozen=True, slots=True)
class AdviceQuestion:
    """All that advice rests on. `project` holds only what of it matters, `shapes` the model's, `inside` those in blocks."""

    project: Project
    catalogue: Catalogue
    shapes: GraphShapes
    columns: tuple[ColumnSummary, ...]
    inside: Mapping[str, tuple[GraphShapes, ...]]

    @property
    def is_small(self) -> bool:
        """Whether the answer is found in no time."""
        return is_small(self.project.graph, self.catalogue)

    def answer(self) -> tuple[Problem, ...]:
        """Return what a colleague would say."""
        return advise(self.project, self.catalogue, Known(self.shapes, ranges_of(self.columns), self.inside))


Answer_ = TypeVar("Answer_", covariant=True)


class Question(Protocol[Answer_]):
    """What may be asked of a keeper; equal questions have equal answers."""

    @property
    def is_small(self) -> bool: ...

    def answer(self) -> Answer_: ...


Answer = TypeVar("Answer")


class Keeper(QObject, Generic[Answer]):
    """Knows the answer to the newest question, or the last one that was found while that is being thought about."""

    found = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: Question[Answer] | None = None
        self._known: tuple[Question[Answer], Answer] | None = None
        self._worker = Worker(lambda question: question.answer(), self)
        self._worker.answered.connect(self._on_answered)
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(lambda: self._worker.ask(self._wanted))

    def latest(self, question: Question[Answer]) -> Answer | None:
        """Return the answer that there is: to the question if it is small or was asked before, else `found` follows."""
        if self._known is not None and self._known[0] == question:
            self._wanted = question
            self._timer.stop()
            return self._known[1]
        if question.is_small:
            return self.current(question)
        if question != self._wanted:
            self._wanted = question
            self._timer.start()
        return self._known[1] if self._known is not None else None

    def current(self, question: Question[Answer]) -> Answer:
        """Return the answer to the question, waiting for it if need be."""
        if self._known is None or self._known[0] != question:
            self._wanted, self._known = question, (question, question.answer())
            self._timer.stop()
        return self._known[1]

    def forget(self) -> None:
        """Forget the last answer: another document was opened."""
        self._known = None

    def close(self) -> None:
        """End the background thread."""
        self._timer.stop()
        self._worker.close()

    def _on_answered(self, question: Question[Answer], answer: Answer) -> None:
        if question is self._wanted and question is not None:
            self._known = (question, answer)
            self.found.emit()


def is_small(graph: Graph, catalogue: Catalogue) -> bool:
    """Return whether there is little to look at: few nodes in the graph and all blocks there are."""
    blocks = (layer.definition for layer in catalogue if layer.definition is not None)
    return len(graph.nodes) + sum(len(block.graph.nodes) for block in blocks if isinstance(block, Block)) <= _SMALL
