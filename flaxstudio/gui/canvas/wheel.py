"""What wheels and touchpads do: a mouse's wheel zooms or scrolls, two fingers on a touchpad pan and pinch."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QWheelEvent

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

_ZOOM_A_DEGREE = 1.0015
_SCROLL = 0.5
"""Px that the view moves for an eighth of a degree of the wheel: a notch is 60 px."""
_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


def turn_wheel(view: "GraphView", event: QWheelEvent) -> None:
    """Zoom at the pointer or move the view."""
    turn = event.angleDelta()
    if event.modifiers() & _CTRL or (not is_touchpad(event) and view.wheel == "zoom" and not event.modifiers() & _SHIFT):
        view.zoom_to(view.zoom() * _ZOOM_A_DEGREE ** (turn.y() or turn.x()), event.position().toPoint())
    elif not event.pixelDelta().isNull():
        view.pan(-event.pixelDelta())
    else:
        by = QPointF(turn) * _SCROLL
        is_sideways = event.modifiers() & _SHIFT and not turn.x()
        view.pan(-(QPoint(round(by.y()), 0) if is_sideways else by.toPoint()))
    event.accept()


def is_touchpad(event: QWheelEvent) -> bool:
    """Return whether fingers scroll: the device says so, or it tells px and where a movement begins and ends."""
    if event.deviceType() == QInputDevice.DeviceType.TouchPad:
        return True
    return event.phase() != Qt.ScrollPhase.NoScrollPhase and not event.pixelDelta().isNull()


def pinch(view: "GraphView", event: QNativeGestureEvent) -> bool:
    """Follow a touchpad's gesture; returns whether it is one that the canvas knows."""
    at = event.position().toPoint()
    match event.gestureType():
        case Qt.NativeGestureType.ZoomNativeGesture:
            view.zoom_to(view.zoom() * (1 + event.value()), at)
        case Qt.NativeGestureType.PanNativeGesture:
            view.pan(-event.delta().toPoint())
        case Qt.NativeGestureType.SmartZoomNativeGesture:
            if view.zoom() < 1.0:
                view.zoom_to(1.0, at)
            else:
                view.fit(view.graph_scene.bounds())
        case _:
            return False
    return True
