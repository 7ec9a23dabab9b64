"""Blocks in the real window: made, opened, edited once and seen everywhere, left, taken apart, undone."""

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.gui.name_popup import NamePopup
from flaxstudio.project.place import Place
from flaxstudio.project.storage import load_project
from tests.end_to_end.studio_driver import Driver

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LAYERS = ("Input", "Dense", "relu", "Dense", "Output")


@pytest.fixture
def driver(qtbot, tmp_path: Path):
    driver = Driver(qtbot, tmp_path)
    driver.click(driver.window.start_page.new_button)
    driver.do("zoom_reset")
    names = [driver.drop(layer, 100.0 + 260.0 * i, 150.0) for i, layer in enumerate(LAYERS)]
    for source, target in pairwise(names):
        driver.connect(source, target)
    driver.window.canvas.fit_all()
    yield driver
    driver.window.may_close = lambda: True
    driver.studio.close()


def canvas(driver):
    return driver.window.canvas


def key(driver, key, keys=Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key as the window gets it: shortcuts included."""
    canvas(driver).view.setFocus()
    QTest.keyClick(canvas(driver).view, key, keys)


def make_block(driver, names, name: str) -> str:
    """Select nodes, press Ctrl+G, type a name and Enter; returns the node that is selected then."""
    canvas(driver).select(names)
    driver.do("make_block")
    popup = next(p for p in driver.window.findChildren(NamePopup) if p.isVisible())
    popup.edit.selectAll()
    QTest.keyClicks(popup.edit, name)
    QTest.keyClick(popup.edit, Qt.Key.Key_Return)
    assert not popup.isVisible(), popup.fault.text()
    (node,) = driver.window.selected
    return node


def double_click(driver, name: str) -> None:
    canvas(driver).center_on(name)
    at = driver.mouse.at(*driver.mouse.title_of(name))
    QTest.mouseDClick(canvas(driver).view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def source(driver) -> str:
    return driver.known.source.text


def test_a_block_is_made_opened_edited_left_and_taken_apart(driver) -> None:
    window, session = driver.window, driver.studio.session
    before = source(driver)
    node = make_block(driver, ["dense_1", "relu_1"], "Hidden")
    assert driver.known.project.graph.node(node).layer == "Hidden"
    assert "class Hidden(nn.Module):" in source(driver)

    # it is in the palette and a second node of it is drawn
    driver.do("zoom_reset")
    second = driver.drop("Hidden", 400.0, 420.0)
    assert driver.known.project.graph.node(second).layer == "Hidden"

    # opened by double-click, with the way above and the line of the inner node marked
    double_click(driver, node)
    assert session.place == Place("", (node,))
    assert canvas(driver).breadcrumb.texts() == [driver.known.project.name, f"{node}: Hidden"]
    assert set(canvas(driver).scene.nodes) == {"input_1", "dense_1", "relu_1", "output_1"}
    driver.set_attribute("dense_1", "features", "31")
    assert driver.known.project.library.block("Hidden").graph.node("dense_1").attributes["features"] == 31
    assert source(driver).count("features=31") == 1
    marked = [tint.cursor.block().text() for tint in window.code_panel.view.extraSelections()]
    assert len(marked) == 1
    assert 'nn.Dense(features=31, name="dense_1")' in marked[0]
    driver.wait(lambda: str(canvas(driver).scene.nodes["dense_1"].content.shape) == "(batch, 31)")

    # left by the breadcrumb: the node that was open is selected
    driver.click(canvas(driver).breadcrumb.step(0))
    assert session.place == Place()
    assert window.selected == (node,)

    # a click on a line of the block's class leads inside again, Backspace out
    line = next(n for n, text in enumerate(source(driver).splitlines(), 1) if "features=31" in text)
    window.code_panel.line_clicked.emit(line)
    assert (session.block, window.selected) == ("Hidden", ("dense_1",))
    canvas(driver).select([])
    key(driver, Qt.Key.Key_Backspace)
    assert session.place == Place()

    # taken apart and undone
    canvas(driver).select([node])
    driver.do("take_apart")
    assert set(window.selected) == {"dense_1", "relu_1"}
    for text in ("Take hidden_1 apart", "Set dense_1.features", "Add hidden_2", "Make block Hidden"):
        assert driver.known.undo_text == text
        driver.do("undo")
    assert driver.known.project.library.blocks == ()
    assert source(driver) == before


def test_five_levels_deep_and_back_by_undo(driver) -> None:
    session = driver.studio.session
    for name in ("One", "Two", "Three", "Four", "Five"):
        node = make_block(driver, ["dense_1", "relu_1"], name)
        double_click(driver, node)
        assert session.block == name
    assert len(session.place.path) == 5
    assert source(driver).count("(nn.Module)") == 6
    driver.wait(lambda: "dense_1" in driver.known.shown_shapes.nodes)
    assert driver.known.shown_shapes.nodes["dense_1"].params > 0

    # what is open vanishes with the edit that made it: one stands in the nearest that is left
    driver.do("undo")
    assert session.block == "Four"
    driver.do("undo")
    driver.do("undo")
    assert session.block == "Two"
    key(driver, Qt.Key.Key_Up, CTRL)
    key(driver, Qt.Key.Key_Up, CTRL)
    assert session.place == Place()


def test_a_refused_name_is_said_in_the_popup_and_escape_leaves_all_as_it_was(driver) -> None:
    before = driver.known.project
    canvas(driver).select(["dense_1"])
    driver.do("make_block")
    popup = next(p for p in driver.window.findChildren(NamePopup) if p.isVisible())
    assert popup.edit.text() == "Block1"
    popup.edit.setText("Dense")
    QTest.keyClick(popup.edit, Qt.Key.Key_Return)
    assert "already" in popup.fault.text()
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert driver.known.project is before


def test_an_attribute_is_exposed_set_per_node_and_used_in_formulas(driver) -> None:
    node = make_block(driver, ["dense_1", "relu_1"], "Hidden")
    double_click(driver, node)
    driver.select("dense_1")
    inspector = driver.window.inspector
    menu = inspector.node_page.form.row("features").actions_menu()
    next(a for a in menu.actions() if a.text() == "Expose as attribute…").trigger()
    popup = next(p for p in driver.window.findChildren(NamePopup) if p.isVisible())
    popup.edit.setText("width")
    QTest.keyClick(popup.edit, Qt.Key.Key_Return)
    assert driver.known.project.library.block("Hidden").graph.fields[0].name == "width"
    row = inspector.node_page.form.row("features")
    assert row.field is row.formula
    driver.type_into(row.field, "2 * width")
    assert "features=2 * self.width" in source(driver)

    driver.do("leave_block")
    driver.set_attribute(node, "width", "20")
    assert "Hidden(width=20" in source(driver)
    driver.wait(lambda: str(canvas(driver).scene.nodes[node].content.shape) == "(batch, 40)")


def test_a_problem_inside_a_block_leads_there(driver) -> None:
    node = make_block(driver, ["dense_1", "relu_1"], "Hidden")
    double_click(driver, node)
    driver.select("relu_1")
    key(driver, Qt.Key.Key_Delete)
    driver.do("leave_block")
    driver.do("go_problems")
    panel = driver.window.problems_panel.list
    rows = [panel.topLevelItem(i) for i in range(panel.topLevelItemCount())]
    row = next(row for row in rows if row.text(1) == "Hidden › output_1")
    panel.itemClicked.emit(row, 0)
    assert driver.studio.session.block == "Hidden"
    assert driver.window.selected == ("output_1",)
    assert canvas(driver).scene.nodes["output_1"].content.severity == "error"


def test_params_are_shared_repeated_and_scanned_from_the_inspector(driver) -> None:
    form = driver.window.inspector.node_page.form
    driver.set_attribute("dense_1", "features", "8")
    driver.select("dense_2")
    field = form.row("shares").field
    field.setCurrentIndex(field.findData("dense_1"))
    field.activated.emit(field.currentIndex())
    assert driver.known.project.graph.node("dense_2").attributes["shares"] == "dense_1"
    assert canvas(driver).scene.nodes["dense_2"].content.shares == "dense_1"
    assert not form.row("features").isEnabled()
    driver.do("undo")

    node = make_block(driver, ["relu_1", "dense_2"], "Layer")
    driver.click(form.section("module").toggle)
    driver.type_into(form.row("repeat").field, "3")
    driver.qtbot.wait(50)  # laid out
    box = form.row("scan").field
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert canvas(driver).scene.nodes[node].content.wrapping == "× 3 · scan"
    assert "nn.scan(" in source(driver)


def test_a_project_with_blocks_is_saved_and_opened_again(driver, tmp_path: Path, monkeypatch) -> None:
    from tests.end_to_end.studio_driver import choose_file

    node = make_block(driver, ["dense_1", "relu_1"], "Hidden")
    double_click(driver, node)
    path = tmp_path / "blocks.msgpack"
    choose_file(monkeypatch, path)
    driver.do("save_as")
    driver.wait(lambda: path.exists() and not driver.known.is_modified)
    project, _ = load_project(path)
    assert project == driver.known.project
    driver.studio.files.on_open_path(str(path))
    driver.wait(lambda: driver.studio.session.place == Place())
    assert "Hidden" in driver.studio.session.catalogue
    assert QApplication.activeModalWidget() is None
