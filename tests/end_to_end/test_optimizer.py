"""The optimizer in the whole window: composed in the panel, groups painted on the canvas, the text in the source panel."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flaxstudio.layers import catalogue
from flaxstudio.project.optimizer import CHAIN, Group
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from flaxstudio.project.templates import build_template
from tests.end_to_end.studio_driver import Driver


@pytest.fixture
def driver(qtbot, tmp_path):
    path = tmp_path / "iris.msgpack"
    save_project(path, build_template("iris", catalogue()), Results())
    made = Driver(qtbot, tmp_path, path)
    made.wait(lambda: "dense_1" in made.mouse.canvas.scene.nodes)
    yield made
    made.window.may_close = lambda: True
    made.studio.close()


def optimizer(driver):
    return driver.known.project.training.optimizer


def submenu(driver, text):
    menu = driver.studio.node_menu.menu()
    return next(action.menu() for action in menu.actions() if action.menu() and action.text() == text)


def test_an_optimizer_is_composed_grouped_read_and_taken_back(driver):
    window, before = driver.window, optimizer(driver)
    window.arrange("train")
    panel = window.training_panel.optimizer
    driver.click(panel.toggles["chain"])
    line = panel.links.add.lineEdit()
    line.setFocus()
    QTest.keyClicks(line, "clip_by_global_norm")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert optimizer(driver).name == CHAIN
    driver.select("dense_1")
    next(action for action in submenu(driver, "Optimizer group").actions() if action.text() == "New group").trigger()
    assert optimizer(driver).groups == (Group("group_1", ("dense_1",)),)
    code = window.code_panel
    code.style_choice.setFocus()
    QTest.keyClick(code.style_choice, Qt.Key.Key_End)
    driver.wait(lambda: "tx = optax.chain(" in code.view.toPlainText())
    assert 'label({"group_1": ("dense_1",)})' in code.view.toPlainText()
    assert driver.known.steps[-2:] == ("Add clip_by_global_norm", "Put dense_1 in the optimizer group group_1")
    driver.studio.session.undo()
    driver.studio.session.undo()
    assert optimizer(driver) == before
    driver.wait(lambda: "chain" not in code.view.toPlainText())


def test_a_nodes_new_name_is_followed_by_its_group(driver):
    driver.select("dense_1")
    next(action for action in submenu(driver, "Optimizer group").actions() if action.text() == "New group").trigger()
    driver.studio.on_name_changed("dense_1", "first")
    assert optimizer(driver).groups == (Group("group_1", ("first",)),)
    driver.select("first")
    next(action for action in submenu(driver, "Optimizer group").actions() if action.text() == "No group").trigger()
    assert optimizer(driver).groups == ()
