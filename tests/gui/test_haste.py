"""While the wheel turns nodes are shown as scaled pictures; what is seen at rest does not tell of it."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from flaxstudio.gui.tokens import DARK
from flaxstudio.project import edits
from tests.gui.canvas_desk import CATALOGUE, Desk, chain


@pytest.fixture
def desk(qtbot) -> Desk:
    desk = Desk(qtbot, chain())
    qtbot.waitUntil(lambda: not desk.canvas.scene.haste.is_on)
    return desk


def turn_wheel(desk: Desk, turn: int) -> QImage:
    """Turn the wheel once and return what is then seen."""
    viewport = desk.canvas.view.viewport()
    at, none = QPointF(viewport.rect().center()), Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        at, viewport.mapToGlobal(at), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, none, Qt.ScrollPhase.NoScrollPhase, False
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)
    return seen(desk)


def seen(desk: Desk) -> QImage:
    return desk.canvas.view.viewport().grab().toImage()


def drawn_anew(desk: Desk) -> QImage:
    """Return what is seen once every node has been drawn for this very scale."""
    for item in desk.canvas.scene.nodes.values():
        item.update()
    return seen(desk)


def test_nodes_are_scaled_pictures_while_the_wheel_turns_and_sharp_once_it_rests(desk, qtbot):
    for turn in (-60, -60):
        turn_wheel(desk, turn)
    hasty = turn_wheel(desk, -60)
    assert desk.canvas.scene.haste.is_on
    qtbot.waitUntil(lambda: not desk.canvas.scene.haste.is_on)
    assert seen(desk) == drawn_anew(desk) != hasty


def test_a_single_turn_of_the_wheel_is_sharp_at_once(desk):
    assert turn_wheel(desk, -120) == drawn_anew(desk)


def test_an_edit_and_another_theme_are_seen_while_the_wheel_turns(desk):
    before = [turn_wheel(desk, -60) for _ in range(3)][-1]
    desk.edit(edits.set_attribute("dense_1", "features", 4096, CATALOGUE))
    edited = seen(desk)
    desk.canvas.set_tokens(DARK)
    assert before != edited != seen(desk)
    assert desk.canvas.scene.haste.is_on


def test_nodes_deleted_while_the_wheel_turns_stay_away_once_it_rests(desk, qtbot):
    for _ in range(3):
        turn_wheel(desk, -60)
    desk.edit(edits.remove(["dense_1", "dropout_1"]))
    qtbot.waitUntil(lambda: not desk.canvas.scene.haste.is_on)
    assert set(desk.canvas.scene.nodes) == {"input_1", "relu_1", "output_1"}
    assert seen(desk) == drawn_anew(desk)


def test_from_far_away_to_near_by_the_level_of_detail_is_that_of_the_zoom_where_the_wheel_rests(desk, qtbot):
    for _ in range(40):
        turn_wheel(desk, -120)
    for _ in range(11):
        turn_wheel(desk, 120)
    qtbot.waitUntil(lambda: not desk.canvas.scene.haste.is_on)
    assert 0.25 < desk.canvas.view.zoom() < 0.4
    assert seen(desk) == drawn_anew(desk)
