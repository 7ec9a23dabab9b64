"""All views but the start page, made together. Importing them takes most of the start, so it happens behind the start page."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.panels.analysis import AnalysisPanel
from flaxstudio.gui.panels.code import CodePanel
from flaxstudio.gui.panels.data import DataPanel
from flaxstudio.gui.panels.history import HistoryPanel
from flaxstudio.gui.panels.inspector import Inspector
from flaxstudio.gui.panels.palette import Palette
from flaxstudio.gui.panels.problems import ProblemsPanel
from flaxstudio.gui.panels.runs import RunsPanel
from flaxstudio.gui.panels.training import TrainingPanel
from flaxstudio.gui.panels.try_it import TryItPanel
from flaxstudio.gui.panels.variables import VariablesPanel
from flaxstudio.gui.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Views:
    """The canvas and the panels around it."""

    canvas: Canvas
    palette: Palette
    inspector: Inspector
    data: DataPanel
    training: TrainingPanel
    code: CodePanel
    problems: ProblemsPanel
    variables: VariablesPanel
    try_it: TryItPanel
    runs: RunsPanel
    analysis: AnalysisPanel
    history: HistoryPanel

    def all(self) -> tuple[QWidget, ...]:
        """Return every view."""
        return (
            self.canvas, self.palette, self.inspector, self.data, self.training, self.code, self.problems,
            self.variables, self.try_it, self.runs, self.analysis, self.history,
        )  # fmt: skip


def build_views(catalogue: Catalogue, tokens: Tokens) -> Iterator[Views | None]:
    """Yield None after each view that was made, so that the window can answer in between, and all of them at the end."""
    yield None
    canvas = Canvas(catalogue, tokens)
    yield None
    palette, inspector = Palette(catalogue, tokens), Inspector(catalogue, tokens)
    yield None
    data = DataPanel(tokens)
    yield None
    training = TrainingPanel(tokens)
    yield None
    code, problems, runs = CodePanel(tokens), ProblemsPanel(tokens), RunsPanel(tokens)
    yield None
    variables, try_it = VariablesPanel(tokens), TryItPanel(tokens)
    yield None
    analysis = AnalysisPanel(tokens)
    yield Views(
        canvas, palette, inspector, data, training, code, problems, variables, try_it, runs, analysis, HistoryPanel(tokens)
    )
