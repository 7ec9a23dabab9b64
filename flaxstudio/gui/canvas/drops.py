"""What is dropped on the canvas from outside: layers of the palette, beside or on a wire, and files."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDropEvent

from flaxstudio.graph.graph import Edge
from flaxstudio.gui.canvas.snapping import place_at
from flaxstudio.gui.layer_drag import layer_of

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

EDGE_REACH = 7
"""How near, in px on the screen, the pointer must come to a wire to be on it."""


def can_be_dropped(data: QMimeData) -> bool:
    """Return whether there is anything in the data that the canvas knows."""
    return bool(layer_of(data) or _file_of(data))


def drop(view: "GraphView", event: QDropEvent) -> None:
    """Ask for what was dropped."""
    layer, edge = layer_of(event.mimeData()), edge_for_drop(view, event)
    view.graph_scene.light(None)
    if not layer:
        view.intents.file_dropped.emit(_file_of(event.mimeData()))
        return
    x, y = place_at(view.mapToScene(event.position().toPoint()))
    if edge is None:
        view.intents.layer_dropped.emit(layer, x, y)
    else:
        view.intents.layer_dropped_on_edge.emit(layer, x, y, edge)
    view.setFocus()


def edge_for_drop(view: "GraphView", event: QDropEvent) -> Edge | None:
    """Return the wire that a layer would be inserted in; Alt suspends."""
    spec = view.graph_scene.catalogue.get(layer_of(event.mimeData()))
    is_suspended = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
    if is_suspended or spec is None or not spec.inputs or spec.main_output is None:
        return None
    return view.graph_scene.edge_at(view.mapToScene(event.position().toPoint()), 2 * EDGE_REACH / view.zoom())


def _file_of(data: QMimeData) -> str:
    return next((url.toLocalFile() for url in data.urls() if url.isLocalFile()), "")
