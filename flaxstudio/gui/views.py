"""All views but the start page, made together. Importing them takes most of the start, so it happens behind the start page."""

from collections.abc import Callable, Generator
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


def build_views(catalogue: Catalogue, tokens: Tokens, home_of: Callable[[str], QWidget]) -> Generator[None, None, Views]:
    """Make the views one by one and return them all; the window can answer in between.

    Each is made in its home, since whatever gets another parent is styled anew, with all that is in it.
    """
    canvas = Canvas(catalogue, tokens, home_of("canvas"))
    yield
    palette = Palette(catalogue, tokens, home_of("palette"))
    yield
    inspector = Inspector(catalogue, tokens, home_of("inspector"))
    yield
    data = DataPanel(tokens, home_of("data"))
    yield
    training = TrainingPanel(tokens, home_of("training"), is_whole=False)
    yield
    yield from training.rest
    code, problems = CodePanel(tokens, home_of("code")), ProblemsPanel(tokens, home_of("problems"))
    yield
    variables = VariablesPanel(tokens, home_of("variables"))
    yield
    try_it = TryItPanel(tokens, home_of("try_it"))
    yield
    runs, analysis = RunsPanel(tokens, home_of("runs")), AnalysisPanel(tokens, home_of("analysis"))
    yield
    history = HistoryPanel(tokens, home_of("history"))
    return Views(canvas, palette, inspector, data, training, code, problems, variables, try_it, runs, analysis, history)
