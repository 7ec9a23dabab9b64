"""What the user asks of the places of nodes: tidy, align, distribute, stack. Each is one step of the history."""

from collections.abc import Mapping

from PySide6.QtCore import QObject

from flaxstudio.graph.arrange import Boxes, Direction, Line, align, distribute, stack
from flaxstudio.graph.graph import Port
from flaxstudio.graph.layout import Layout, Places, lay_out
from flaxstudio.gui.background import Task
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.session import Session
from flaxstudio.project import edits
from flaxstudio.project.project import Project
from flaxstudio.project.tidy_edits import put

_MOST_AT_ONCE = 60
"""More nodes than that are tidied in the background: it could take more than 50 ms."""


class ArrangeActs(QObject):
    """Slots for the commands that put nodes elsewhere."""

    def __init__(self, session: Session, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._task: Task | None = None
        self._given_up: set[Task] = set()

    def on_tidy(self) -> None:
        """Lay out what is selected, where it is, or the whole graph. Asking again while it is being found cancels it."""
        self._tidy()

    def on_tidy_rows(self) -> None:
        """Lay out the same, broken into rows like a text, so that it fills the view."""
        room = self._canvas.view.viewport().size()
        self._tidy(room.width() / max(room.height(), 1))

    def _tidy(self, shape: float = 0.0) -> None:
        if self._task is not None:
            self.cancel()
            return
        project, selected = self._session.shown, self._canvas.selected_nodes()
        names = selected if len(selected) > 1 else project.graph.names()
        if not project.graph.nodes:
            return
        sizes, offsets, flow = self._canvas.node_sizes(), self._canvas.port_offsets(), self._canvas.flow

        def layout() -> Layout:
            return lay_out(
                project.graph, sizes, lambda port, is_output: offsets.get((port, is_output), 0.0), flow, names, shape
            )

        if len(names) <= _MOST_AT_ONCE:
            self._on_layout(project, layout())
            return
        self._task = task = Task(lambda _is_cancelled: layout(), self)
        task.done.connect(lambda found: self._on_layout(project, found))
        task.finished.connect(self._forget_tasks)
        task.start()

    def cancel(self) -> None:
        """Give up a layout that is still being found; nothing has been moved yet."""
        if self._task is not None:
            self._task.cancel()
            self._given_up.add(self._task)  # it still runs to its end, and must not be in the way of the next
            self._task = None

    def close(self) -> None:
        """End the background work."""
        self.cancel()
        for task in self._given_up:
            task.wait()

    def on_align(self, line: Line) -> None:
        """Give the selected nodes a line in common."""
        texts: Mapping[Line, str] = {
            "left": self.tr("Align left"),
            "centre": self.tr("Align centres"),
            "right": self.tr("Align right"),
            "top": self.tr("Align top"),
            "middle": self.tr("Align middles"),
            "bottom": self.tr("Align bottom"),
        }
        self._move(align(self._boxes(), line), texts[line])

    def on_distribute(self, direction: Direction) -> None:
        """Make the gaps between the selected nodes equal."""
        is_across = direction == "horizontally"
        self._move(
            distribute(self._boxes(), direction),
            self.tr("Distribute horizontally") if is_across else self.tr("Distribute vertically"),
        )

    def on_stack(self) -> None:
        """Put the selected nodes one after the other along the flow."""
        offsets = self._canvas.port_offsets()

        def offset(port: Port, is_output: bool) -> float:
            return offsets.get((port, is_output), 0.0)

        self._move(stack(self._session.shown.graph, self._boxes(), offset, self._canvas.flow), self.tr("Stack in a row"))

    def _boxes(self) -> Boxes:
        positions, sizes = self._session.shown.positions, self._canvas.node_sizes()
        return {name: (*positions.get(name, (0.0, 0.0)), *sizes[name]) for name in self._canvas.selected_nodes()}

    def _move(self, places: Places, text: str) -> None:
        before = self._session.shown.positions
        moved = {name: place for name, place in places.items() if place != before.get(name)}
        if moved:
            self._session.edit_shown(edits.move(moved, text))

    def _forget_tasks(self) -> None:
        """Let go of the tasks that have ended."""
        ended = {task for task in (self._task, *self._given_up) if task is not None and task.isFinished()}
        self._given_up -= ended
        self._task = None if self._task in ended else self._task
        for task in ended:
            task.deleteLater()

    def _on_layout(self, project: Project, layout: Layout) -> None:
        """Put nodes where tidy wants them, unless the graph has become another one meanwhile."""
        shown = self._session.shown
        if shown.graph != project.graph:
            return
        is_whole = len(layout.places) == len(shown.graph.nodes)
        layout = layout if is_whole else anchored(layout, shown)
        edit = put(layout.places, layout.routes, self._canvas.node_sizes(), self.tr("Tidy"))
        if edit.apply(shown) != shown:
            self._session.edit_shown(edit)
        if is_whole:
            self._canvas.fit_all()


def anchored(layout: Layout, project: Project) -> Layout:
    """Return a layout shifted so that its upper left corner stays where it was."""
    before = [project.positions.get(name, (0.0, 0.0)) for name in layout.places]
    dx = min(x for x, _ in before) - min(x for x, _ in layout.places.values())
    dy = min(y for _, y in before) - min(y for _, y in layout.places.values())
    return Layout(
        {name: (x + dx, y + dy) for name, (x, y) in layout.places.items()},
        {edge: tuple((x + dx, y + dy) for x, y in dots) for edge, dots in layout.routes.items()},
    )
