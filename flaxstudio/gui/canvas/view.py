"""The window onto the scene: pans and zooms, hands presses to gestures and keys to acts."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QTouchEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QLabel, QWidget

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.beside import Hit, cursor_of
from flaxstudio.gui.canvas.beside_editor import BesideEditor
from flaxstudio.gui.canvas.clicks import double_click, open_menu_at
from flaxstudio.gui.canvas.drops import EDGE_REACH, can_be_dropped, drop, edge_for_drop
from flaxstudio.gui.canvas.edge_scroll import EdgeScroll
from flaxstudio.gui.canvas.fit_room import fitted
from flaxstudio.gui.canvas.gestures import Gesture, Pan, Pointer
from flaxstudio.gui.canvas.grid import paint_grid
from flaxstudio.gui.canvas.hover_card import Hovering
from flaxstudio.gui.canvas.intents import Intents
from flaxstudio.gui.canvas.key_modes import JumpLetters, KeyMode
from flaxstudio.gui.canvas.key_wires import KeyMove, KeyWire
from flaxstudio.gui.canvas.node_painter import TITLE_BELOW
from flaxstudio.gui.canvas.port_painter import Side
from flaxstudio.gui.canvas.presses import gesture_of_press
from flaxstudio.gui.canvas.scene import GraphScene
from flaxstudio.gui.canvas.searching import Wanted
from flaxstudio.gui.canvas.tools import Tool
from flaxstudio.gui.canvas.touch import Touch
from flaxstudio.gui.canvas.wheel import pinch, turn_wheel
from flaxstudio.gui.commands.command import Need
from flaxstudio.gui.commands.keymap import KeyMap
from flaxstudio.gui.settings import Wheel
from flaxstudio.project.annotations import DotOf

LEAST_ZOOM, MOST_ZOOM = 0.05, 4.0
_TIP_WIDTH = 300
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)
_BORDER_REACH = 5


class GraphView(QGraphicsView):
    """Shows a part of the scene. What the user asks for goes out through `intents`."""

    view_moved = Signal()
    focus_moved = Signal(bool)
    dragged = Signal(object)
    """Something is dragged to a point of the viewport, a QPoint; None: it is no more."""
    left = Signal()
    """The view is about to jump to another part of the graph."""
    search_asked = Signal(object)
    """The search popup is to open for what is Wanted."""

    def __init__(self, scene: GraphScene, intents: Intents, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.graph_scene = scene
        self.intents = intents
        self.keys = KeyMap()
        self.tip = QLabel(self)
        self.tip.setObjectName("tip")
        self.tip.hide()
        self.editor = BesideEditor(self)
        self.hovering = Hovering(self)
        self.wheel: Wheel = "zoom"
        self.snaps = True
        self.covered = QRect()  # what lies over a corner of the viewport
        self._gesture: Gesture | None = None
        self._key_mode: KeyMode | None = None
        self._touch = Touch(self)
        self._edge_scroll = EdgeScroll(self._scroll_on, self)
        self._button = Qt.MouseButton.NoButton
        self._is_menu_due = True
        self.tool = Tool(self)
        self._pointer: Pointer | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAcceptDrops(True)
        self.centerOn(0, 0)

    # Zoom and pan

    def zoom(self) -> float:
        """Return the scale: 1.0 is 100 %."""
        return self.transform().m11()

    def zoom_to(self, scale: float, at: QPoint) -> None:
        """Zoom within 5 to 400 %, keeping the scene's point under a viewport point where it is."""
        before = self.mapToScene(at)
        scale = max(LEAST_ZOOM, min(MOST_ZOOM, scale))
        self.setTransform(self.transform().fromScale(scale, scale))
        self.graph_scene.show_at_scale(scale)
        self.pan(self.mapFromScene(before) - at)

    def pan(self, by: QPoint) -> None:
        """Move the view over the scene by viewport px."""
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + by.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + by.y())
        self.view_moved.emit()

    def fit(self, box: QRectF) -> None:
        """Show a box of the scene whole, at most at 100 %."""
        if box.isEmpty():
            return
        self.left.emit()
        room = self.viewport().rect()
        scale, middle = fitted(box.size(), room, self.covered)
        self.zoom_to(scale, room.center())
        self.centerOn(box.center() + (QRectF(room).center() - middle) / self.zoom())
        self.view_moved.emit()

    def visible_box(self) -> QRectF:
        """Return what is in view, in scene px."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def has_ports(self) -> bool:
        """Return whether ports are large enough to be drawn and used."""
        return self.zoom() >= TITLE_BELOW

    # Pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.end_key_mode()
        self.hovering.end()
        pointer = self._pointer_of(event)
        self._is_menu_due = True
        if self._gesture is None and (gesture := gesture_of_press(self, event.button(), pointer)):
            self._gesture, self._button = gesture, event.button()
            self._is_menu_due = event.button() != Qt.MouseButton.RightButton
            gesture.start(pointer)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointer = self._pointer = self._pointer_of(event)
        if self._gesture is not None:
            self._gesture.move(pointer)
            self.dragged.emit(pointer.view)
            if not isinstance(self._gesture, Pan):
                self._edge_scroll.follow(pointer.view, self.viewport().rect())
        else:
            self._hover(pointer)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None and event.button() == self._button:
            gesture, self._gesture = self._gesture, None
            self._edge_scroll.end()
            gesture.finish(self._pointer_of(event))
            self.tool.used()
            self.dragged.emit(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not double_click(self, self._pointer_of(event)):
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self._is_menu_due and event.reason() == QContextMenuEvent.Reason.Mouse:
            return  # the press began a stroke
        open_menu_at(self, Pointer(self.mapToScene(event.pos()), event.pos(), event.modifiers()))

    def enterEvent(self, event: QEnterEvent) -> None:
        at = event.position().toPoint()
        self._pointer = Pointer(self.mapToScene(at), at, Qt.KeyboardModifier.NoModifier)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.hovering.end()
        self.graph_scene.light(None)
        self.graph_scene.hover("")
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn_wheel(self, event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and pinch(self, event):
            return True
        if isinstance(event, QTouchEvent) and self._touch.handle(event):
            return True
        return super().viewportEvent(event)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_telling = self.hovering.is_held
        self.hovering.end()
        if is_telling and event.key() == Qt.Key.Key_Escape:
            return
        if self._key_mode is not None:
            if event.key() not in _MODIFIERS and not self._key_mode.key(event):
                self.end_key_mode()
        elif event.key() == Qt.Key.Key_Escape and (self._gesture is not None or self.tool.is_chosen):
            self.cancel_gesture()
        elif name := self.keys.on_canvas(event, self.holds):
            if not self.tool.hold(name, event):
                self.intents.command_requested.emit(name)
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self.tool.release(event)

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Leave Tab to the command that has it; Shift+Tab still leaves the canvas."""
        is_taken = is_next and any("Tab" in keys for keys in self.keys.keys.values())
        return False if is_taken else super().focusNextPrevChild(is_next)

    def draw_wire(self, is_moved: bool = False) -> None:
        """Let keys draw a wire from the node selected last, or move its wires; without one, say what to do first."""
        names = self.graph_scene.selected_nodes()
        if names:
            self._begin_key_mode(KeyMove(self, names[-1]) if is_moved else KeyWire(self, names[-1]))
        else:
            self.intents.spoken.emit(self.tr("Select a node first: the wire begins there."))

    def jump(self) -> None:
        """Let letters choose among the nodes in sight."""
        if self.graph_scene.nodes:
            self._begin_key_mode(JumpLetters(self))

    def _begin_key_mode(self, mode: KeyMode) -> None:
        self.end_key_mode()
        self._key_mode = mode
        self.setFocus()

    def end_key_mode(self) -> None:
        """Give the keys back to the commands."""
        if self._key_mode is not None:
            mode, self._key_mode = self._key_mode, None
            mode.end()

    def bring_into_sight(self, name: str) -> None:
        """Scroll as little as is needed to see a node whole."""
        self.bring_box_into_sight(self.graph_scene.nodes[name].box())

    def bring_box_into_sight(self, box: QRectF) -> None:
        """Scroll as little as is needed to see a box of the scene."""
        if not self.visible_box().contains(box):
            self.ensureVisible(box, 40, 40)
            self.view_moved.emit()

    def holds(self, need: Need) -> bool:
        """Return whether what a command needs is selected."""
        scene = self.graph_scene
        match need:
            case "nodes":
                return bool(scene.selected_nodes())
            case "wires":
                return bool(scene.selected_edges())
            case "things":
                return bool(scene.selected_nodes() or scene.beside.selected_items)
            case "selection":
                return bool(scene.selected_nodes() or scene.beside.selected or scene.selected_edges())
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_moved.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.tool.lose_focus()
        self.end_key_mode()
        self.hovering.end()
        super().focusOutEvent(event)
        self.focus_moved.emit(False)

    def cancel_gesture(self) -> None:
        """End what is being dragged or chosen by keys without a trace."""
        self.end_key_mode()
        self.tool.end()
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            self._edge_scroll.end()
            gesture.cancel()
            self.dragged.emit(None)
        self._touch.cancel()

    @property
    def pointer(self) -> Pointer | None:
        """Where the pointer is over the canvas, None while it is elsewhere."""
        if self._pointer is None:
            return None
        at = self._pointer.view
        return Pointer(self.mapToScene(at), at, Qt.KeyboardModifier.NoModifier)

    def open_search_at(self, pointer: Pointer, port: Port | None = None, side: Side | None = None) -> None:
        """Ask for the search popup at a point, for a wire dropped there or for none."""
        self.search_asked.emit(Wanted(pointer, port, side))

    def open_search(self) -> None:
        """Ask for the search popup at the pointer, or in the middle if the pointer is elsewhere."""
        self.search_asked.emit(Wanted(self.pointer or self._middle(), is_by_keys=True))

    def _middle(self) -> Pointer:
        at = self.viewport().rect().center()
        return Pointer(self.mapToScene(at), at, Qt.KeyboardModifier.NoModifier)

    def show_tip(self, text: str, at: QPoint) -> None:
        """Show a short text near the pointer; "" hides it."""
        self.tip.setText(text)
        self.tip.setWordWrap(False)
        self.tip.setWordWrap(self.tip.sizeHint().width() > _TIP_WIDTH)
        self.tip.resize(_TIP_WIDTH, self.tip.heightForWidth(_TIP_WIDTH)) if self.tip.wordWrap() else self.tip.adjustSize()
        room = self.rect().bottomRight() - QPoint(self.tip.width() + 4, self.tip.height() + 4)
        self.tip.move(max(0, min(at.x() + 16, room.x())), max(0, min(at.y() + 16, room.y())))
        self.tip.setVisible(bool(text))

    # Drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if can_be_dropped(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()
        self.graph_scene.light(edge_for_drop(self, event))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002 - Qt's signature
        self.graph_scene.light(None)

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        drop(self, event)

    # Painting

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        paint_grid(painter, QRectF(rect), self.zoom(), self.graph_scene.tokens)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.view_moved.emit()

    # Steps

    def _pointer_of(self, event: QMouseEvent) -> Pointer:
        at = event.position().toPoint()
        return Pointer(self.mapToScene(at), at, event.modifiers())

    def _scroll_on(self, by: QPoint) -> None:
        """Move the view below what is being dragged."""
        if self._gesture is None or self._pointer is None:
            self._edge_scroll.end()
            return
        self.pan(by)
        at = self._pointer.view
        self._gesture.move(Pointer(self.mapToScene(at), at, self._pointer.keys))

    def _hover(self, pointer: Pointer) -> None:
        scene = self.graph_scene
        hit = scene.port_at(pointer.scene, self.port_reach()) if self.has_ports() else None
        name = scene.node_at(pointer.scene)
        is_over = hit is not None or name is not None
        scene.hover(name or "")
        scene.light(None if is_over else self.edge_at(pointer))
        scene.swell(hit)
        beside = None if is_over or scene.lit else self.beside_at(pointer)
        self.hovering.rest(hit or name or scene.lit or (beside.key if beside and isinstance(beside.key, DotOf) else None))
        if not self.tool.is_chosen:
            shape = cursor_of(beside) if beside else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(Qt.CursorShape.CrossCursor if hit else shape)

    def edge_at(self, pointer: Pointer) -> Edge | None:
        """Return the wire under the pointer."""
        return self.graph_scene.edge_at(pointer.scene, EDGE_REACH / self.zoom())

    def beside_at(self, pointer: Pointer) -> Hit | None:
        """Return what of a frame, note or dot is under the pointer."""
        return self.graph_scene.beside.hit(pointer.scene, _BORDER_REACH / self.zoom()) if self.has_ports() else None

    def port_reach(self) -> float:
        """Return a port's hit radius in scene px: never less than its size on the screen."""
        return t.PORT_HIT / 2 / min(1.0, self.zoom())

    def escape(self) -> None:
        """Clear the selection, or leave the block where nothing is selected."""
        self.intents.cancel_requested.emit()
        if self.holds("selection"):
            self.graph_scene.select([])
        else:
            self.intents.leave_requested.emit()
