"""Going about the canvas with wheel, touchpad, touch screen and what is dragged to the edge."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.gui.canvas.guides import GuideLines
from flaxstudio.project import edits
from tests.gui.canvas_desk import Desk, chain

NONE, CTRL, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
EMPTY = (100.0, 400.0)


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, chain())


class Fingers:
    """Fingers on a touch screen over the canvas, each at a point of the viewport."""

    def __init__(self, desk: Desk) -> None:
        self._viewport = desk.canvas.view.viewport()
        self._device = QTest.createTouchDevice(QInputDevice.DeviceType.TouchScreen)

    def press(self, *points: QPoint) -> None:
        self._send("press", points)

    def move(self, *points: QPoint) -> None:
        self._send("move", points)

    def release(self, *points: QPoint) -> None:
        self._send("release", points)

    def _send(self, act: str, points: tuple[QPoint, ...]) -> None:
        touch = QTest.touchEvent(self._viewport, self._device)
        for finger, point in enumerate(points):
            getattr(touch, act)(finger, self._viewport.mapToGlobal(point))
        touch.commit()


@pytest.fixture
def screen(desk) -> Fingers:
    return Fingers(desk)


def turn(desk, angle: QPoint, keys=NONE, pixels=QPoint(), phase=Qt.ScrollPhase.NoScrollPhase, device=None) -> None:
    """Turn a wheel, or scroll with two fingers, at (900, 500) of the viewport."""
    view, at = desk.canvas.view, QPointF(900, 500)
    arguments = (at, QPointF(view.viewport().mapToGlobal(at)), pixels, angle, Qt.MouseButton.NoButton, keys, phase, False)
    source = Qt.MouseEventSource.MouseEventNotSynthesized
    event = QWheelEvent(*arguments, source, device) if device else QWheelEvent(*arguments)
    QApplication.sendEvent(view.viewport(), event)


def moved(desk, act) -> QPointF:
    """Return how far the view went over the scene."""
    before = desk.canvas.view.mapToScene(0, 0)
    act()
    return desk.canvas.view.mapToScene(0, 0) - before


# Wheel and touchpad


def test_the_wheel_zooms_between_5_and_400_percent(desk):
    turn(desk, QPoint(0, 120 * 40))
    assert desk.canvas.view.zoom() == 4.0
    turn(desk, QPoint(0, -120 * 80))
    assert desk.canvas.view.zoom() == pytest.approx(0.05)


def test_the_wheel_scrolls_where_the_user_wants_that_and_zooms_with_ctrl(desk):
    desk.canvas.view.wheel = "scroll"
    assert moved(desk, lambda: turn(desk, QPoint(0, 120))) == QPointF(0, -60)
    assert moved(desk, lambda: turn(desk, QPoint(0, -120), SHIFT)) == QPointF(60, 0)
    assert desk.canvas.view.zoom() == 1.0
    turn(desk, QPoint(0, 120), CTRL)
    assert desk.canvas.view.zoom() > 1.0


def test_shift_and_wheel_scroll_sideways(desk):
    assert moved(desk, lambda: turn(desk, QPoint(0, -120), SHIFT)) == QPointF(60, 0)
    assert desk.canvas.view.zoom() == 1.0


def test_two_fingers_on_a_touchpad_pan_even_where_no_px_are_told(desk):
    device = QPointingDevice("pad", 7, QInputDevice.DeviceType.TouchPad, QPointingDevice.PointerType.Finger,
                             QInputDevice.Capability.Position, 2, 0)  # fmt: skip
    assert moved(desk, lambda: turn(desk, QPoint(-40, 80), device=device)) == QPointF(20, -40)
    assert desk.canvas.view.zoom() == 1.0


def test_ctrl_and_two_fingers_zoom(desk):
    turn(desk, QPoint(0, 60), CTRL, QPoint(0, 30), Qt.ScrollPhase.ScrollUpdate)
    assert desk.canvas.view.zoom() > 1.0


def pinch(desk, kind: Qt.NativeGestureType, value: float, delta=QPointF()) -> None:
    """Send a touchpad's gesture."""
    view, at = desk.canvas.view, QPointF(600, 400)
    device = QPointingDevice.primaryPointingDevice()
    place = QPointF(view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), QNativeGestureEvent(kind, device, 2, at, at, place, value, delta))


def test_a_pinch_on_the_touchpad_zooms(desk):
    pinch(desk, Qt.NativeGestureType.ZoomNativeGesture, 0.25)
    assert desk.canvas.view.zoom() == pytest.approx(1.25)


def test_a_pan_gesture_of_the_touchpad_pans(desk):
    act = lambda: pinch(desk, Qt.NativeGestureType.PanNativeGesture, 0.0, QPointF(12, -8))  # noqa: E731
    assert moved(desk, act) == QPointF(-12, 8)


# Touch screen


def test_one_finger_pans_on_empty_canvas(desk, screen):
    start = desk.at(*EMPTY)

    def act() -> None:
        screen.press(start)
        screen.move(start + QPoint(30, 10))
        screen.move(start + QPoint(60, 20))
        screen.release(start + QPoint(60, 20))

    assert moved(desk, act) == QPointF(-60, -20)


def test_one_finger_drags_a_node(desk, screen):
    start = desk.at(*desk.title_of("dense_1"))
    screen.press(start)
    screen.move(start + QPoint(0, 60))
    screen.move(start + QPoint(0, 120))
    screen.release(start + QPoint(0, 120))
    assert desk.logged("nodes_moved") == [({"dense_1": (260.0, 120.0)},)]


def test_two_fingers_zoom_where_they_are(desk, screen):
    view, centre = desk.canvas.view, QPoint(600, 400)
    before = view.mapToScene(centre)
    screen.press(centre - QPoint(50, 0), centre + QPoint(50, 0))
    screen.move(centre - QPoint(100, 0), centre + QPoint(100, 0))
    screen.release(centre - QPoint(100, 0), centre + QPoint(100, 0))
    assert view.zoom() == pytest.approx(2.0)
    assert (view.mapFromScene(before) - centre).manhattanLength() <= 2


def test_a_tap_selects(desk, screen):
    at = desk.at(*desk.title_of("relu_1"))
    screen.press(at)
    screen.release(at)
    assert desk.canvas.selected_nodes() == ("relu_1",)


def test_two_taps_on_nothing_open_the_search(desk, screen):
    for _ in range(2):
        screen.press(desk.at(*EMPTY))
        screen.release(desk.at(*EMPTY))
    assert desk.canvas.search.isVisible()


def test_a_long_press_opens_the_menu_of_a_node(desk, screen, qtbot):
    at = desk.at(*desk.title_of("relu_1"))
    with qtbot.waitSignal(desk.canvas.menu_requested, timeout=5000):
        screen.press(at)
    screen.release(at)
    assert desk.canvas.selected_nodes() == ("relu_1",)


# What is dragged to the edge


def test_the_view_follows_a_node_dragged_to_its_edge(desk, qtbot):
    view = desk.canvas.view
    x, y = desk.title_of("dense_1")
    before = view.mapToScene(0, 0)
    desk.press(x, y)
    desk.move(x + 50, y)
    QTest.qWait(50)
    assert view.mapToScene(0, 0) == before
    right = view.mapToScene(view.viewport().width() - 2, 300)
    desk.move(right.x(), right.y())
    qtbot.waitUntil(lambda: view.mapToScene(0, 0).x() > before.x() + 100, timeout=5000)
    at = view.mapToScene(view.viewport().width() - 2, 300)
    desk.release(at.x(), at.y())
    assert desk.logged("nodes_moved")[0][0]["dense_1"][0] > 900
    after = view.mapToScene(0, 0)
    QTest.qWait(60)
    assert view.mapToScene(0, 0) == after


def test_the_view_does_not_run_away_with_what_was_picked_up_at_its_edge(desk):
    view = desk.canvas.view
    view.centerOn(*desk.title_of("input_1"))
    view.pan(QPoint(view.viewport().width() // 2 - 10, 0))
    x, y = desk.title_of("input_1")
    before = view.mapToScene(0, 0)
    desk.press(x, y)
    desk.move(x + 6, y + 6)
    QTest.qWait(60)
    assert view.mapToScene(0, 0) == before
    desk.release(x + 6, y + 6)


# Lines to snap to


def test_a_dragged_node_snaps_where_its_wire_becomes_straight(desk):
    desk.canvas.scene.set_still(True)
    desk.edit(edits.move({"relu_1": (520.0, 13.0)}))
    x, y = desk.title_of("dense_1")
    desk.press(x, y)
    desk.move(x + 40, y + 100)
    desk.move(x + 40, y + 11)
    [line] = [line for line in guide_lines(desk) if line.y1() == line.y2()]
    assert line.y1() == desk.port_of("relu_1", "in")[1]
    desk.release(x + 40, y + 11)
    assert desk.logged("nodes_moved")[0][0]["dense_1"][1] == 13.0
    assert guide_lines(desk) == []


def test_a_dragged_node_snaps_to_an_edge_of_a_neighbour(desk):
    desk.canvas.scene.set_still(True)
    desk.edit(edits.move({"dropout_1": (123.0, 300.0)}))
    x, y = desk.title_of("relu_1")
    desk.drag((x, y), (x + 126 - 520, y + 200))
    assert desk.logged("nodes_moved")[0][0]["relu_1"][0] == 123.0


def test_ctrl_suspends_all_snapping(desk):
    x, y = desk.title_of("dropout_1")
    desk.press(x, y)
    desk.move(x + 33, y + 101, CTRL)
    desk.release(x + 33, y + 101, CTRL)
    assert desk.logged("nodes_moved") == [({"dropout_1": (33.0, 301.0)},)]


def test_without_the_grid_nodes_still_snap_to_lines(desk):
    desk.canvas.view.snaps = False
    x, y = desk.title_of("dropout_1")
    desk.drag((x, y), (x + 3, y + 101))
    assert desk.logged("nodes_moved") == [({"dropout_1": (0.0, 301.0)},)]


def guide_lines(desk):
    """Return the lines on show while something is dragged."""
    found = [item for item in desk.canvas.scene.items() if isinstance(item, GuideLines)]
    return found[0].lines if found else []
