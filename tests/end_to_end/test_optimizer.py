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


def group_menu(driver):
    menu = driver.studio.node_menu.menu()
    return next(action.menu() for action in menu.actions() if action.menu() and "group" in action.text())


def choose_in(menu, text):
    """Choose an entry of an open menu by keys."""
    action = next(action for action in menu.actions() if action.text() == text)
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)


def make_group(driver, name):
    """Press O on the canvas, choose to make a new group, and type its name."""
    canvas = driver.window.canvas
    canvas.view.setFocus()
    QTest.keyClick(canvas.view, Qt.Key.Key_O)
    driver.wait(lambda: driver.studio.groups.menu_shown is not None and driver.studio.groups.menu_shown.isVisible())
    choose_in(driver.studio.groups.menu_shown, "New group…")
    popup = driver.studio.groups.popup
    driver.wait(popup.isVisible)
    popup.edit.selectAll()
    QTest.keyClicks(popup.edit, name)
    QTest.keyClick(popup.edit, Qt.Key.Key_Return)


def test_an_optimizer_is_composed_grouped_read_and_taken_back(driver):
    window, before = driver.window, optimizer(driver)
    window.arrange("train")
    panel = window.training_panel.optimizer
    driver.click(panel.toggles["chain"])
    line = panel.core.links.add.lineEdit()
    line.setFocus()
    QTest.keyClicks(line, "clip_by_global_norm")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert optimizer(driver).name == CHAIN
    driver.select("dense_1")
    make_group(driver, "stem")
    assert optimizer(driver).groups == (Group("stem", ("dense_1",)),)
    assert panel.groups.form.row("name").field.text() == "stem"
    code = window.code_panel
    code.style_choice.setFocus()
    QTest.keyClick(code.style_choice, Qt.Key.Key_End)
    driver.wait(lambda: "tx = optax.chain(" in code.view.toPlainText())
    assert 'label({"stem": ("dense_1",)})' in code.view.toPlainText()
    assert driver.known.steps[-2:] == ("Add clip_by_global_norm", "Put dense_1 into the group stem")
    driver.studio.session.undo()
    driver.studio.session.undo()
    assert optimizer(driver) == before
    driver.wait(lambda: "chain" not in code.view.toPlainText())


def test_painted_nodes_wear_their_group_s_sign_follow_it_and_lose_it(driver):
    scene = driver.window.canvas.scene
    assert scene.nodes["dense_1"].content.group is None
    driver.select("dense_1")
    make_group(driver, "head")
    sign = scene.nodes["dense_1"].content.group
    assert (sign.letter, sign.words) == ("A", "head")
    driver.select("dense_2")
    next(action for action in group_menu(driver).actions() if action.text() == "Freeze").trigger()
    assert optimizer(driver).groups == (Group("head", ("dense_1",)), Group("frozen", ("dense_2",), is_frozen=True))
    assert scene.nodes["dense_2"].content.group.words == "frozen"
    driver.studio.on_name_changed("dense_1", "first")
    assert scene.nodes["first"].content.group == sign
    driver.select("first")
    next(action for action in group_menu(driver).actions() if action.text() == "No group").trigger()
    assert [group.name for group in optimizer(driver).groups] == ["frozen"]
    assert scene.nodes["first"].content.group is None
    assert driver.known.steps[-1] == "Take first out of the optimizer's groups"


def test_a_click_on_a_group_in_the_panel_selects_its_layers(driver):
    driver.window.arrange("train")
    driver.select("dense_1")
    make_group(driver, "head")
    driver.window.canvas.select(())
    view = driver.window.training_panel.optimizer.groups.list
    driver.wait(lambda: view.isVisible() and "1 layer" in view.item(0).text())
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualItemRect(view.item(0)).center())
    assert driver.window.selected == ("dense_1",)


def test_a_deleted_layer_leaves_its_group_and_undo_brings_both_back(driver):
    driver.select("dense_1")
    make_group(driver, "head")
    before = optimizer(driver)
    driver.window.canvas.view.setFocus()
    QTest.keyClick(driver.window.canvas.view, Qt.Key.Key_Delete)
    assert optimizer(driver).groups == ()
    driver.studio.session.undo()
    assert optimizer(driver) == before


def test_a_layer_without_params_is_in_no_group(driver):
    driver.select("relu_1")
    assert all("group" not in action.text() for action in driver.studio.node_menu.menu().actions() if action.menu())
    QTest.keyClick(driver.window.canvas.view, Qt.Key.Key_O)
    assert driver.studio.groups.menu_shown is None
    assert "Select layers with params" in driver.window.statusBar().currentMessage()


def test_a_group_cannot_have_a_name_twice(driver):
    driver.select("dense_1")
    make_group(driver, "head")
    driver.select("dense_2")
    make_group(driver, "head")
    popup = driver.studio.groups.popup
    assert popup.isVisible()
    assert "There is a group “head” already" in popup.fault.text()
    popup.close()
