"""Dragging what lies beside the graph: frames with all that lies in them, notes and dots; and pulling at their borders."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from flaxstudio.gui.canvas.beside import Grip, Key
from flaxstudio.gui.canvas.gestures import Pointer
from flaxstudio.gui.canvas.held_things import held_things
from flaxstudio.gui.canvas.snapping import snapped
from flaxstudio.project.annotations import LEAST_HEIGHT, LEAST_WIDTH, DotOf

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

_ADD = Qt.KeyboardModifier.ShiftModifier
_TOGGLE = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


class MoveThings:
    """Drags selected nodes, frames, notes and dots together, snapped to the grid; says so once, at the end.

    A frame takes along what lies in it; Alt moves it alone. `pressed` is a frame, note or dot; `node` a node instead.
    """

    def __init__(self, view: "GraphView", pressed: Key | None, node: str = "") -> None:
        self._view = view
        self._scene = view.graph_scene
        self._beside = view.graph_scene.beside
        self._pressed = pressed
        self._node = node
        self._start: Pointer | None = None
        self._was_selected = False
        self._nodes: dict[str, QPointF] = {}
        self._corners: dict[str, QPointF] = {}
        self._dots: dict[DotOf, QPointF] = {}
        self._way = QPointF()
        self._is_dragging = False

    def start(self, pointer: Pointer) -> None:
        self._start = pointer
        nodes, edges, keys = self._scene.selected_nodes(), self._scene.selected_edges(), self._beside.selected
        self._was_selected = self._node in nodes or self._pressed in keys
        if self._pressed is None:
            return
        if pointer.keys & (_ADD | _TOGGLE):
            is_leaving = self._was_selected and pointer.keys & _TOGGLE
            kept = [key for key in keys if key != self._pressed]
            self._scene.select(nodes, edges, kept if is_leaving else [*kept, self._pressed])
        elif not self._was_selected:
            self._scene.select([], [], [self._pressed])

    def move(self, pointer: Pointer) -> None:
        if self._start is None or not (self._is_dragging or pointer.is_far_from(self._start)):
            return
        if not self._is_dragging:
            self._hold(bool(pointer.keys & _ALT))
        way, anchor = pointer.scene - self._start.scene, self._anchor()
        self._put(QPointF(snapped(anchor.x() + way.x()), snapped(anchor.y() + way.y())) - anchor)

    def finish(self, pointer: Pointer) -> None:
        self.move(pointer)
        if not self._is_dragging:
            if self._was_selected and not pointer.keys & (_ADD | _TOGGLE):
                self._scene.select([self._node] if self._node else [], [], [self._pressed] if self._pressed else [])
            return
        self._scene.held = frozenset()
        if not self._way.isNull():
            nodes, corners, dots = (
                {key: (place + self._way).toTuple() for key, place in places.items()}
                for places in (self._nodes, self._corners, self._dots)
            )
            self._view.intents.things_moved.emit(nodes, corners, dots)

    def cancel(self) -> None:
        if self._is_dragging:
            self._put(QPointF())
            self._scene.held = frozenset()

    def _anchor(self) -> QPointF:
        """Return the place that is snapped to the grid: that of what was pressed."""
        if self._node:
            return self._nodes.get(self._node, QPointF())
        if isinstance(self._pressed, DotOf):
            return self._dots.get(self._pressed, QPointF())
        return self._corners.get(str(self._pressed), QPointF())

    def _hold(self, is_alone: bool) -> None:
        """Note where all that is to be moved lies: what is selected, and what lies in the selected frames."""
        self._is_dragging = True
        held = held_things(self._scene, is_alone)
        self._nodes = {name: QPointF(*place) for name, place in held.nodes.items()}
        self._corners = {name: QPointF(*place) for name, place in held.corners.items()}
        self._dots = {dot: QPointF(*place) for dot, place in held.dots.items()}
        self._scene.held = frozenset(held.nodes)

    def _put(self, way: QPointF) -> None:
        self._way = way
        corners = {name: place + way for name, place in self._corners.items()}
        edges = self._beside.put(corners, {dot: place + way for dot, place in self._dots.items()})
        if self._nodes:
            self._scene.move_nodes({name: (place + way).toTuple() for name, place in self._nodes.items()})
        self._scene.lay_edges(edges)


class ResizeThing:
    """Pulls at the border of a frame or note."""

    def __init__(self, view: "GraphView", name: str, grip: Grip) -> None:
        self._view = view
        self._beside = view.graph_scene.beside
        self._name = name
        self._grip = grip
        self._start: Pointer | None = None
        self._before = QRectF()

    def start(self, pointer: Pointer) -> None:
        self._start = pointer
        self._before = self._beside.box_of(self._name)
        self._view.graph_scene.select([], [], [self._name])

    def move(self, pointer: Pointer) -> None:
        if self._start is not None:
            self._show(self._pulled(pointer.scene - self._start.scene))

    def finish(self, pointer: Pointer) -> None:
        self.move(pointer)
        box = self._beside.box_of(self._name)
        if box != self._before:
            self._view.intents.item_resized.emit(self._name, box.getRect())

    def cancel(self) -> None:
        self._show(self._before)

    def _show(self, box: QRectF) -> None:
        self._beside.item(self._name).put(box)

    def _pulled(self, way: QPointF) -> QRectF:
        box = QRectF(self._before)
        if "left" in self._grip:
            box.setLeft(min(snapped(box.left() + way.x()), box.right() - LEAST_WIDTH))
        if "right" in self._grip:
            box.setRight(max(snapped(box.right() + way.x()), box.left() + LEAST_WIDTH))
        if "top" in self._grip:
            box.setTop(min(snapped(box.top() + way.y()), box.bottom() - LEAST_HEIGHT))
        if "bottom" in self._grip:
            box.setBottom(max(snapped(box.bottom() + way.y()), box.top() + LEAST_HEIGHT))
        return box
