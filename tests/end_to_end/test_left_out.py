"""Frames, notes, mute and bypass through the real window: drawn, seen in the source, saved, opened again, trained."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.layers import catalogue
from flaxstudio.project.annotations import Look
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project
from flaxstudio.project.templates import build_template
from tests.end_to_end.studio_driver import Driver


@pytest.fixture
def open_template(qtbot, tmp_path):
    """Return a function that opens a template in the window; the window is closed without questions."""
    drivers = []

    def opened(name: str) -> Driver:
        driver = Driver(qtbot, tmp_path, saved_template(tmp_path, name))
        drivers.append(driver)
        driver.wait(lambda: bool(driver.known.project.graph.nodes))
        return driver

    yield opened
    for driver in drivers:
        driver.window.may_close = lambda: True
        driver.studio.close()


def saved_template(folder: Path, name: str) -> Path:
    path = folder / "model.msgpack"
    save_project(path, build_template(name, catalogue()), Results())
    return path


def key(driver: Driver, pressed: Qt.Key, keys=Qt.KeyboardModifier.NoModifier) -> None:
    driver.window.canvas.view.setFocus()
    QTest.keyClick(driver.window.canvas.view, pressed, keys)


def source(driver: Driver) -> str:
    return driver.known.source.text


def test_a_bypassed_layer_leaves_the_source_and_comes_back(open_template):
    driver = open_template("digits-cnn")
    graph = driver.known.project.graph
    relu = next(node.name for node in graph.nodes if node.layer == "relu")
    before = source(driver)
    driver.window.canvas.select([relu])
    key(driver, Qt.Key.Key_B)
    assert driver.known.project.graph.node(relu).mode == "bypassed"
    assert source(driver).count("nn.relu") == before.count("nn.relu") - 1
    assert driver.window.actions_by_name["undo"].text() == f"Undo bypass {relu}"
    driver.wait(lambda: bool(driver.known.shapes.nodes))
    assert not [problem for problem in driver.known.problems if problem.severity == "error"]
    key(driver, Qt.Key.Key_B)
    assert source(driver) == before


def test_what_follows_a_muted_node_says_why_it_has_no_input(open_template):
    driver = open_template("digits-cnn")
    graph = driver.known.project.graph
    relu = next(node.name for node in graph.nodes if node.layer == "relu")
    follower = graph.edges_from(relu)[0].target.node
    driver.window.canvas.select([relu])
    key(driver, Qt.Key.Key_M)
    assert any(p.node == follower and f"{relu} is muted" in p.what for p in driver.known.problems)
    assert driver.window.inspector.node_page.use.mode.currentData() == "muted"
    combo = driver.window.inspector.node_page.use.mode
    combo.setCurrentIndex(combo.findData("on"))
    combo.activated.emit(combo.currentIndex())
    assert driver.known.project.graph.node(relu).mode == "on"
    assert driver.window.actions_by_name["undo"].text() == f"Undo use {relu} again"


def test_a_project_with_frames_notes_and_colours_is_saved_and_opened_again(open_template):
    driver = open_template("digits-cnn")
    names = driver.known.project.graph.names()[:2]
    driver.window.canvas.select(names)
    key(driver, Qt.Key.Key_C)
    editor = driver.window.canvas.view.editor
    QTest.keyClicks(editor.line, "Stem")
    QTest.keyClick(editor.line, Qt.Key.Key_Return)
    key(driver, Qt.Key.Key_N)
    QTest.keyClicks(editor.sheet, "*why*")
    QTest.keyClick(editor.sheet, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    driver.window.canvas.select(names[:1])
    driver.do("color_blue")
    key(driver, Qt.Key.Key_H)
    driver.do("save")
    driver.wait(lambda: not driver.known.is_modified)
    again, _ = load_project(driver.known.path)
    assert again == driver.known.project
    assert again.annotations.frames[0].title == "Stem"
    assert again.annotations.notes[0].text == "*why*"
    assert again.annotations.look(names[0]) == Look("blue", is_collapsed=True)
    texts = []
    while driver.studio.session.document.undo_text:
        texts.append(driver.studio.session.document.undo_text)
        driver.do("undo")
    assert texts[:3] == [f"Collapse {names[0]}", f"Colour {names[0]} blue", "Add note"]


def test_what_was_trained_fits_again_when_a_layer_is_used_again(open_template):
    driver = open_template("linear-regression")
    driver.do("train")
    driver.wait(lambda: driver.known.results.trained is not None)
    trained = driver.known.results.trained
    dense = next(node.name for node in driver.known.project.graph.nodes if node.layer == "Dense")
    driver.window.canvas.select([dense])
    key(driver, Qt.Key.Key_B)
    assert not trained.fits(driver.known.project)
    key(driver, Qt.Key.Key_B)
    assert driver.known.results.trained is trained
    assert trained.fits(driver.known.project)
    assert np.isfinite(trained.variables["params"][dense]["kernel"]).all()


def test_the_menu_of_a_node_and_of_a_frame_offer_what_can_be_done(open_template):
    driver = open_template("digits-cnn")
    names = driver.known.project.graph.names()
    driver.window.canvas.select(names[1:2])
    texts = [action.text() for action in driver.studio.node_menu.menu().actions()]
    assert {"Mute", "Bypass", "Collapse", "Hide unused ports", "Colour", "Frame the selection"} <= set(texts)
    driver.do("frame")
    driver.window.canvas.view.editor.close()
    texts = [action.text() for action in driver.studio.node_menu.menu().actions()]
    assert texts == ["Rename frame", "Colour", "Cut", "Copy", "Duplicate", "Delete"]


def test_frames_and_notes_are_copied_with_their_nodes(open_template):
    driver = open_template("linear-regression")
    names = driver.known.project.graph.names()
    driver.window.canvas.select(names[1:2])
    driver.do("frame")
    driver.window.canvas.view.editor.close()
    driver.window.canvas.select(names[1:2], ("frame_1",))
    driver.do("copy")
    driver.do("paste")
    assert len(driver.known.project.annotations.frames) == 2
    assert driver.window.canvas.selected_items() == ("frame_2",)
    driver.do("cut")
    assert len(driver.known.project.annotations.frames) == 1
    assert driver.known.project.graph.names() == names
    assert driver.window.actions_by_name["undo"].text() == "Undo cut 2 things"


def test_the_key_that_keeps_a_note_does_not_start_a_training(open_template):
    driver = open_template("linear-regression")
    key(driver, Qt.Key.Key_N)
    sheet = driver.window.canvas.view.editor.sheet
    QTest.keyClicks(sheet, "kept")
    assert driver.window.actions_by_name["train"].shortcut().toString() == "Ctrl+Return"
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    override.ignore()
    QApplication.sendEvent(sheet, override)
    assert override.isAccepted()
    QTest.keyClick(sheet, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert driver.known.project.annotations.notes[0].text == "kept"
    assert not driver.studio.runner.is_busy
