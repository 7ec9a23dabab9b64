"""The list of all steps: by name, the present one marked, a click away from each other."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flaxstudio.project.document import Document
from flaxstudio.project.edits import rename_model
from flaxstudio.project.project import Project
from tests.end_to_end.studio_driver import Driver


@pytest.fixture
def driver(qtbot, tmp_path) -> Driver:
    driver = Driver(qtbot, tmp_path)
    driver.do("new")
    driver.drop("Dense", 100.0, 100.0)
    driver.set_attribute("dense_1", "features", "24")
    driver.drop("relu", 400.0, 100.0)
    driver.do("go_history")
    return driver


def rows(driver) -> list[str]:
    model = driver.window.history_panel.list.model()
    return [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]


def click(driver, row: int) -> None:
    view = driver.window.history_panel.list
    rect = view.visualRect(view.model().index(row, 0))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, rect.center())


def test_every_step_is_there_by_name_and_the_present_one_is_marked(driver):
    assert rows(driver) == ["Opened", "Add dense_1", "Set dense_1.features", "Add relu_1, present"]
    driver.do("undo")
    assert rows(driver)[2:] == ["Set dense_1.features, present", "Add relu_1, undone"]


def test_a_click_goes_there_and_back_as_one_change(driver):
    last = driver.known.project
    changes = []
    driver.studio.session.changed.connect(lambda: changes.append(driver.known.project))
    click(driver, 0)
    assert driver.known.project.graph.nodes == ()
    assert driver.known.redo_text == "Add dense_1"
    click(driver, 2)
    assert driver.known.project.graph.names() == ("dense_1",)
    click(driver, 3)
    assert driver.known.project == last
    assert len({id(project) for project in changes}) == 3


def test_arrow_keys_and_enter_go_there_too(driver):
    view = driver.window.history_panel.list
    assert driver.window.focusWidget() is view
    QTest.keyClick(view, Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert len(driver.known.project.graph.nodes) == 2
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert driver.known.undo_text == "Add dense_1"


def test_a_step_beyond_the_ends_is_the_end():
    document = Document(Project())
    for name in ("One", "Two"):
        document.edit(rename_model(name))
    document.go_to_step(-3)
    assert (document.steps_done, document.project) == (0, Project())
    document.go_to_step(99)
    assert (document.steps_done, document.project.name) == (2, "Two")
