"""Opens the search for a point, a wire that was dropped or a wire to insert in, and says what was chosen for it."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

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
    """What a layer is looked for: a place, the end of a wire from a port of a side, or the middle of a wire."""

    pointer: Pointer
    port: Port | None = None
    side: Side | None = None
    edge: Edge | None = None


class Searching(QObject):
    """Stands between the view, which asks for the search, and the popup."""

    def __init__(self, view: "GraphView", popup: SearchPopup) -> None:
        super().__init__(view)
        self._view = view
        self._popup = popup
        self._wanted: Wanted | None = None
        view.search_asked.connect(self._on_asked)
        popup.layer_chosen.connect(self._on_chosen)

    def open_on(self, edge: Edge) -> None:
        """Look for a layer to stand on a wire, at its middle."""
        wire = self._view.graph_scene.edges.get(edge)
        if wire is not None:
            middle = wire.path().pointAtPercent(0.5)
            self._on_asked(Wanted(Pointer(middle, self._view.mapFromScene(middle), Qt.KeyboardModifier.NoModifier), edge=edge))

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
            x, y = place_at(wanted.pointer.scene, wanted.side, self._view.graph_scene.project.flow)
            if wanted.edge is None:
                intents.layer_chosen.emit(layer, x, y, wanted.port)
            else:
                intents.layer_dropped_on_edge.emit(layer, x, y, wanted.edge)
        self._view.setFocus()
