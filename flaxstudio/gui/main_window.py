"""The window: arranges the views in docks and hands each the part of the knowledge that concerns it, when it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui.actions import Actions
from flaxstudio.gui.commands.keymap import KeyMap
from flaxstudio.gui.icons import icon
from flaxstudio.gui.notice import Notice
from flaxstudio.gui.offer import Offer
from flaxstudio.gui.panes import focus_inside, next_pane
from flaxstudio.gui.settings import LAYOUT_VERSION
from flaxstudio.gui.sight import Sight
from flaxstudio.gui.start_page import StartPage
from flaxstudio.gui.tokens import Tokens
from flaxstudio.gui.toolbar import ToolBar
from flaxstudio.project.place import Place

if TYPE_CHECKING:  # what these import is loaded behind the start page
    from flaxstudio.gui.panels.run_state import RunState
    from flaxstudio.gui.session import Knowledge
    from flaxstudio.gui.views import Views
    from flaxstudio.project.results import Results

_SIDE_WIDTH = 220
_INSPECTOR_WIDTH = 320
_TABS = ("data", "training", "code", "problems", "variables", "try_it", "analysis", "runs", "history")


class MainWindow(QMainWindow):
    """Views and their places. Says nothing by itself: wiring connects the views' intents."""

    problems_clicked = Signal()

    def __init__(self, tokens: Tokens) -> None:
        """Make the window with its start page and menus; `furnish` brings the rest."""
        super().__init__()
        self.may_close: Callable[[], bool] = lambda: True
        self._tokens = tokens
        self._shown: Knowledge | None = None
        self._is_paused: bool | None = None
        self.docks: dict[str, QDockWidget] = {}
        self.keys = KeyMap()
        self.setWindowTitle("Flax Studio")
        option = QMainWindow.DockOption
        self.setDockOptions(option.AnimatedDocks | option.AllowNestedDocks | option.AllowTabbedDocks | option.GroupedDragging)
        self.start_page = StartPage(tokens)
        self.notice = Notice(tokens)
        self.offer = Offer(tokens)
        self._views: tuple[Any, ...] = (self.start_page, self.notice, self.offer)
        self._centre = QStackedWidget()
        self._centre.addWidget(self.start_page)
        self.setCentralWidget(_stacked(self.notice, self.offer, self._centre))
        self.actions_by_name = Actions(self, tokens)
        self.recent_menu = QMenu(self.tr("Open recent"), self)
        self._docks_menu = QMenu(self.tr("Panels"), self)
        self.actions_by_name.build_menus(self, {"recent": self.recent_menu, "docks": self._docks_menu})

    def home_of(self, view: str) -> QWidget:
        """Return the widget in which a view is to be made: its dock, or for the canvas what holds it."""
        if view == "canvas":
            return self._centre
        self.docks[view] = dock = QDockWidget(self)
        dock.setObjectName(f"dock_{view}")
        return dock

    def furnish(self, views: Views) -> Iterator[None]:
        """Put in the canvas, the panels and the toolbar, behind the start page, step by step."""
        self.canvas, self.palette_panel, self.inspector = views.canvas, views.palette, views.inspector
        self.data_panel, self.training_panel, self.code_panel = views.data, views.training, views.code
        self.problems_panel, self.runs_panel = views.problems, views.runs
        self.variables_panel, self.try_it_panel = views.variables, views.try_it
        self.analysis_panel = views.analysis
        self.history_panel = views.history
        self._views = (*self._views, *views.all())
        self._centre.addWidget(self.canvas)
        self._add_docks()
        yield
        self.sight = Sight(self.docks, self)
        for dock in self.docks.values():
            self._docks_menu.addAction(dock.toggleViewAction())
        self._toolbar = ToolBar(self.actions_by_name, self)
        self._toolbar.problems_clicked.connect(self.problems_clicked)
        self.addToolBar(self._toolbar)
        self.statusBar()  # there from the beginning, so that nothing moves when it has something to say
        yield
        for part in (*self.docks.values(), self._toolbar):
            part.show()  # for the state saved here; nothing is painted before they are hidden again
        self.arrange("draw")
        self._default_layout = self._layout_behind = self.saveState(LAYOUT_VERSION)
        self._hide_panels()

    def set_layout(self, layout: QByteArray | None) -> None:
        """Arrange the panels as remembered, once the start page is left."""
        self._layout_behind = layout or self._default_layout

    @property
    def selected(self) -> tuple[str, ...]:
        """The nodes selected on the canvas."""
        return self.canvas.selected_nodes()

    def display(self, knowledge: Knowledge) -> None:
        """Show what is known; views whose part did not change are left alone."""
        old, new = self._shown, knowledge
        self._shown = knowledge
        if old is None or _drawn(old) != _drawn(new):
            self.canvas.display(new.project, new.shown_problems, new.shown_shapes, new.catalogue, new.place)
            self.sight.show("problems", "all", lambda: self.problems_panel.display(new.problems, new.dismissed))
        if old is None or old.offered is not new.offered:
            self.palette_panel.set_catalogue(new.offered, frozenset(layer.name for layer in new.project.library))
            self.canvas.search.set_catalogue(new.offered)
        if old is None or (old.project.dataset, old.data) != (new.project.dataset, new.data):
            self.sight.show("data", "all", lambda: self.data_panel.display(new.project.dataset, new.data))
        training, facts = new.project.training, new.data
        self.sight.show(
            "training", "config", lambda: self.training_panel.display_config(training, facts.row_counts, facts.goals)
        )
        metric = training.watch.metric
        if old is None or old.results is not new.results or old.project.training.watch.metric != metric:
            self.display_runs(new.results, metric)
        self.sight.show("history", "all", lambda: self.history_panel.display(new.steps, new.steps_done))
        self.display_selection()
        self._display_title(new)
        self._display_problem_count(new)

    def display_selection(self) -> None:
        """Show the selected nodes in the inspector and the source."""
        if self._shown is None:
            return
        known, selected = self._shown, self.selected
        self.actions_by_name.display_needs(self.canvas.view.holds)
        self.inspector.display(known.shown, selected, known.shown_problems, known.shown_shapes, known.catalogue, known.users)
        lines = tuple(piece for name in selected for piece in known.source.lines_of(known.block, name))
        self.sight.show(
            "code", "all", lambda: self.code_panel.display(known.source.text, lines, known.first_line, known.methods)
        )
        outer = selected if known.place == Place() else known.place.path[:1]  # these panels list the model's own nodes
        self.sight.show("variables", "marks", lambda: self.variables_panel.mark_nodes(outer))
        self.sight.show("training", "marks", lambda: self.training_panel.mark_nodes(outer))
        self.sight.show("try_it", "marks", lambda: self.try_it_panel.mark_nodes(outer))
        self.sight.show("analysis", "marks", lambda: self.analysis_panel.mark_nodes(outer))

    def display_run(self, state: RunState, progress: str) -> None:
        """Show how the run under way stands."""
        self.sight.show("training", "run", lambda: self.training_panel.display_run(state))
        self._toolbar.display_progress(progress)
        is_busy = state.status not in ("idle",)
        self.canvas.set_running(state.status == "running")
        actions = self.actions_by_name
        for name in ("train", "train_several"):
            actions[name].setEnabled(not is_busy)
        actions["pause"].setEnabled(state.status in ("running", "paused"))
        if (state.status == "paused") != self._is_paused:
            self._is_paused = state.status == "paused"
            actions["pause"].setText(self.tr("Go on") if self._is_paused else self.tr("Pause"))
            actions["pause"].setIcon(icon("play" if self._is_paused else "pause", self._tokens))
        actions["one_step"].setEnabled(state.status in ("idle", "running", "paused"))
        actions["change_numbers"].setEnabled(state.can_change)
        actions["clear_queue"].setEnabled(state.queued > 0)
        actions["stop"].setEnabled(state.status in ("starting", "running", "paused"))
        actions["continue"].setEnabled(not is_busy and state.can_continue)

    def display_runs(self, results: Results, metric: str) -> None:
        """Show the history of runs, the last one drawn."""
        last = results.runs[-1] if results.runs else None
        self.runs_panel.display(results, last.number if last else None, metric)

    def show_last_run(self, results: Results) -> None:
        """Draw the last run of the history, or nothing."""
        self.training_panel.show_last(results.runs)

    def show_run(self, results: Results, number: int) -> None:
        """Draw one run of the history."""
        for run in results.runs:
            if run.number == number:
                self.training_panel.show_run(run)
                self.raise_dock("training")

    def show_groups(self, results: Results, numbers: Sequence[int]) -> None:
        """Draw the runs of a group, and the bands of others."""
        self.training_panel.show_groups(results.runs, numbers)
        self.raise_dock("training")

    def reset_layout(self) -> None:
        """Put every panel back where it was at first."""
        self.restoreState(self._default_layout, LAYOUT_VERSION)
        self.arrange("draw")

    def display_device(self, text: str) -> None:
        """Show which device runs the training."""
        self._toolbar.display_device(text)

    def show_start_page(self, visible: bool) -> None:
        """Show the start page alone, or the canvas with its panels as they were."""
        if visible == self.is_start_page_shown:
            return
        if visible:
            self._layout_behind = self.saveState(LAYOUT_VERSION)
            self._hide_panels()
            self._centre.setCurrentWidget(self.start_page)
        else:
            self._centre.setCurrentWidget(self.canvas)
            if not self.restoreState(self._layout_behind, LAYOUT_VERSION):
                self.restoreState(self._default_layout, LAYOUT_VERSION)
            self.canvas.setFocus()

    def _hide_panels(self) -> None:
        for part in (*self.docks.values(), self._toolbar):
            part.hide()

    def layout_state(self) -> QByteArray:
        """Return how the panels are arranged, also while the start page hides them."""
        return self._layout_behind if self.is_start_page_shown else self.saveState(LAYOUT_VERSION)

    @property
    def is_start_page_shown(self) -> bool:
        """Whether the start page is in front."""
        return self._centre.currentWidget() is self.start_page

    def arrange(self, mode: str) -> None:
        """Give most room to the canvas ("draw"), the curves ("train") or the figures ("judge")."""
        front = {"draw": "code", "train": "training", "judge": "runs"}[mode]
        share = {"draw": 0.28, "train": 0.52, "judge": 0.52}[mode]
        self.raise_dock(front)
        self.resizeDocks([self.docks[front]], [round(max(self.height(), 600) * share)], Qt.Orientation.Vertical)
        sides = [self.docks["palette"], self.docks["inspector"]]
        self.resizeDocks(sides, [_SIDE_WIDTH, _INSPECTOR_WIDTH], Qt.Orientation.Horizontal)

    def raise_dock(self, name: str) -> None:
        """Bring a panel to the front."""
        self.docks[name].setVisible(True)
        self.docks[name].raise_()

    def focus_pane(self, name: str) -> None:
        """Bring a panel, or the canvas, to the front and let the keys go there."""
        if name == "canvas":
            self.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.raise_dock(name)
            focus_inside(self.docks[name].widget())

    def focus_next_pane(self, step: int) -> None:
        """Let the keys go to the next panel in sight, or the one before."""
        focus_inside(next_pane(self.canvas, self.docks, step))

    def set_keys(self, keys: KeyMap) -> None:
        """Let keys mean other commands, in the menus and on the canvas."""
        self.keys = keys
        self.actions_by_name.set_keys(keys)
        self.canvas.set_keys(keys)

    def set_tokens(self, tokens: Tokens) -> None:
        """Redraw everything in another theme."""
        self._tokens = tokens
        self.actions_by_name.set_tokens(tokens)
        self._is_paused = None  # the icon is to be drawn anew
        for view in self._views:
            view.set_tokens(tokens)
        if self._shown is not None:
            self._display_problem_count(self._shown)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.may_close():
            event.accept()
        else:
            event.ignore()

    def _add_docks(self) -> None:
        left, right, bottom = (
            Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea,
        )  # fmt: skip
        places = (
            ("palette", self.tr("Layers"), self.palette_panel, left),
            ("inspector", self.tr("Inspector"), self.inspector, right),
            ("data", self.tr("Data"), self.data_panel, bottom),
            ("training", self.tr("Training"), self.training_panel, bottom),
            ("code", self.tr("Code"), self.code_panel, bottom),
            ("problems", self.tr("Problems"), self.problems_panel, bottom),
            ("variables", self.tr("Variables"), self.variables_panel, bottom),
            ("try_it", self.tr("Try it"), self.try_it_panel, bottom),
            ("analysis", self.tr("Analysis"), self.analysis_panel, bottom),
            ("runs", self.tr("Runs"), self.runs_panel, bottom),
            ("history", self.tr("History"), self.history_panel, bottom),
        )
        self.docks = docks = {name: self.docks[name] for name, *_ in places}
        for name, title, view, area in places:
            dock = docks[name]
            dock.setWindowTitle(title)
            dock.setWidget(view)
            _let_focus_be_seen(view)
            self.addDockWidget(area, dock)
        for name in _TABS[1:]:
            self.tabifyDockWidget(docks["data"], docks[name])
        for name in _TABS:
            docks[name].topLevelChanged.connect(lambda floats, dock=docks[name]: _show_title(dock, floats))
            _show_title(docks[name], False)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, self.tabPosition(bottom).North)

    def _display_title(self, known: Knowledge) -> None:
        self.setWindowTitle(f"{known.name}[*] – Flax Studio")
        if known.is_modified != self.isWindowModified():
            self.setWindowModified(known.is_modified)
        undo, redo = self.actions_by_name["undo"], self.actions_by_name["redo"]
        for action, text, word in ((undo, known.undo_text, self.tr("Undo")), (redo, known.redo_text, self.tr("Redo"))):
            action.setEnabled(bool(text))
            action.setText(f"{word} {text[:1].lower()}{text[1:]}" if text else word)

    def _not_begun(self, known: Knowledge) -> str:
        """Return what is still to be begun where nothing else is amiss: that is no mistake."""
        if not known.project.graph.nodes:
            return self.tr("No layers yet")
        is_fine = all(not problem.node and not problem.block for problem in known.problems)
        return self.tr("No data yet") if known.project.dataset is None and known.problems and is_fine else ""

    def _display_problem_count(self, known: Knowledge) -> None:
        self._toolbar.display_problems(known.problems, self._not_begun(known), self._tokens)


def _drawn(known: Knowledge) -> tuple[object, ...]:
    """Return what the canvas shows."""
    return (known.project, known.catalogue, known.place, known.problems, known.shown_shapes)


def _let_focus_be_seen(view: QWidget) -> None:
    """Let a panel show that it has the focus itself, where nothing in it takes it: by a border, with room for that."""
    view.setProperty("pane", True)
    view.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    view.style().unpolish(view)
    view.style().polish(view)
    layout = view.layout()
    if layout is not None and layout.contentsMargins().isNull():
        layout.setContentsMargins(1, 1, 1, 1)


def _show_title(dock: QDockWidget, visible: bool) -> None:
    """Show a dock's title bar only while it floats: among tabs, the tab says the same and can be dragged."""
    dock.setTitleBarWidget(None if visible else QWidget(dock))  # type: ignore[arg-type]


def _stacked(*widgets: QWidget) -> QWidget:
    """Return a widget with the given ones one below the other; the last one gets the room."""
    whole = QWidget()
    layout = QVBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget)
    layout.setStretchFactor(widgets[-1], 1)
    return whole
