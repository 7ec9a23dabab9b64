"""What the user asks of the places of nodes: tidy, align, distribute, stack. Each is one step of the history."""

from collections.abc import Mapping

from PySide6.QtCore import QObject

from flaxstudio.graph.arrange import Boxes, Direction, Line, align, distribute, stack
from flaxstudio.graph.graph import Port
from flaxstudio.graph.layout import Places, tidy
from flaxstudio.gui.background import Task
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.session import Session
from flaxstudio.project import edits
from flaxstudio.project.annotation_edits import rearrange
from flaxstudio.project.project import Project

_MOST_AT_ONCE = 60
"""More nodes than that are tidied in the background: it could take more than 50 ms."""


class ArrangeActs(QObject):
    """Slots for the commands that put nodes elsewhere."""

    def __init__(self, session: Session, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._task: Task | None = None

    def on_tidy(self) -> None:
        """Lay out what is selected, where it is, or the whole graph. Asking again while it is being found cancels it."""
        if self._task is not None:
            self.cancel()
            return
        project, selected = self._session.shown, self._canvas.selected_nodes()
        names = selected if len(selected) > 1 else project.graph.names()
        if not project.graph.nodes:
            return
        sizes, offsets, flow = self._canvas.node_sizes(), self._canvas.port_offsets(), self._canvas.flow

        def places() -> Places:
            return tidy(project.graph, sizes, lambda port, is_output: offsets.get((port, is_output), 0.0), flow, names)

        if len(names) <= _MOST_AT_ONCE:
            self._on_places(project, places())
            return
        self._task = task = Task(lambda _is_cancelled: places(), self)
        task.done.connect(lambda found: self._on_places(project, found))
        task.finished.connect(self._forget_task)
        task.start()

    def cancel(self) -> None:
        """Give up a layout that is still being found; nothing has been moved yet."""
        if self._task is not None:
            self._task.cancel()

    def close(self) -> None:
        """End the background work."""
        if self._task is not None:
            self._task.cancel()
            self._task.wait()

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

    def _forget_task(self) -> None:
        if self._task is not None:
            self._task.deleteLater()
            self._task = None

    def _on_places(self, project: Project, places: Places) -> None:
        """Put nodes where tidy wants them, unless the graph has become another one meanwhile."""
        shown = self._session.shown
        if shown.graph != project.graph:
            return
        is_whole = len(places) == len(shown.graph.nodes)
        there = places if is_whole else anchored(places, shown)
        if any(place != shown.positions.get(name) for name, place in there.items()):
            self._session.edit_shown(rearrange(there, self._canvas.node_sizes(), self.tr("Tidy")))
        if is_whole:
            self._canvas.fit_all()


def anchored(places: Places, project: Project) -> Places:
    """Return places shifted so that their upper left corner stays where it was."""
    before = [project.positions.get(name, (0.0, 0.0)) for name in places]
    dx = min(x for x, _ in before) - min(x for x, _ in places.values())
    dy = min(y for _, y in before) - min(y for _, y in places.values())
    return {name: (x + dx, y + dy) for name, (x, y) in places.items()}
