"""A canvas with a document behind it, and a mouse that works in scene px: for the tests of the canvas."""

from itertools import pairwise

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.graph.shape import ArrayShape, GraphShapes, NodeShape
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.tokens import LIGHT
from flaxstudio.layers import catalogue
from flaxstudio.project.document import Document
from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Project, check_project

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CATALOGUE = catalogue()


def chain() -> Project:
    """Return input_1 -> dense_1 -> relu_1 -> output_1 in a row, with an unconnected dropout_1 below."""
    layers = {"input_1": "Input", "dense_1": "Dense", "relu_1": "relu", "output_1": "Output", "dropout_1": "Dropout"}
    names = list(layers)
    graph = Graph(
        tuple(Node(name, layer) for name, layer in layers.items()),
        tuple(edge(source, target) for source, target in pairwise(names[:4])),
    )
    positions = {name: (i * 260.0, 0.0) for i, name in enumerate(names[:4])} | {"dropout_1": (0.0, 200.0)}
    return Project("Small", graph, positions)


class CanvasMouse:
    """A mouse over a shown canvas; points are in scene px."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    def at(self, x: float, y: float) -> QPoint:
        """Return a scene point in the viewport's px."""
        return self.canvas.view.mapFromScene(QPointF(x, y))

    def title_of(self, name: str) -> tuple[float, float]:
        """Return a point on a node's title, in scene px."""
        box = self.canvas.scene.nodes[name].box()
        return box.left() + 60, box.top() + 16

    def port_of(self, name: str, side: str = "out", port: str = "") -> tuple[float, float]:
        """Return a port's centre, in scene px."""
        return self.canvas.scene.nodes[name].port_point(side, port or side).toTuple()

    def press(self, x: float, y: float, keys=NONE, button=LEFT) -> None:
        QTest.mousePress(self.canvas.view.viewport(), button, keys, self.at(x, y))

    def move(self, x: float, y: float, keys=NONE, button=LEFT) -> None:
        # QTest.mouseMove sends no held buttons and no keys, so the event is made here
        viewport, at = self.canvas.view.viewport(), QPointF(self.at(x, y))
        event = QMouseEvent(QMouseEvent.Type.MouseMove, at, viewport.mapToGlobal(at), button, button, keys)
        QApplication.sendEvent(viewport, event)

    def release(self, x: float, y: float, keys=NONE, button=LEFT) -> None:
        QTest.mouseRelease(self.canvas.view.viewport(), button, keys, self.at(x, y))

    def click(self, x: float, y: float, keys=NONE) -> None:
        self.press(x, y, keys)
        self.release(x, y, keys)

    def drag(self, start: tuple[float, float], end: tuple[float, float], keys=NONE, button=LEFT) -> None:
        """Press, move in three steps and release."""
        self.press(*start, keys, button)
        for share in (0.3, 0.7, 1.0):
            self.move(*(a + (b - a) * share for a, b in zip(start, end, strict=True)), keys, button)
        self.release(*end, keys, button)

    def key(self, key: Qt.Key, keys=NONE) -> None:
        QTest.keyClick(self.canvas.view, key, keys)

    def drop(self, mime, x: float, y: float) -> None:
        """Drag data in from outside and let it go."""
        copy, at = Qt.DropAction.CopyAction, self.at(x, y)
        viewport = self.canvas.view.viewport()
        QApplication.sendEvent(viewport, QDragEnterEvent(at, copy, mime, LEFT, NONE))
        QApplication.sendEvent(viewport, QDragMoveEvent(at, copy, mime, LEFT, NONE))
        QApplication.sendEvent(viewport, QDropEvent(QPointF(at), copy, mime, LEFT, NONE))


class Desk(CanvasMouse):
    """A canvas of 1200 x 800 that redisplays its document after every edit, and a log of its intents."""

    def __init__(self, qtbot, project: Project) -> None:
        self.document = Document(project)
        super().__init__(Canvas(CATALOGUE, LIGHT))
        qtbot.addWidget(self.canvas)
        self.log: list[tuple] = []
        for name in (
            *("layer_dropped", "layer_chosen", "layer_dropped_on_edge", "edge_drawn", "nodes_moved", "nodes_dropped_on_edge"),
            *("nodes_duplicated", "wires_moved", "wires_cut", "menu_requested"),
            *("delete_requested", "selection_changed", "rename_requested", "file_dropped"),
        ):
            getattr(self.canvas, name).connect(lambda *values, name=name: self.log.append((name, *values)))
        self.canvas.command_requested.connect(lambda name: self.canvas.acts[name]())
        self.canvas.resize(1200, 800)
        self.canvas.show()
        self.document.on_change = self.display
        self.display()
        self.canvas.view.zoom_to(1.0, QPoint(0, 0))
        self.canvas.view.centerOn(400, 150)

    def display(self) -> None:
        """Show the document as it is now."""
        shapes = GraphShapes({"dense_1": NodeShape(ArrayShape((64,)), 1664)})
        self.canvas.display(self.document.project, check_project(self.document.project, CATALOGUE), shapes)

    def edit(self, edit: Edit) -> None:
        """Carry out an edit."""
        self.document.edit(edit)

    def logged(self, name: str) -> list[tuple]:
        """Return what the canvas asked for under that name."""
        return [entry[1:] for entry in self.log if entry[0] == name]
