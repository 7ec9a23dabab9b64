"""The plot of a run's losses or of a metric, live or past: decides what to show, and redraws at most 25 times a second, and
10 times for what a run tells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QTimer, Signal
from PySide6.QtGui import QPaintEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QMenu, QStackedWidget, QVBoxLayout, QWidget

from flaxstudio.gui.plots.group_curves import BANDS, GroupCurves, MemberName
from flaxstudio.gui.plots.loss_controls import LOSS, EmptyPlot, LossControls, band_title, plot_menu
from flaxstudio.gui.plots.loss_curves import Axes, EdgeText, Mark, RunCurves
from flaxstudio.gui.plots.loss_saving import ask_and_save_picture, ask_and_save_values
from flaxstudio.gui.plots.number_text import value_text
from flaxstudio.gui.plots.reading_text import reading_html
from flaxstudio.gui.plots.shown_runs import Group, ShownRuns, shown_groups, shown_run
from flaxstudio.gui.sight import is_in_sight
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.results import Change, RunRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flaxstudio.gui.plots.loss_canvas import LossCanvas
    from flaxstudio.training.growing import Growing

REDRAW_MS = 40
LIVE_MS = 100
"""How often what a run tells is drawn at most: every drawing takes time from the run."""
_MARGIN = 0.06
_END_ROOM = 0.01


class LossPlot(QWidget):
    """Losses of training, validation and test over the steps, or a metric of them. Without any it says how to get some."""

    train_requested = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._runs = ShownRuns(RunCurves())
        self._quantity = LOSS
        self._is_finished = True
        self._is_stale = False
        self._log_choice: bool | None = None  # None: logarithmic as soon as the losses span decades
        self._is_log_step = False
        self._is_followed = True  # whether the plot chooses what part to show; until the user does
        self._hover: tuple[float, float] | None = None
        self._shown_losses: tuple[float, float] | None = None
        self.canvas: LossCanvas | None = None
        self.controls = LossControls(self)
        self.empty = EmptyPlot(self)
        self._message = QLabel()
        self._message.setProperty("role", "error")
        self._message.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._build()
        self.set_tokens(tokens)

    def start(self, first_step: int, steps: int, recorded: Growing | None = None) -> None:
        """Begin a run that is to end at `steps`. One that goes on where the shown one ended is drawn on.

        `recorded` is where another keeps the losses that will be added here.
        """
        if first_step == 0 or first_step != self._runs.losses.end_step or self._runs.are_several:
            self._forget(ShownRuns(RunCurves(first_step, steps, recorded)))
        else:
            self._runs.stand_alone()
        self._runs.losses.plan(steps)
        self._is_finished = False
        self._schedule()

    def start_members(self, names: Sequence[MemberName], first_step: int, steps: int) -> None:
        """Begin several runs together."""
        self._forget(ShownRuns(GroupCurves(names, first_step, steps)))
        self._is_finished = False
        self._schedule()

    def add_losses(self, first_step: int, losses: npt.NDArray[np.float32]) -> None:
        """Add the losses of consecutive steps, shape (steps,), or (steps, members) of several runs together."""
        self._runs.add_losses(first_step, losses)
        self._schedule(LIVE_MS)

    def add_evaluation(self, split: str, step: int, loss: float, metrics: Mapping[str, float] = {}, member: int = 0) -> None:
        """Add the loss and the metrics of a split after `step` updates."""
        self._runs.add_evaluation(split, step, loss, metrics, member)
        self._schedule()

    def add_changes(self, changes: Sequence[Change]) -> None:
        """Mark where numbers of the optimizer were changed while the run went."""
        self._runs.changes += changes
        self._schedule()

    def add_earlier(self, runs: Sequence[RunRecord]) -> None:
        """Add what came before, where several runs go on after an interruption."""
        for member, run in enumerate(runs):
            self._runs.add_run(run, member)
        self._schedule()

    def mark_failed(self, member: int) -> None:
        """Let a member that has failed leave the picture."""
        self._runs.mark_failed(member)
        self._schedule()

    def finish(self) -> None:
        """End the run: the step axis ends with it."""
        self._is_finished = True
        self._schedule()

    def show_run(self, run: RunRecord) -> None:
        """Show a run of the past."""
        self._show_past(shown_run(run))

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Show the runs of a group of the past, and the bands of others beside it."""
        self._show_past(shown_groups(groups))

    def clear(self) -> None:
        """Show no run."""
        self._show_past(ShownRuns(RunCurves()))

    def _show_past(self, runs: ShownRuns) -> None:
        self._forget(runs)
        self._is_finished = True
        self._schedule()

    def fit(self) -> None:
        """Show the whole run, and follow it."""
        self._is_followed = True
        self._shown_losses = None
        self._schedule()

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.empty.set_tokens(tokens)
        if self.canvas is not None:
            self.canvas.set_tokens(tokens)
            self._schedule()

    @property
    def axes(self) -> Axes:
        """Which axes are logarithmic at present."""
        spans_decades = self.quantity == LOSS and self._runs.losses.spans_decades()
        return Axes(self._is_log_step, spans_decades if self._log_choice is None else self._log_choice)

    @property
    def quantity(self) -> str:
        """What is drawn: the loss, or the metric that was chosen where the run has it."""
        return self._quantity if self._quantity in self._runs.metrics else LOSS

    @property
    def curves(self) -> RunCurves | GroupCurves:
        """The curves of the run, or of the runs, shown."""
        return self._runs.metrics.get(self._quantity, self._runs.losses)

    def redraw(self) -> None:
        """Draw now what has come since the last time."""
        self._timer.stop()
        is_empty = self._runs.losses.is_empty
        if is_empty:
            self.empty.show_awaited(not self._is_finished)
            self._pages.setCurrentWidget(self.empty)
        if is_empty and not self._is_finished:
            self._ready_canvas()  # a run has begun: load while its first step is compiled
        self._is_stale = not is_empty and not is_in_sight(self)  # a panel behind a tab is visible to Qt
        if is_empty or self._is_stale:
            return
        canvas = self._ready_canvas()
        self._pages.setCurrentWidget(canvas)
        axes = self.axes
        self.controls.show_axes(axes)
        self.controls.show_quantities((LOSS, *self._runs.metrics), self.quantity)
        canvas.show_axes(axes)
        if self._is_followed:
            self._follow(canvas, axes)
        self._draw(canvas, axes)
        self._timer.stop()  # what was shown just now changed the view, and that is drawn already

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._schedule()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._on_painted()

    def _build(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.controls)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._message)
        self._timer.timeout.connect(self.redraw)
        self.empty.train_requested.connect(self.train_requested)
        self.controls.log_loss_chosen.connect(self._choose_log_loss)
        self.controls.quantity_chosen.connect(self._choose_quantity)
        self.controls.smoothing_chosen.connect(lambda _: self._schedule())
        self.controls.band_chosen.connect(lambda _: self._schedule())
        self.controls.hide()

    def _forget(self, runs: ShownRuns) -> None:
        self._runs = runs
        self._log_choice = None
        self._is_followed = True
        self._hover = None
        self._shown_losses = None
        self._message.hide()

    def _schedule(self, within: int = REDRAW_MS) -> None:
        self.controls.setVisible(not self._runs.losses.is_empty)
        self.controls.show_band_choice(self._runs.are_several)
        if not self._timer.isActive() or self._timer.remainingTime() > within:
            self._timer.start(within)

    def _ready_canvas(self) -> LossCanvas:
        if self.canvas is None:
            from flaxstudio.gui.plots.loss_canvas import LossCanvas  # loads pyqtgraph: not before there is something to draw

            names = {"train": self.tr("Training"), "validation": self.tr("Validation"), "test": self.tr("Test")}
            self.canvas = canvas = LossCanvas(names | {band: band_title(band) for band in BANDS}, self._tokens)
            self._pages.addWidget(canvas)
            canvas.view_moved.connect(self._leave_following)
            canvas.view_changed.connect(self._schedule)
            canvas.fit_requested.connect(self.fit)
            canvas.menu_requested.connect(self._open_menu)
            canvas.hovered.connect(self._on_hovered)
            canvas.left.connect(self._on_left)
            canvas.painted.connect(self._on_painted)
        return self.canvas

    def _follow(self, canvas: LossCanvas, axes: Axes) -> None:
        """Show the whole run. The loss axis stays as it is while the curves fill it well, so that nothing jumps."""
        extent = self.curves.loss_range(is_log=axes.log_loss)
        if extent is None:
            return
        low, high = (math.log10(value) for value in extent) if axes.log_loss else extent
        old = self._shown_losses
        is_good = old is not None and old[0] <= low and high <= old[1] and (high - low) > 0.5 * (old[1] - old[0])
        if old is None or not (is_good or (self._hover and old[0] <= low and high <= old[1])):
            span = (high - low) or abs(high) or 1.0
            self._shown_losses = old = (low - _MARGIN * span, high + _MARGIN * span)
        first, end = self._runs.losses.step_range(self._is_finished)
        steps = (math.log10(max(first, 1)), math.log10(max(end, 2))) if axes.log_step else (float(first), float(end))
        room = _END_ROOM * (steps[1] - steps[0])  # else the last points are cut in half
        canvas.show_range((steps[0], steps[1] + room), old)

    def _draw(self, canvas: LossCanvas, axes: Axes) -> None:
        left, right = canvas.view.viewRange()[0]
        if axes.log_step:
            left, right = (10.0 ** min(edge, 15.0) for edge in (left, right))
        columns = max(64, int(canvas.view.width()))
        smoothing = self.controls.smoothing
        curves = self.curves
        if isinstance(curves, GroupCurves):
            curves.band = self.controls.band
        canvas.draw(curves.drawing(left, right, columns, smoothing, axes))
        last = {name: (value_text(value), value) for name, value in curves.last_values(smoothing).items()}
        last |= {f"run {name}": (name, value) for name, value in curves.named_ends(smoothing).items()}
        places = {name: axes.place(np.ones(1), np.array([value]))[1][0] for name, (_, value) in last.items()}
        texts = {name: EdgeText(text, places[name]) for name, (text, _) in last.items() if math.isfinite(places[name])}
        canvas.show_last(texts)
        canvas.show_changes([Mark(axes.place_of_step(one.step), f"{one.name} {one.value:g}") for one in self._runs.changes])
        self._show_reading(canvas, axes)

    def _show_reading(self, canvas: LossCanvas, axes: Axes) -> None:
        if self._hover is None:
            canvas.show_reading(None)
            return
        position = self._hover[0]
        step = 10.0 ** min(position, 15.0) if axes.log_step else position
        reading = self.curves.reading(step, self.controls.smoothing)
        if reading is None:
            canvas.show_reading(None)
            return
        holding = {one.name: one for one in self._runs.changes if one.step <= reading.step}
        text = reading_html(reading, self._tokens, tuple(holding.values()))
        canvas.show_reading(axes.place_of_step(reading.step), self._hover, text)

    def _choose_quantity(self, name: str) -> None:
        self._quantity = name
        self._log_choice = None
        self.fit()

    def _choose_log_loss(self, is_log: bool) -> None:
        self._log_choice = is_log
        self.fit()

    def _choose_log_step(self, is_log: bool) -> None:
        self._is_log_step = is_log
        self.fit()

    def _leave_following(self) -> None:
        self._is_followed = False

    def _on_hovered(self, position: float, height: float) -> None:
        self._hover = (position, height)
        if self.canvas is not None and not self._timer.isActive():  # else it is drawn in a moment
            self._show_reading(self.canvas, self.axes)

    def _on_left(self) -> None:
        self._hover = None
        if self.canvas is not None:
            self.canvas.show_reading(None)

    def _on_painted(self) -> None:
        if self._is_stale:  # it has come into sight
            self._is_stale = False
            QTimer.singleShot(0, self, self.redraw)

    def _open_menu(self, place: QPointF) -> None:
        menu = self.menu()
        menu.popup(place.toPoint())

    def menu(self) -> QMenu:
        """Return the plot's own menu, which goes away with its closing."""
        menu = plot_menu(self, self.axes, self.controls.smoothing)
        menu.fit_requested.connect(self.fit)
        menu.log_loss_chosen.connect(self._choose_log_loss)
        menu.log_step_chosen.connect(self._choose_log_step)
        menu.smoothing_chosen.connect(self.controls.choose_smoothing)
        menu.picture_requested.connect(lambda: self._tell(ask_and_save_picture(self, self._ready_canvas())))
        menu.values_requested.connect(lambda: self._tell(ask_and_save_values(self, self._runs.named())))
        return menu

    def _tell(self, fault: str) -> None:
        self._message.setText(fault)
        self._message.setVisible(bool(fault))
