"""Fingers on a touch screen: one pans or drags, two pinch, a tap selects, a long press opens the menu."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QEventPoint, QGuiApplication, QInputDevice, QTouchEvent

from flaxstudio.gui.canvas.clicks import double_click, open_menu_at
from flaxstudio.gui.canvas.gestures import Gesture, Pan, Pointer
from flaxstudio.gui.canvas.presses import gesture_of_press

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

_MOVED = 12
"""Px that a finger may tremble without being said to move."""
_NONE = Qt.KeyboardModifier.NoModifier
_LEFT = Qt.MouseButton.LeftButton


class Touch(QObject):
    """Turns the points of a touch screen into gestures of the canvas."""

    def __init__(self, view: "GraphView") -> None:
        super().__init__(view)
        self._view = view
        self._start: QPoint | None = None
        self._gesture: Gesture | None = None
        self._last_pair: tuple[QPointF, float] | None = None
        self._is_spent = False
        self._last_tap = QPoint()
        self._since_tap = QElapsedTimer()
        self._long = QTimer(self, singleShot=True, interval=QGuiApplication.styleHints().mousePressAndHoldInterval())
        self._long.timeout.connect(self._on_long_press)

    def handle(self, event: QTouchEvent) -> bool:
        """Follow the fingers; returns whether they are those of a touch screen."""
        if event.deviceType() != QInputDevice.DeviceType.TouchScreen:
            return False
        event.accept()
        points = [point for point in event.points() if point.state() != QEventPoint.State.Released]
        if event.type() == QEvent.Type.TouchCancel:
            self.cancel()
        elif len(points) >= 2:
            self._on_two(points)
        elif len(points) == 1 and self._last_pair is None and not self._is_spent:
            self._on_one(points[0].position().toPoint())
        elif not points:
            self._on_lifted(event.points()[0].position().toPoint() if event.points() else QPoint())
        return True

    def cancel(self) -> None:
        """Forget the fingers and what they drag."""
        self._long.stop()
        if self._gesture is not None:
            self._gesture.cancel()
        self._gesture, self._start, self._last_pair, self._is_spent = None, None, None, False

    def _on_one(self, at: QPoint) -> None:
        if self._start is None:
            self._start = at
            self._long.start()
        elif self._gesture is not None:
            self._gesture.move(self._pointer(at))
        elif (at - self._start).manhattanLength() > _MOVED and self._long.isActive():
            self._long.stop()
            self._gesture = self._gesture_at(self._pointer(self._start))
            self._gesture.start(self._pointer(self._start))
            self._gesture.move(self._pointer(at))

    def _on_two(self, points: Sequence[QEventPoint]) -> None:
        """Zoom by how the fingers part, and pan by where they go."""
        first, second = points[0].position(), points[1].position()
        centre, apart = (first + second) / 2, math.dist(first.toTuple(), second.toTuple())
        if self._last_pair is None:
            self.cancel()
        else:
            before, apart_before = self._last_pair
            self._view.pan((before - centre).toPoint())
            self._view.zoom_to(self._view.zoom() * apart / max(apart_before, 1.0), centre.toPoint())
        self._last_pair = centre, apart

    def _on_lifted(self, at: QPoint) -> None:
        if self._gesture is not None:
            self._gesture.finish(self._pointer(at))
            self._gesture = None
        elif self._start is not None and self._long.isActive():
            self._tap(self._start)
        self.cancel()

    def _tap(self, at: QPoint) -> None:
        """Select, as a click does; twice, open or rename or search, as a double-click does."""
        limit = QGuiApplication.styleHints().mouseDoubleClickInterval()
        is_second = self._since_tap.isValid() and self._since_tap.elapsed() < limit
        if is_second and (at - self._last_tap).manhattanLength() < 2 * _MOVED and double_click(self._view, self._pointer(at)):
            self._since_tap.invalidate()
            return
        self._last_tap = at
        self._since_tap.start()
        pointer = self._pointer(at)
        if gesture := gesture_of_press(self._view, _LEFT, pointer):
            gesture.start(pointer)
            gesture.finish(pointer)

    def _on_long_press(self) -> None:
        if self._start is not None and self._gesture is None:
            at, self._start, self._is_spent = self._start, None, True
            open_menu_at(self._view, self._pointer(at))

    def _gesture_at(self, pointer: Pointer) -> Gesture:
        """Return what a finger drags: a node, a wire from a port, or the view where there is nothing."""
        scene = self._view.graph_scene
        has_port = self._view.has_ports() and scene.port_at(pointer.scene, self._view.port_reach()) is not None
        if has_port or scene.node_at(pointer.scene):
            return gesture_of_press(self._view, _LEFT, pointer) or Pan(self._view)
        return Pan(self._view)

    def _pointer(self, at: QPoint) -> Pointer:
        return Pointer(self._view.mapToScene(at), at, _NONE)
