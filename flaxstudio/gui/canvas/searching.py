"""Opens the search for a point, a wire that was dropped or a wire to insert in, and says what was chosen for it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.gui.canvas.fitting import fits, often_next, stands_on_wire
from flaxstudio.gui.canvas.gestures import Pointer
from flaxstudio.gui.canvas.port_painter import Side
from flaxstudio.gui.canvas.search_popup import SearchPopup
from flaxstudio.gui.canvas.search_rows import Fitting
from flaxstudio.gui.canvas.snapping import place_at

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a layer is looked for: a place, the end of a wire from a port of a side, or the middle of a wire.

    `corner` is where the new node's upper left corner goes, where that is known already.
    """

    pointer: Pointer
    port: Port | None = None
    side: Side | None = None
    edge: Edge | None = None
    corner: tuple[float, float] | None = None
    is_by_keys: bool = False


class Searching(QObject):
    """Stands between the view, which asks for the search, and the popup. `free_place` is one beside what is selected."""

    def __init__(self, view: "GraphView", popup: SearchPopup, free_place: Callable[[], tuple[float, float]]) -> None:
        super().__init__(view)
        self._view = view
        self._free_place = free_place
        self._popup = popup
        self._wanted: Wanted | None = None
        self._cursor: QPoint | None = None  # where the mouse was when the last layer was added
        view.search_asked.connect(self._on_asked)
        popup.layer_chosen.connect(self._on_chosen)

    def open_on(self, edge: Edge) -> None:
        """Look for a layer to stand on a wire, at its middle."""
        wire = self._view.graph_scene.edges.get(edge)
        if wire is not None:
            middle = wire.path().pointAtPercent(0.5)
            self._on_asked(Wanted(Pointer(middle, self._view.mapFromScene(middle), Qt.KeyboardModifier.NoModifier), edge=edge))

    def open_behind(self) -> None:
        """Look for a layer to be fed by the node selected last: by its first output that feeds nothing yet, else its first."""
        scene = self._view.graph_scene
        names = scene.selected_nodes()
        outputs = [Port(names[-1], port) for port in scene.nodes[names[-1]].content.outputs] if names else []
        if not outputs:
            said = self._view.tr("{0} gives nothing on: select another node.").format(names[-1]) if names else ""
            self._view.intents.spoken.emit(said or self._view.tr("Select a node first: the wire begins there."))
            return
        used = {edge.source for edge in scene.edges}
        port = next((port for port in outputs if port not in used), outputs[0])
        corner = self._free_place()
        at = self._view.mapFromScene(QPointF(*corner))
        at = at if self._view.viewport().rect().contains(at) else self._view.viewport().rect().center()
        self._on_asked(Wanted(Pointer(QPointF(*corner), at, Qt.KeyboardModifier.NoModifier), port, "out", corner=corner))

    def _on_asked(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._popup.open_at(self._view.viewport().mapToGlobal(wanted.pointer.view), self._fitting(wanted))

    def _fitting(self, wanted: Wanted) -> Fitting | None:
        source = wanted.edge.source if wanted.edge else wanted.port
        if source is None:
            return None
        scene = self._view.graph_scene
        known = scene.shapes.nodes.get(source.node)
        shape = known.at(source.port) if known and wanted.side != "in" else None
        often = often_next(scene.nodes[source.node].content.spec) if wanted.side != "in" else ()
        if wanted.edge:
            return Fitting(partial(stands_on_wire, shape=shape), often)
        return Fitting(partial(fits, side=wanted.side, shape=shape), often)

    def _on_chosen(self, layer: str) -> None:
        wanted, intents = self._wanted, self._view.intents
        if wanted is not None:
            x, y = wanted.corner or self._place_for(wanted)
            if wanted.edge is None:
                intents.layer_chosen.emit(layer, x, y, wanted.port)
            else:
                intents.layer_dropped_on_edge.emit(layer, x, y, wanted.edge)
        self._view.setFocus()

    def _place_for(self, wanted: Wanted) -> tuple[float, float]:
        """Return the place asked for; for who adds one layer after the other by keys, one beside the last."""
        before, self._cursor = self._cursor, QCursor.pos()
        if wanted.is_by_keys and before == self._cursor:
            return self._free_place()
        return place_at(wanted.pointer.scene, wanted.side, self._view.graph_scene.project.flow)
