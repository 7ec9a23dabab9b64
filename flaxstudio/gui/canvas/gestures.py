"""What a press of the left or middle button begins: one small class a gesture, from start to finish or cancel."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsRectItem

from flaxstudio.graph.graph import Edge
from flaxstudio.gui.canvas.beside import Key
from flaxstudio.gui.canvas.guides import Guides
from flaxstudio.gui.canvas.near_wires import edge_through
from flaxstudio.project.project import Position

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

_THRESHOLD = 4
_ADD = Qt.KeyboardModifier.ShiftModifier
_TOGGLE = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the pointer is, in scene px and in the viewport's px, and the keys held."""

    scene: QPointF
    view: QPoint
    keys: Qt.KeyboardModifier

    def is_far_from(self, other: "Pointer") -> bool:
        """Return whether this is no longer a mere click begun at the other."""
        return (self.view - other.view).manhattanLength() >= _THRESHOLD


class Gesture(Protocol):
    """What happens between a press and a release."""

    def start(self, pointer: Pointer) -> None: ...
    def move(self, pointer: Pointer) -> None: ...
    def finish(self, pointer: Pointer) -> None: ...
    def cancel(self) -> None: ...


class Pan:
    """Drags the view itself."""

    def __init__(self, view: "GraphView") -> None:
        self._view = view
        self._last = QPoint()

    def start(self, pointer: Pointer) -> None:
        self._last = pointer.view
        self._view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, pointer: Pointer) -> None:
        self._view.pan(self._last - pointer.view)
        self._last = pointer.view

    def finish(self, pointer: Pointer) -> None:
        self.move(pointer)
        self.cancel()

    def cancel(self) -> None:
        self._view.viewport().unsetCursor()


class BoxSelect:
    """Selects what a box touches; Shift adds, Ctrl toggles. A mere click on nothing clears the selection."""

    def __init__(self, view: "GraphView") -> None:
        self._view = view
        self._scene = view.graph_scene
        self._start: Pointer | None = None
        self._before: tuple[str, ...] = ()
        self._edges: tuple[Edge, ...] = ()
        self._keys: tuple[Key, ...] = ()
        self._box = QGraphicsRectItem()

    def start(self, pointer: Pointer) -> None:
        self._start = pointer
        self._before, self._edges = self._scene.selected_nodes(), self._scene.selected_edges()
        self._keys = self._scene.beside.selected
        accent = QColor(self._scene.tokens.accent)
        pen = QPen(accent, 1)
        pen.setCosmetic(True)
        accent.setAlphaF(0.10)
        self._box.setPen(pen)
        self._box.setBrush(accent)
        self._box.setZValue(4)
        self._scene.addItem(self._box)

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        box = QRectF(self._start.scene, pointer.scene).normalized()
        self._box.setRect(box)
        inside, beside = self._scene.nodes_in(box), self._scene.beside.keys_in(box)
        if pointer.keys & _TOGGLE:
            kept = [name for name in self._before if name not in inside]
            others = [key for key in self._keys if key not in beside]
            new = (name for name in inside if name not in self._before)
            self._scene.select([*kept, *new], (), [*others, *(key for key in beside if key not in self._keys)])
        else:
            is_adding = bool(pointer.keys & _ADD)
            kept = list(self._before) if is_adding else []
            self._scene.select([*kept, *inside], (), [*(self._keys if is_adding else ()), *beside])

    def finish(self, pointer: Pointer) -> None:
        if self._start is not None and (pointer.is_far_from(self._start) or not pointer.keys & (_ADD | _TOGGLE)):
            self.move(pointer)
        self._scene.removeItem(self._box)

    def cancel(self) -> None:
        self._scene.select(self._before, self._edges, self._keys)
        self._scene.removeItem(self._box)


class MoveNodes:
    """Drags the selected nodes; says so once, at the end. A mere click only selects.

    They snap to their neighbours' lines and to the grid; Ctrl suspends that.
    """

    def __init__(self, view: "GraphView", name: str) -> None:
        self._view = view
        self._scene = view.graph_scene
        self._name = name
        self._start: Pointer | None = None
        self._places: dict[str, Position] = {}
        self._was_selected = False
        self._can_insert = False
        self._edge: Edge | None = None
        self._guides: Guides | None = None

    def start(self, pointer: Pointer) -> None:
        self._start = pointer
        selected = self._scene.selected_nodes()
        self._was_selected = self._name in selected
        if pointer.keys & (_ADD | _TOGGLE):
            is_leaving = self._was_selected and pointer.keys & _TOGGLE
            kept = [name for name in selected if name != self._name]
            self._scene.select(kept if is_leaving else [*kept, self._name])
        elif not self._was_selected:
            self._scene.select([self._name])

    def move(self, pointer: Pointer) -> None:
        if self._start is None or not (self._places or pointer.is_far_from(self._start)):
            return
        if not self._places:
            self._hold()
        if self._name not in self._places:
            return
        dx, dy = self._fitted(pointer.scene - self._start.scene, pointer)
        self._scene.move_nodes({name: (left + dx, top + dy) for name, (left, top) in self._places.items()})
        self._seek_edge(pointer)

    def finish(self, pointer: Pointer) -> None:
        self.move(pointer)
        if self._start is not None and not pointer.is_far_from(self._start) and not self._places:
            if self._was_selected and not pointer.keys & (_ADD | _TOGGLE):
                self._scene.select([self._name])
            return
        edge, moved = self._edge, self._moved()
        places = {name: self._scene.nodes[name].pos().toTuple() for name in self._places if name in self._scene.nodes}
        self._release()
        if edge is not None:
            self._view.intents.nodes_dropped_on_edge.emit(places, edge)
        elif moved:
            self._view.intents.nodes_moved.emit(moved)

    def cancel(self) -> None:
        self._scene.move_nodes(self._places)
        self._release()

    def _fitted(self, offset: QPointF, pointer: Pointer) -> tuple[float, float]:
        """Return how far the nodes go: to a line or the grid nearby, or just where the pointer is."""
        if self._guides is None or pointer.keys & _TOGGLE:
            if self._guides is not None:
                self._guides.clear()
            return round(offset.x()), round(offset.y())
        return self._guides.fitted(offset, self._view.zoom(), self._view.snaps)

    def _hold(self) -> None:
        self._scene.settle()
        names = [name for name in self._scene.selected_nodes() if name in self._scene.nodes]
        self._places = {name: self._scene.nodes[name].pos().toTuple() for name in names}
        self._scene.held = frozenset(names)
        self._can_insert = self._scene.can_stand_on_edge(names)
        if self._name in self._places:
            self._guides = Guides(self._scene, self._name, names, self._view.visible_box())

    def _release(self) -> None:
        self._view.tip.hide()
        self._scene.held = frozenset()
        self._scene.light(None)
        if self._guides is not None:
            self._guides.end()

    def _moved(self) -> dict[str, Position]:
        now = {name: self._scene.nodes[name].pos().toTuple() for name in self._places if name in self._scene.nodes}
        return {name: place for name, place in now.items() if place != self._places[name]}

    def _seek_edge(self, pointer: Pointer) -> None:
        """Light the wire that the nodes would be inserted in, if they can stand on one; Alt suspends."""
        self._edge = None
        if self._can_insert and not pointer.keys & _ALT:
            box = self._scene.bounds(self._places)
            self._edge = edge_through(self._scene, box.adjusted(24, 12, -24, -12), self._scene.held)
        self._scene.light(self._edge)
        where = self._view.tr("Inserts between {0} and {1}; Alt only moves")
        text = where.format(self._edge.source.node, self._edge.target.node) if self._edge else ""
        self._view.show_tip(text, pointer.view)
