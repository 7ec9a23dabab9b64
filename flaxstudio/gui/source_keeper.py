"""Keeps the model's source: written at once for a small graph, in the background and a moment later for a large one."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from flaxstudio.codegen.source import Source, Style, generate
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.library import Block
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.background import Worker

_SMALL = 40
"""Up to so many nodes, source is written while the user does not notice."""
_DELAY_MS = 120
"""How long a large graph must rest: its shapes come first, and in a row of edits only the last one's source is written."""


@dataclass(frozen=True, slots=True)
class SourceQuestion:
    """Whose source is wanted."""

    graph: Graph
    name: str
    catalogue: Catalogue
    style: Style

    def written(self) -> Source:
        """Return the source."""
        return generate(self.graph, self.name, self.catalogue, self.style)


class SourceKeeper(QObject):
    """Knows the source of the newest question, or of the last one while that is being written."""

    written = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: SourceQuestion | None = None
        self._known: tuple[SourceQuestion, Source] | None = None
        self._worker = Worker(SourceQuestion.written, self)
        self._worker.answered.connect(self._on_written)
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(lambda: self._worker.ask(self._wanted))

    def latest(self, question: SourceQuestion) -> Source:
        """Return the source that there is: of the question if it is small or was asked before, else `written` follows."""
        if self._known is not None and self._known[0] == question:
            self._wanted = question
            self._timer.stop()
            return self._known[1]
        if _size(question) <= _SMALL:
            return self.current(question)
        if question != self._wanted:
            self._wanted = question
            self._timer.start()
        if self._known is not None and self._known[0].name == question.name:
            return self._known[1]
        return Source("", question.name, {}, False)

    def current(self, question: SourceQuestion) -> Source:
        """Return the source of the question, waiting for it if need be."""
        if self._known is None or self._known[0] != question:
            self._wanted, self._known = question, (question, question.written())
            self._timer.stop()
        return self._known[1]

    def close(self) -> None:
        """End the background thread."""
        self._timer.stop()
        self._worker.close()

    def _on_written(self, question: Any, source: Any) -> None:
        if question is self._wanted and question is not None:
            self._known = (question, source)
            self.written.emit()


def _size(question: SourceQuestion) -> int:
    """Return about how much is to be written: nodes of the graph and of all blocks there are."""
    blocks = (layer.definition for layer in question.catalogue if layer.definition is not None)
    return len(question.graph.nodes) + sum(len(block.graph.nodes) for block in blocks if isinstance(block, Block))
