"""The Training panel: the run's config and buttons at the left, its curves and metrics at the right."""

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from flaxstudio.data.goal_facts import GoalFacts
from flaxstudio.gui.panels.compute_form import ComputeForm
from flaxstudio.gui.panels.data_state import RowCounts
from flaxstudio.gui.panels.member_scores import MemberScores
from flaxstudio.gui.panels.member_text import group_name, member_name
from flaxstudio.gui.panels.metrics_form import MetricsForm
from flaxstudio.gui.panels.optimizer_form import OptimizerForm
from flaxstudio.gui.panels.run_bar import WIDTH, RunBar
from flaxstudio.gui.panels.run_state import RunState
from flaxstudio.gui.panels.run_views import RunViews
from flaxstudio.gui.panels.training_form import TrainingForm
from flaxstudio.gui.panels.vitals import Vitals
from flaxstudio.gui.panels.watch_form import WatchForm
from flaxstudio.gui.plots.shown_runs import Group
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.population import group_of
from flaxstudio.project.results import Change, Evaluation, RunRecord
from flaxstudio.training.events import (
    Changed,
    Evaluated,
    Event,
    Observed,
    Refused,
    RunFailed,
    RunFinished,
    RunStarted,
    StepsDone,
)
from flaxstudio.training.growing import Growing
from flaxstudio.training.members import (
    MemberEnded,
    MemberEvaluated,
    MembersDone,
    PopulationEvent,
    PopulationFinished,
    PopulationStarted,
)


class TrainingPanel(QWidget):
    """Asks for runs and changes of their config; draws what the events of a run tell."""

    training_changed = Signal(object, str)
    train_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()
    continue_requested = Signal()
    step_requested = Signal()
    number_changed = Signal(str, float)
    several_requested = Signal()
    node_requested = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None, *, is_whole: bool = True) -> None:
        """Make the panel, or only what stands around its parts: going through `rest` makes those one by one."""
        super().__init__(parent)
        self._evaluations: list[Evaluation] = []
        self._reference_loss: float | None = None
        self._scores = MemberScores()
        self._recorded: Callable[[], Growing | None] = lambda: None
        self.bar = RunBar(tokens)
        self.vitals = Vitals()
        layout = QHBoxLayout(self)
        scroll, forms = QScrollArea(), QWidget()
        scroll.setWidget(forms)
        self._build(layout, scroll)
        self.rest = self._make_parts(tokens, layout, scroll, forms)
        if is_whole:
            for _ in self.rest:
                pass

    def _make_parts(self, tokens: Tokens, layout: QHBoxLayout, scroll: QScrollArea, forms: QWidget) -> Iterator[None]:
        self.form = TrainingForm(tokens, forms)
        yield
        self.optimizer = OptimizerForm(tokens, forms)
        self.optimizer.revealed.connect(scroll.ensureWidgetVisible)
        yield
        self.metrics = MetricsForm(tokens, forms)
        self.watch = WatchForm(tokens, forms)
        yield
        self.compute = ComputeForm(tokens, forms)
        _lay_below(forms, self.form, self.optimizer, self.metrics, self.watch, self.compute)
        yield
        self.views = RunViews(tokens)
        self.plot, self.tiles, self.layers = self.views.plot, self.views.tiles, self.views.layers
        layout.addWidget(self.views, 1)
        self._connect()

    def display(
        self, training: TrainConfig, rows: RowCounts | None, state: RunState, goals: tuple[GoalFacts, ...] = ()
    ) -> None:
        """Show the config of the next run, for Outputs with these targets, and how the present one stands."""
        self.display_config(training, rows, goals)
        self.display_run(state)

    def display_config(self, training: TrainConfig, rows: RowCounts | None, goals: tuple[GoalFacts, ...] = ()) -> None:
        """Show the config of the next run, for Outputs with these targets."""
        self.form.display(training, rows, goals=goals)
        self.metrics.display(training, goals)
        self.optimizer.display(training)
        self.watch.display(training, goals)
        self.compute.display(training)

    def display_run(self, state: RunState) -> None:
        """Show how the run under way stands: many times a second, so nothing else is touched."""
        self.form.display_busy(state.is_busy)
        self.bar.display(state)

    def read_losses_in(self, recorded: Callable[[], Growing | None]) -> None:
        """Draw the losses of a run that begins from where they are recorded, instead of keeping them once more."""
        self._recorded = recorded

    def on_event(self, event: Event | PopulationEvent) -> None:
        """Draw what a run tells."""
        match event:
            case RunStarted():
                self._begin(event)
            case StepsDone():
                self.plot.add_losses(event.first_step, event.losses)
            case Evaluated():
                self.plot.add_evaluation(event.split, event.step, event.loss, event.metrics)
                evaluation = Evaluation(event.step, event.split, event.loss, event.metrics)
                self._show_metrics([*self._evaluations, evaluation], self._reference_loss)
            case Changed():
                self.plot.add_changes([Change(event.step, event.name, event.value)])
            case Refused():
                self.bar.knobs.refuse(event.name, event.reason)
            case Observed():
                self.vitals.display(event)
                self.layers.add(event)
            case RunFinished() | RunFailed() | PopulationFinished():
                self.plot.finish()
            case PopulationStarted():
                self._begin_members(event)
            case MembersDone():
                self.plot.add_losses(event.first_step, event.losses)
            case MemberEvaluated():
                told = event.evaluated
                self.plot.add_evaluation(told.split, told.step, told.loss, told.metrics, event.member)
                self._scores.add(event.member, told)
                self._show_metrics(self._scores.medians(), None)
            case MemberEnded(end=RunFailed()):
                self.plot.mark_failed(event.member)

    def _begin(self, event: RunStarted) -> None:
        """Draw a new run; of one that goes on after an interruption, all that came before."""
        self.vitals.clear()
        self.layers.begin(event.started)
        earlier = event.earlier
        self.plot.start(earlier.first_step if earlier else event.first_step, event.steps, self._recorded())
        self._show_metrics(list(earlier.evaluations) if earlier else [], event.reference_loss)
        if earlier is None:
            return
        self.plot.add_losses(earlier.first_step, earlier.losses)
        self.plot.add_changes(earlier.changes)
        for told in earlier.evaluations:
            self.plot.add_evaluation(told.split, told.step, told.loss, told.metrics)

    def _begin_members(self, event: PopulationStarted) -> None:
        """Draw a population; of one that goes on after an interruption, all that came before."""
        self.vitals.clear()
        self.layers.begin("", is_past=True)
        self._scores = MemberScores()
        starts = event.members
        names = [member_name(start) for start in starts]
        self.plot.start_members(names, 0, starts[0].steps)
        earlier = [start.earlier for start in starts if start.earlier is not None]
        for index, record in enumerate(earlier):
            self._scores.add_run(index, record)
        self.plot.add_earlier(earlier)
        self._show_metrics(self._scores.medians(), None)

    def show_last(self, runs: Sequence[RunRecord]) -> None:
        """Draw the last run, or the last group, or nothing."""
        last = runs[-1] if runs else None
        if last is None:
            self.clear()
        elif last.group is not None:
            self.show_groups(runs, [last.group])
        else:
            self.show_run(last)

    def show_groups(self, among: Sequence[RunRecord], numbers: Sequence[int]) -> None:
        """Draw the runs of a group of the history, and the bands of others beside it."""
        groups = [group_of(among, number) for number in numbers]
        self.vitals.clear()
        self.layers.begin("", is_past=True)
        self.plot.show_groups([Group(group_name(runs), runs, [member_name(run) for run in runs]) for runs in groups])
        self._scores = MemberScores()
        for index, run in enumerate(groups[0]):
            self._scores.add_run(index, run)
        self._show_metrics(self._scores.medians(), None)

    def show_run(self, run: RunRecord) -> None:
        """Draw a run of the history."""
        self.vitals.clear()
        self.layers.show_run(run.started)
        self.plot.show_run(run)
        self._show_metrics(list(run.evaluations), None)

    def clear(self) -> None:
        """Draw no run."""
        self.layers.begin("")
        self.plot.clear()
        self._show_metrics([], None)

    def set_tokens(self, tokens: Tokens) -> None:
        for view in (self.form, self.optimizer, self.metrics, self.watch, self.compute, self.bar, self.views):
            view.set_tokens(tokens)

    def mark_nodes(self, names: tuple[str, ...]) -> None:
        """Show the layer of the node that is selected on the canvas."""
        self.layers.mark_nodes(names)

    def _show_metrics(self, evaluations: list[Evaluation], reference_loss: float | None) -> None:
        """Keep the last evaluation of each split and show them."""
        self._evaluations = list({evaluation.split: evaluation for evaluation in evaluations}.values())
        self._reference_loss = reference_loss
        self.tiles.display(self._evaluations, reference_loss)

    def _build(self, layout: QHBoxLayout, scroll: QScrollArea) -> None:
        """Lay out the left side.

        The forms are made in it later, since whatever gets another parent is styled anew, with all that is in it.
        """
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left = QWidget()
        left.setProperty("role", "panel")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        left.setFixedWidth(WIDTH)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.vitals)
        column.addWidget(scroll, 1)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(left)

    def _connect(self) -> None:
        self.form.training_changed.connect(self.training_changed)
        self.layers.node_requested.connect(self.node_requested)
        self.plot.train_requested.connect(self.train_requested)
        self.bar.train_requested.connect(self.train_requested)
        self.bar.pause_requested.connect(self.pause_requested)
        self.bar.resume_requested.connect(self.resume_requested)
        self.bar.stop_requested.connect(self.stop_requested)
        self.bar.continue_requested.connect(self.continue_requested)
        self.bar.step_requested.connect(self.step_requested)
        self.bar.number_changed.connect(self.number_changed)
        self.metrics.training_changed.connect(self.training_changed)
        self.bar.several_requested.connect(self.several_requested)
        self.watch.training_changed.connect(self.training_changed)
        self.optimizer.training_changed.connect(self.training_changed)
        self.compute.training_changed.connect(self.training_changed)


def _lay_below(whole: QWidget, *widgets: QWidget) -> None:
    """Lay widgets into one, one below the other."""
    whole.setProperty("role", "panel")
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
