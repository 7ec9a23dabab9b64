"""A hand that does anything: random presses, drags and keys in the whole window leave it whole, and undo takes all back."""

import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project
from tests.end_to_end.studio_driver import Driver
from tests.end_to_end.test_wiring_nodes import PROJECT, opened

_Key = Qt.Key
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
KEYS = (
    *((_Key.Key_L, keys) for keys in (NONE, SHIFT, ALT, CTRL)),
    *((key, CTRL) for key in (_Key.Key_C, _Key.Key_V, _Key.Key_X, _Key.Key_D, _Key.Key_Z, _Key.Key_I, _Key.Key_A)),
    *((key, CTRL | SHIFT) for key in (_Key.Key_V, _Key.Key_Z)),
    *((key, NONE) for key in (_Key.Key_Delete, _Key.Key_Insert, _Key.Key_Escape, _Key.Key_Right, _Key.Key_W, _Key.Key_Return)),
    *((_Key.Key_Delete, SHIFT), (_Key.Key_D, ALT), (_Key.Key_G, SHIFT), (_Key.Key_M, NONE), (_Key.Key_B, NONE)),
)
STEPS, MOST_NODES = 100, 50


class Hand:
    """Does one random thing after the other."""

    def __init__(self, driver: Driver, seed: int) -> None:
        self._driver = driver
        self._canvas = driver.window.canvas
        self._chance = random.Random(seed)

    def act(self) -> None:
        chance = self._chance.random()
        if chance < 0.6:
            self._drag()
        elif chance < 0.95:
            self._key()
        else:
            self._driver.do(self._chance.choice(("disconnect", "paste", "link", "detach", "select_same")))
        if self._canvas.search.isVisible():
            QTest.keyClicks(self._canvas.search.field, self._chance.choice(("den", "add", "conv", "concat", "lstm", "out")))
            QTest.keyClick(self._canvas.search.field, self._chance.choice((_Key.Key_Return, _Key.Key_Return, _Key.Key_Escape)))
        if len(self._canvas.scene.nodes) > MOST_NODES:
            self._driver.do("undo")

    def _key(self) -> None:
        QTest.keyClick(self._canvas.view, *self._chance.choice(KEYS))

    def _drag(self) -> None:
        """Drag from anywhere to anywhere, now and then with a key pressed on the way."""
        mouse, (ax, ay), (bx, by) = self._driver.mouse, self._point(), self._point()
        button = self._chance.choice((*[LEFT] * 5, RIGHT, MIDDLE))
        keys = CTRL if button == RIGHT else self._chance.choice((NONE, NONE, NONE, CTRL, ALT, SHIFT))
        mouse.press(ax, ay, keys, button)
        for share in (0.2, 0.5, 0.9, 1.0):
            mouse.move(ax + (bx - ax) * share, ay + (by - ay) * share, keys, button)
            if self._chance.random() < 0.05:
                self._key()
        mouse.release(bx, by, keys, button)

    def _point(self) -> tuple[float, float]:
        scene, chance = self._canvas.scene, self._chance.random()
        if chance < 0.2 or not scene.nodes:
            return self._chance.uniform(-200, 1300), self._chance.uniform(-200, 500)
        item = self._chance.choice(list(scene.nodes.values()))
        ports = [("in", port) for port in item.content.inputs] + [("out", port) for port in item.content.outputs]
        if chance < 0.6 and ports:
            return item.port_point(*self._chance.choice(ports)).toTuple()
        if chance < 0.8 and scene.edges:
            return self._chance.choice(list(scene.edges.values())).path().pointAtPercent(0.5).toTuple()
        return item.box().x() + 40, item.box().y() + 16


@pytest.mark.parametrize("seed", [0, 17, 28])
def test_whatever_the_hand_does_the_window_shows_the_graph_and_undo_takes_all_back(qtbot, tmp_path, seed):
    driver = opened(qtbot, tmp_path, PROJECT)
    scene, hand = driver.window.canvas.scene, Hand(driver, seed)
    first = dump_project(PROJECT, Results())
    for _ in range(STEPS):
        hand.act()
        graph = driver.known.shown.graph
        assert (set(scene.nodes), set(scene.edges)) == (set(graph.names()), set(graph.edges))
        assert all(item.state.faded == item.state.ready == frozenset() for item in scene.nodes.values())
    assert driver.known.undo_text
    while driver.known.undo_text:
        driver.do("undo")
    assert dump_project(driver.known.project, Results()) == first
