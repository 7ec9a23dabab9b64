"""Costs of the open project: counted in the background as they become known, shown as table and as overlay, taken away."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from flaxstudio.graph.cost import Cost, CostRow, CostTable
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.background import Worker
from flaxstudio.gui.canvas.heat import CostOverlay, Heat, level_of
from flaxstudio.gui.main_window import MainWindow
from flaxstudio.gui.panels.cost_text import count_text, csv_text, memory_text
from flaxstudio.gui.session import Session
from flaxstudio.gui.settings import Settings
from flaxstudio.project.place import Place

if TYPE_CHECKING:  # needs jax, which is imported in the background
    from flaxstudio.codegen.cost_table import CostAnalysis

Kind = Literal["off", "params", "flops", "memory"]
KINDS: tuple[Kind, ...] = ("off", "params", "flops", "memory")
_AT_ONCE_S = 0.03
_LATER_S = 0.25
"""For how long XLA is asked before what is known is shown: little at first, so that an edit is shown at once."""


@dataclass(frozen=True, slots=True, eq=False)
class CostQuestion:
    """Whose costs are wanted, and for how long XLA may be asked before the answer."""

    graph: Graph
    shapes: GraphShapes
    catalogue: Catalogue
    seconds: float


class AnalysisActs(QObject):
    """Slots for the intents of the Analysis panel, and for the choice of an overlay."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        window: MainWindow,
        warm_up: Callable[[], None],
        say: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._panel = window.analysis_panel
        self._canvas = window.canvas
        self._window = window
        self._say = say
        self._complain = complain
        self._table = CostTable()
        self._counted: GraphShapes | None = None
        self._asked: CostQuestion | None = None
        self._is_shown = False
        self._worker = Worker(_count_costs(warm_up), self)
        self._worker.answered.connect(self._on_counted)
        self.overlay: Kind = "off"
        self._mark()

    @property
    def is_complete(self) -> bool:
        """Whether every cost of the open project is counted."""
        return self._counted is self._session.knowledge.shapes and self._table.is_complete

    def display(self) -> None:
        """Show what is known of the open project's costs, and ask for what is not: while anybody looks."""
        known = self._session.knowledge
        if not (self._is_shown or self.overlay != "off"):
            return
        asked = self._asked
        if not known.shapes.nodes:  # not inferred yet
            self._table, self._asked = CostTable(), None
        elif asked is None or asked.shapes is not known.shapes or asked.catalogue is not known.catalogue:
            self._ask(CostQuestion(known.project.graph, known.shapes, known.catalogue, _AT_ONCE_S))
        self._show()

    def on_shown(self, is_shown: bool) -> None:
        """Count only while the panel can be seen."""
        self._is_shown = is_shown
        if is_shown:
            self.display()

    def choose_overlay(self, kind: Kind) -> None:
        """Colour the canvas by a kind of cost, or not."""
        self.overlay = kind
        self._mark()
        self.display()
        self._show_overlay()

    def on_copy(self) -> None:
        """Put the table on the clipboard, as text that spreadsheets take."""
        QGuiApplication.clipboard().setText(csv_text(self._table, self._panel.count, "\t"))
        self._say(self.tr("The table was copied."))

    def on_export(self) -> None:
        """Write the table to a file."""
        name = str(self._settings.folder / f"{self._session.knowledge.name}-analysis.csv")
        chosen, _ = QFileDialog.getSaveFileName(self._window, self.tr("Export the table"), name, self.tr("CSV (*.csv)"))
        if not chosen:
            return
        path = Path(chosen)
        try:
            path.write_text(csv_text(self._table, self._panel.count), encoding="utf-8")
        except OSError as error:
            self._complain(self.tr("{0} cannot be written: {1}.").format(path.name, error.strerror))
            return
        self._settings.folder = path.parent
        self._say(self.tr("Saved {0}.").format(path.name))

    def close(self) -> None:
        """End the background thread; what it still tells is for nobody."""
        self._asked, self._is_shown = None, False
        self._worker.close()

    def _mark(self) -> None:
        for kind in KINDS:
            self._window.actions_by_name[f"overlay_{kind}"].setChecked(kind == self.overlay)

    def _ask(self, question: CostQuestion) -> None:
        self._asked = question
        self._worker.ask(question)

    def _on_counted(self, question: CostQuestion, table: CostTable) -> None:
        if question is not self._asked:
            return
        self._table, self._counted = table, question.shapes
        if not table.is_complete:
            self._ask(CostQuestion(question.graph, question.shapes, question.catalogue, _LATER_S))
        self._show()

    def _show(self) -> None:
        if self._is_shown:
            self._panel.display(self._table, self._batch_size())
            known = self._session.knowledge
            selected = self._canvas.selected_nodes()
            self._panel.mark_nodes(selected if known.place == Place() else known.place.path[:1])
        if self.overlay != "off":
            self._show_overlay()

    def _show_overlay(self) -> None:
        if self.overlay == "off":
            self._canvas.show_costs(None)
            return
        titles = {"params": self.tr("Params"), "flops": self.tr("FLOPs a sample"), "memory": self.tr("Memory a sample")}
        rows = _rows_at(self._table.rows, self._session.knowledge.place)
        whole = sum(_amount(row.cost, self.overlay) or 0 for row in rows)
        heat = {row.name: _heat(row.cost, self.overlay, whole) for row in rows if row.layer != "Output"}
        self._canvas.show_costs(CostOverlay(titles[self.overlay], heat))

    def _batch_size(self) -> int:
        known = self._session.knowledge
        counts = known.data.row_counts
        return known.project.training.batch_size or (counts.train if counts is not None else 1)


def _rows_at(rows: tuple[CostRow, ...], place: Place) -> tuple[CostRow, ...]:
    """Return the lines of the graph that is open; none where it is a block that was opened by itself."""
    if place.root:
        return ()
    for name in place.path:
        rows = next((row.children for row in rows if row.name == name), ())
    return rows


def _amount(cost: Cost, kind: Kind) -> int | None:
    return {"params": cost.params, "flops": cost.flops, "memory": cost.activations, "off": 0}[kind]


def _heat(cost: Cost, kind: Kind, whole: int) -> Heat:
    amount = _amount(cost, kind)
    share = (amount or 0) / whole if whole else 0.0
    text = count_text(amount) if kind != "memory" or amount is None else memory_text(amount)
    return Heat(level_of(share), share, f"{text} · {share:.0%}" if share >= 0.005 else text)


def _count_costs(warm_up: Callable[[], None]) -> Callable[[CostQuestion], CostTable]:
    """Return a function for one background thread that counts costs; jax is imported at its first call."""
    made: list[CostAnalysis] = []

    def count(question: CostQuestion) -> Any:
        warm_up()
        from flaxstudio.codegen.cost_table import CostAnalysis

        if not made:
            made.append(CostAnalysis(question.catalogue))
        until = time.monotonic() + question.seconds
        return made[0].table(question.graph, question.shapes, question.catalogue, lambda: time.monotonic() < until)

    return count
