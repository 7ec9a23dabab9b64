"""What the user looks for: finds it in the project, lights it on the canvas and goes there."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QRectF

from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.canvas.find_bar import Finding
from flaxstudio.gui.session import Session
from flaxstudio.project.find import Hit, find


class FindActs(QObject):
    """Slots for the find bar. `show_node` opens a block and brings a node of it into sight."""

    def __init__(
        self, session: Session, canvas: Canvas, show_node: Callable[[str, str], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._bar = canvas.find_bar
        self._show_node = show_node
        self._hits: tuple[Hit, ...] = ()
        self._current = -1

    def on_open(self) -> None:
        """Open the bar."""
        self._bar.open()

    def on_query_changed(self, _query: str) -> None:
        """Look for something else."""
        self._current = -1
        self.refresh()

    def on_step(self, by: int) -> None:
        """Go to the next one, or the one before; after the last comes the first."""
        if self._hits:
            start = self._current if self._current >= 0 else (-1 if by > 0 else 0)
            self.on_chosen((start + by) % len(self._hits))

    def on_chosen(self, number: int) -> None:
        """Go to one of those found."""
        hit = self._hits[number]
        self._current = number
        self._show_node(hit.block, hit.node)
        beside = self._session.shown.annotations
        if not hit.layer and (item := beside.note(hit.node) or beside.frame(hit.node)):
            self._canvas.show_box(QRectF(*item.box))
        self.refresh()
        self._bar.field.setFocus()

    def on_closed(self) -> None:
        """Show the graph as ever; what was found last stays selected."""
        self._canvas.scene.show_found(None)
        self._canvas.setFocus()

    def refresh(self) -> None:
        """Look again: the query or the project has changed."""
        if not self._bar.isVisible():
            return
        known, query = self._session.knowledge, self._bar.field.text()
        chosen = self._hits[self._current] if 0 <= self._current < len(self._hits) else None
        # the order stays while one goes from one graph to the other
        first = self._session.block if self._current < 0 or not self._hits else self._hits[0].block
        self._hits = find(known.project, known.problems, query, first)
        places = [(hit.block, hit.node) for hit in self._hits]
        here = (chosen.block, chosen.node) if chosen else None
        self._current = places.index(here) if here in places else -1
        rows = [Finding(f"{hit.node} · {hit.layer}" if hit.layer else hit.node, self._where(hit)) for hit in self._hits]
        self._bar.display(rows, self._current)
        lit = frozenset(hit.node for hit in self._hits if hit.block == self._session.block)
        self._canvas.scene.show_found(lit if query.strip() else None)

    def _where(self, hit: Hit) -> str:
        name = self._session.document.project.name
        way = f"{name} › {hit.block}" if hit.block else name
        return f"{way} · {hit.why}" if hit.why else way
