"""Tries the model in the background as the Try it panel asks, and keeps updated collections when that is wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from flaxstudio.evaluation.trial import Outcome, Rows, Trial
from flaxstudio.graph.activity import active
from flaxstudio.graph.check import has_errors
from flaxstudio.graph.entries import call_inputs, entry_shapes
from flaxstudio.graph.order import upstream
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.background import Worker
from flaxstudio.gui.panels.data_state import RowCounts
from flaxstudio.gui.panels.try_it import TryItPanel, TryItState
from flaxstudio.gui.panels.variables_tree import shape_text
from flaxstudio.gui.session import Knowledge, Session
from flaxstudio.project.project import Project
from flaxstudio.project.results import Trained


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    project: Project
    trained: Trained | None
    catalogue: Catalogue
    beside: Path | None
    trial: Trial


class TryItActs(QObject):
    """Slots for the intents of the Try it panel. `tried` tells that a trial has ended, one way or the other."""

    tried = Signal()

    def __init__(
        self,
        session: Session,
        panel: TryItPanel,
        window: QWidget,
        is_busy: Callable[[], bool],
        warm_up: Callable[[], None],
        complain: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._session = session
        self._panel = panel
        self._is_busy = is_busy
        self._complain = complain
        self._last: tuple[_Question, Outcome] | None = None
        self._failed: tuple[_Question, str] | None = None
        self._of: tuple[Any, Any, Any] = (None, None, None)
        self._key: object = None
        self._worker = Worker(_try(warm_up), self)
        self._worker.answered.connect(self._on_answered)

    @property
    def outcome(self) -> Outcome | None:
        """What came of the last trial, as long as the open project would still give it."""
        return self._last[1] if self._last is not None and self._holds(self._last[0]) else None

    @property
    def fault(self) -> str:
        """Why nothing can be tried, or why the last trial failed; "" if it may be tried."""
        failed = self._failed[1] if self._failed is not None and self._holds(self._failed[0]) else ""
        return self._fault(self._session.knowledge) or failed

    @property
    def of(self) -> object:
        """Stands for all that an outcome rests on: another object as soon as some of it has changed."""
        known = self._session.knowledge
        graph = active(known.project.graph, self._session.catalogue)
        of = ((graph, known.project.library), known.project.dataset, known.results.trained)
        if of[:2] != self._of[:2] or of[2] is not self._of[2]:
            self._of, self._key = of, object()
        return self._key

    def apply(self) -> None:
        """Try the model with the input that the panel has, which may be behind a tab and so not up to date."""
        self.display()
        self._panel.apply()

    def display(self) -> None:
        """Show in the panel what can be tried of the open project."""
        known = self._session.knowledge
        catalogue = self._session.catalogue
        graph = active(known.project.graph, catalogue)
        useful = upstream(graph, [node.name for node in graph.of_layer("Output")])
        entries = {name: shape for name, shape in entry_shapes(graph, catalogue).items() if name in useful}
        inputs = {name: shape_text(shape.sizes) for name, shape in entries.items()}
        trained = known.results.trained
        preparation = trained.preparation if trained else None
        is_scaling = preparation is not None and bool(np.any(preparation.offset != 0) or np.any(preparation.scale != 1))
        has_data = known.project.dataset is not None
        row = first_row(known.data.row_counts if has_data else None)
        usual = {node.name: row for node in call_inputs(graph, catalogue)} if row is not None else {}
        fault = self._fault(known)
        self._panel.display(TryItState(inputs, self.of, has_data, trained is not None, is_scaling, fault, usual))

    def on_trial(self, trial: Trial) -> None:
        """Apply the model in the background; an older trial that is not done yet is dropped."""
        document = self._session.document
        beside = document.path.parent if document.path else None
        self._worker.ask(_Question(document.project, document.results.trained, self._session.catalogue, beside, trial))

    def on_keep(self) -> None:
        """Put the collections that the last trial left into the variables: an undoable step."""
        document = self._session.document
        if self._is_busy():
            self._complain(self.tr("A run is under way. Stop it before you change variables."))
            return
        if self._last is None or self._last[0].trained is not document.results.trained or document.results.trained is None:
            self._complain(self.tr("The variables were changed since. Apply again, then keep."))
            return
        from flaxstudio.evaluation.trying import adopt  # imported long ago, by the trial

        updated = self._last[1].updated
        text = self.tr("Keep updated {0}").format(", ".join(updated))
        document.set_variables(adopt(document.results.trained, updated), text)

    def close(self) -> None:
        """End the background thread."""
        self._worker.close()

    def _fault(self, known: Knowledge) -> str:
        if not any(known.project.graph.of_layer("Input")):
            return self.tr("Draw a network from Input to Output first, then try it here.")
        if has_errors(known.graph_problems):
            return self.tr("The graph has problems. Mend them, then try it.")
        if known.results.trained is None and any(shape.params for shape in known.shapes.nodes.values()):
            return self.tr("There are no variables yet. Initialise them in the Variables panel, or train the model.")
        return ""

    def _holds(self, question: _Question) -> bool:
        """Return whether the open project would still answer a question as it did."""
        document = self._session.document
        asked, now = question.project, document.project
        is_same = (asked.graph, asked.library, asked.dataset) == (now.graph, now.library, now.dataset)
        return is_same and question.trained is document.results.trained

    def _on_answered(self, question: _Question, answer: Outcome | ProblemError) -> None:
        present = self._session.document.project
        if (question.project.graph, question.project.library) != (present.graph, present.library):
            return
        if isinstance(answer, ProblemError):
            self._failed = (question, str(answer))
            self._panel.show_fault(str(answer))
        else:
            self._last, self._failed = (question, answer), None
            self._panel.show_outcome(answer)
        self.tried.emit()


def first_row(rows: RowCounts | None) -> Rows | None:
    """Return the first row of data that a model does not learn from, or if there is none that it does."""
    if rows is None or not rows.train:
        return None
    return Rows("validation" if rows.validation else "train")


def _try(warm_up: Callable[[], None]) -> Callable[[_Question], Outcome]:
    """Return a function for one background thread that carries out trials; the data is prepared once."""
    kept: dict[Any, Any] = {}
    compiled: dict[Any, Any] = {}

    def work(question: _Question) -> Outcome:
        warm_up()
        from flaxstudio.evaluation.trial_data import prepared_data
        from flaxstudio.evaluation.trying import try_model

        def dataset() -> Any:
            key = (question.project.dataset, question.beside, tuple(question.project.graph.of_layer("Input")))
            preparation = question.trained.preparation if question.trained else None
            if kept.get("key") != key or kept.get("preparation") is not preparation:
                kept.update(
                    key=key,
                    preparation=preparation,
                    data=prepared_data(question.project, question.trained, question.catalogue, question.beside),
                )
            return kept["data"]

        return try_model(question.project, question.trained, question.catalogue, question.trial, dataset, compiled=compiled)

    return work
