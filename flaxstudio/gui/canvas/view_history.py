"""Where the user looked before: each graph as it was seen last, and back and forward through views as in a browser."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from flaxstudio.project.place import Place

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

_MOST = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """A graph, and the part of it that was in view."""

    place: Place
    zoom: float
    centre: QPointF


class ViewHistory:
    """Remembers views left by a jump. `ask_for` asks for another graph, which is there when it returns, if it may be."""

    def __init__(self, view: "GraphView", ask_for: Callable[[Place], None]) -> None:
        self.place = Place()
        self._view = view
        self._ask_for = ask_for
        self._last: dict[Place, Seen] = {}
        self._before: list[Seen] = []
        self._behind: list[Seen] = []
        self._is_returning = False
        view.left.connect(self.note)

    def note(self) -> None:
        """Remember the present view, which is about to be left by a jump."""
        if not self._is_returning and (not self._before or self._before[-1] != self._seen()):
            self._before = [*self._before, self._seen()][-_MOST:]
            self._behind.clear()

    def leave_graph(self) -> None:
        """Remember how a graph is seen that is about to be closed."""
        self.note()
        self._last[self.place] = self._seen()

    def enter_graph(self, place: Place, show_beginning: Callable[[], None]) -> None:
        """Note which graph is open, and show it as it was seen last, or its beginning."""
        self.place = place
        was_returning, self._is_returning = self._is_returning, True
        if place in self._last:
            self._look_at(self._last[place])
        else:
            show_beginning()
        self._is_returning = was_returning

    def forget(self) -> None:
        """Forget everything: another project is open."""
        self._last.clear()
        self._before.clear()
        self._behind.clear()

    def back(self) -> None:
        """Look where one looked before the last jump."""
        self._step(self._before, self._behind)

    def forward(self) -> None:
        """Look again where one looked before going back."""
        self._step(self._behind, self._before)

    def _step(self, source: list[Seen], target: list[Seen]) -> None:
        if not source:
            return
        target.append(self._seen())
        seen = source.pop()
        self._is_returning = True
        if seen.place != self.place:
            self._last[seen.place] = seen
            self._ask_for(seen.place)
        if seen.place == self.place:
            self._look_at(seen)
        self._is_returning = False

    def _look_at(self, seen: Seen) -> None:
        self._view.zoom_to(seen.zoom, self._view.viewport().rect().center())
        self._view.centerOn(seen.centre)
        self._view.view_moved.emit()

    def _seen(self) -> Seen:
        return Seen(self.place, self._view.zoom(), self._view.visible_box().center())
