"""Frames, notes and dots follow the keys as nodes do: nudged, walked to, taken into a block; by real keys on the shown window."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flaxstudio.graph.graph import edge
from flaxstudio.gui.name_popup import NamePopup
from flaxstudio.project.annotations import Annotations, DotOf, Frame, Note, Route
from tests.end_to_end.test_wiring_nodes import CTRL, PROJECT, SHIFT, key, opened

K = Qt.Key
WIRE = edge("dense_1", "relu_1")
FRAME = Frame("frame_1", "Body", (250.0, -60.0, 480.0, 180.0))
ANNOTATIONS = Annotations(
    (FRAME,), (Note("note_1", "Read me", (260.0, 300.0, 200.0, 100.0)),), (Route(WIRE, ((480.0, 60.0),)),)
)
FRAMED = replace(PROJECT, annotations=ANNOTATIONS)


@pytest.fixture
def driver(qtbot, tmp_path):
    return opened(qtbot, tmp_path, FRAMED)


def shown(driver):
    return driver.known.shown


def test_a_nudged_frame_takes_along_what_lies_in_it_and_nothing_else(driver):
    driver.window.canvas.select([], ["frame_1"])
    for _ in range(3):
        key(driver, K.Key_Down, SHIFT)
    assert shown(driver).annotations.frames[0].box == (250.0, -30.0, 480.0, 180.0)
    assert shown(driver).positions["dense_1"] == (260.0, 30.0)
    assert shown(driver).annotations.dots_of(WIRE) == ((480.0, 90.0),)
    assert shown(driver).positions["dropout_1"] == PROJECT.positions["dropout_1"]
    assert driver.known.steps == ("Move frame Body",)
    driver.do("undo")
    assert driver.known.project == FRAMED


def test_a_frame_nudged_over_other_nodes_does_not_sweep_them_along(driver):
    driver.window.canvas.select([], ["frame_1"])
    for _ in range(20):
        key(driver, K.Key_Down, SHIFT)
    assert shown(driver).annotations.frames[0].box[1] == 140.0
    assert shown(driver).positions["gelu_1"] == PROJECT.positions["gelu_1"]


@pytest.mark.parametrize("chosen", ["note_1", DotOf(WIRE, 0)])
def test_a_note_and_a_dot_are_nudged(driver, chosen):
    driver.window.canvas.select([], [chosen])
    key(driver, K.Key_Right, SHIFT)
    key(driver, K.Key_Right, SHIFT)
    note, dots = shown(driver).annotations.notes[0], shown(driver).annotations.dots_of(WIRE)
    assert (note.box[0], dots[0][0]) == ((280.0, 480.0) if chosen == "note_1" else (260.0, 500.0))
    assert len(driver.known.steps) == 1
    driver.do("undo")
    assert driver.known.project == FRAMED


def test_arrows_tell_a_node_from_a_frame_of_the_same_name(driver):
    canvas = driver.window.canvas
    driver.studio.graph.rename("relu_1", "frame_1")
    canvas.select(["frame_1"])
    assert canvas.selected_items() == ()
    key(driver, K.Key_Left)
    assert canvas.selected_nodes() == ("dense_1",)
    key(driver, K.Key_Right)
    assert (canvas.selected_nodes(), canvas.selected_items()) == (("frame_1",), ())
    canvas.select([])
    key(driver, K.Key_N, SHIFT)
    assert (canvas.selected_nodes(), canvas.selected_items()) == ((), ("frame_1",))
    key(driver, K.Key_Down)
    assert (canvas.selected_nodes(), canvas.selected_items()) == (("frame_1",), ())
    key(driver, K.Key_Left)
    key(driver, K.Key_Right, CTRL | SHIFT)
    assert (canvas.selected_nodes(), canvas.selected_items()) == (("dense_1", "frame_1"), ())


def test_a_frame_whose_nodes_all_go_into_a_block_goes_with_them(driver):
    driver.window.canvas.select(["dense_1", "relu_1"])
    key(driver, K.Key_G, CTRL)
    popup = next(popup for popup in driver.window.findChildren(NamePopup) if popup.isVisible())
    popup.edit.selectAll()
    QTest.keyClicks(popup.edit, "Hidden")
    QTest.keyClick(popup.edit, K.Key_Return)
    assert driver.known.project.annotations.frames == ()
    assert driver.known.project.block_annotations["Hidden"].frames == (FRAME,)
    driver.do("undo")
    assert driver.known.project == FRAMED
