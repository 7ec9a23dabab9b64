"""A stroke with the pointer that cuts every wire it goes through."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from flaxstudio.graph.graph import Edge
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.gestures import Pointer
from flaxstudio.gui.canvas.near_wires import edges_across

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView


class CutWires:
    """Draws the stroke, shows which wires it goes through, and asks for their end at release."""

    def __init__(self, view: "GraphView") -> None:
        self._view = view
        self._scene = view.graph_scene
        self._last: QPointF | None = None
        self._path = QPainterPath()
        self._stroke = QGraphicsPathItem()
        self._cut: dict[Edge, None] = {}

    def start(self, pointer: Pointer) -> None:
        self._last = pointer.scene
        self._path.moveTo(pointer.scene)
        pen = QPen(QColor(self._scene.tokens.error), t.WIRE_WIDTH, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([3, 2])
        pen.setCosmetic(True)
        self._stroke.setPen(pen)
        self._stroke.setZValue(4)
        self._scene.addItem(self._stroke)
        self._view.viewport().setCursor(Qt.CursorShape.CrossCursor)

    def move(self, pointer: Pointer) -> None:
        if self._last is None or pointer.scene == self._last:
            return
        for edge in edges_across(self._scene, self._last, pointer.scene):
            if edge not in self._cut:
                self._cut[edge] = None
                self._scene.edges[edge].show_cut(True)
        self._path.lineTo(pointer.scene)
        self._stroke.setPath(self._path)
        self._last = pointer.scene
        count = len(self._cut)
        text = self._view.tr("Cuts 1 wire") if count == 1 else self._view.tr("Cuts {0} wires").format(count) if count else ""
        self._view.show_tip(text, pointer.view)

    def finish(self, pointer: Pointer) -> None:
        self.move(pointer)
        wires = tuple(edge for edge in self._cut if edge in self._scene.edges)
        self.cancel()
        if wires:
            self._view.intents.wires_cut.emit(wires)

    def cancel(self) -> None:
        self._scene.removeItem(self._stroke)
        for edge in self._cut:
            if edge in self._scene.edges:
                self._scene.edges[edge].show_cut(False)
        self._view.tip.hide()
        self._view.viewport().unsetCursor()
