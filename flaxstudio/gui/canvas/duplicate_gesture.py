"""Alt and drag: copies of the selected nodes are dragged off, the nodes themselves stay."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsItemGroup, QGraphicsPixmapItem, QGraphicsRectItem

from flaxstudio.gui.canvas.gestures import Pointer
from flaxstudio.gui.canvas.node_painter import MARGIN
from flaxstudio.gui.canvas.snapping import snapped

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

_MOST_PICTURES = 40
"""Beyond that many nodes, boxes are dragged instead of pictures."""
_OPACITY = 0.75


class DuplicateNodes:
    """Drags pale pictures of the nodes; a mere click selects."""

    def __init__(self, view: "GraphView", name: str) -> None:
        self._view = view
        self._scene = view.graph_scene
        self._name = name
        self._names: tuple[str, ...] = ()
        self._start: Pointer | None = None
        self._copies: QGraphicsItemGroup | None = None

    def start(self, pointer: Pointer) -> None:
        self._start = pointer
        if self._name not in self._scene.selected_nodes():
            self._scene.select([self._name])
        self._names = self._scene.selected_nodes()

    def move(self, pointer: Pointer) -> None:
        if self._start is None or not (self._copies or pointer.is_far_from(self._start)):
            return
        if self._copies is None:
            self._copies = self._pictures()
            self._view.viewport().setCursor(Qt.CursorShape.DragCopyCursor)
        offset = pointer.scene - self._start.scene
        self._copies.setPos(snapped(offset.x()), snapped(offset.y()))

    def finish(self, pointer: Pointer) -> None:
        self.move(pointer)
        offset = self._copies.pos() if self._copies else None
        self.cancel()
        if offset is not None and not offset.isNull():
            self._view.intents.nodes_duplicated.emit(self._names, offset.x(), offset.y())

    def cancel(self) -> None:
        if self._copies is not None:
            self._scene.removeItem(self._copies)
            self._copies = None
        self._view.viewport().unsetCursor()

    def _pictures(self) -> QGraphicsItemGroup:
        group = QGraphicsItemGroup()
        ratio = self._view.devicePixelRatioF() * max(self._view.zoom(), 1.0)
        for name in self._names:
            item = self._scene.nodes[name]
            copy: QGraphicsPixmapItem | QGraphicsRectItem
            if len(self._names) <= _MOST_PICTURES:
                copy = QGraphicsPixmapItem(self._scene.picture_of(name, ratio))
                copy.setPos(item.pos().x() - MARGIN, item.pos().y() - MARGIN)
            else:
                copy = QGraphicsRectItem(item.box())
                copy.setPen(QColor(self._scene.tokens.accent))
            group.addToGroup(copy)
        group.setOpacity(_OPACITY)
        group.setZValue(3)
        self._scene.addItem(group)
        return group
