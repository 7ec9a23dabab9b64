"""Gestures and commands of wires and copies in the whole window: by mouse and keys, each one step that undo names."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from flaxstudio.graph.graph import Edge, Graph, Node, Port, edge
from flaxstudio.graph.library import Code, Library
from flaxstudio.gui.commands.table import commands
from flaxstudio.gui.dialogs.import_code import ImportCodeDialog
from flaxstudio.gui.layer_drag import mime_of
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from tests.end_to_end.studio_driver import Driver

SHIFT, CTRL, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
RIGHT = Qt.MouseButton.RightButton
EMPTY = (300.0, 420.0)
LAYERS = {
    "input_1": "Input",
    "dense_1": "Dense",
    "relu_1": "relu",
    "output_1": "Output",
    "dropout_1": "Dropout",
    "gelu_1": "gelu",
    "conv_1": "Conv",
}
NODES = tuple(Node(name, layer, {"shape": (8,)} if layer == "Input" else {}) for name, layer in LAYERS.items())
WIRES = (edge("input_1", "dense_1"), edge("dense_1", "relu_1"), edge("relu_1", "output_1"), edge("dropout_1", "gelu_1"))
PLACES = {name: (i * 260.0, 0.0) for i, name in enumerate(LAYERS)} | {
    "dropout_1": (0.0, 200.0),
    "gelu_1": (240.0, 200.0),
    "conv_1": (560.0, 200.0),
}
PROJECT = Project("Small", Graph(NODES, WIRES), PLACES)


@pytest.fixture
def driver(qtbot, tmp_path: Path) -> Driver:
    return opened(qtbot, tmp_path, PROJECT)


def opened(qtbot, folder: Path, project: Project, name: str = "small") -> Driver:
    path = folder / f"{name}.msgpack"
    save_project(path, project, Results())
    driver = Driver(qtbot, folder, path)
    driver.wait(lambda: driver.known.project == project)
    driver.window.resize(1500, 1000)
    view = driver.window.canvas.view
    view.zoom_to(0.75, QPoint(0, 0))
    view.centerOn(420, 160)
    return driver


def edges(driver: Driver) -> set[Edge]:
    return set(driver.known.shown.graph.edges)


def key(driver: Driver, pressed: Qt.Key, keys=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(driver.window.canvas.view, pressed, keys)


def select(driver: Driver, *names: str) -> None:
    """Click nodes one after the other."""
    for number, name in enumerate(names):
        driver.mouse.click(*driver.mouse.title_of(name), SHIFT if number else Qt.KeyboardModifier.NoModifier)
    assert driver.window.selected == names


def find(driver: Driver, text: str) -> None:
    """Type into the open search and take the best."""
    search = driver.window.canvas.search
    assert search.isVisible()
    QTest.keyClicks(search.field, text)
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    assert not search.isVisible()


def undone(driver: Driver, text: str) -> None:
    """Undo the last step, which has this name, and find all as it was."""
    assert driver.known.undo_text == text
    driver.do("undo")
    assert driver.known.project == PROJECT
    driver.do("redo")


def tip(driver: Driver) -> str:
    view = driver.window.canvas.view
    return view.tip.text() if view.tip.isVisible() else ""


# The search


def test_a_layer_is_found_by_what_it_is_called_elsewhere_and_is_recent_the_next_time(driver):
    driver.mouse.move(*EMPTY)
    key(driver, Qt.Key.Key_Tab)
    find(driver, "fully connected")
    assert driver.window.selected == ("dense_2",)
    x, y = driver.known.shown.positions["dense_2"]
    assert abs(x + 84 - EMPTY[0]) <= 10
    assert abs(y + 30 - EMPTY[1]) <= 10
    undone(driver, "Add dense_2")
    key(driver, Qt.Key.Key_A, SHIFT)
    rows = driver.window.canvas.search.list.model()
    assert [rows.item(row).text() for row in range(2)] == ["Recent", "Dense"]
    QTest.keyClick(driver.window.canvas.search.field, Qt.Key.Key_Escape)


def test_categories_are_walked_by_tab_and_the_current_layer_is_told(driver):
    search = driver.window.canvas.search
    driver.do("add")
    while search.families.currentItem().text() != "Recurrent":
        QTest.keyClick(search.field, Qt.Key.Key_Tab)
    assert search.list.currentIndex().data() == "LSTM"
    assert search.flax.text() == "nn.LSTMCell"
    assert "short-term memory" in search.help.text()
    QTest.keyClick(search.field, Qt.Key.Key_Backtab)
    QTest.keyClick(search.field, Qt.Key.Key_Tab)
    find(driver, "gr")
    assert driver.window.selected == ("gru_1",)


def test_a_wire_dropped_on_nothing_brings_a_layer_that_is_wired_in_the_same_step(driver):
    driver.mouse.drag(driver.mouse.port_of("gelu_1"), (470.0, 320.0))
    search = driver.window.canvas.search
    assert search.list.model().item(0).text() == "Fits here"
    find(driver, "linear")
    assert edge("gelu_1", "dense_2") in edges(driver)
    undone(driver, "Add dense_2")


def test_what_does_not_fit_the_shape_on_a_wire_is_offered_last(driver):
    driver.wait(lambda: "dense_1" in driver.known.shown_shapes.nodes)
    driver.mouse.drag(driver.mouse.port_of("dense_1"), (470.0, -120.0))
    search = driver.window.canvas.search
    QTest.keyClicks(search.field, "conv")
    rows = [search.list.model().item(row).text() for row in range(search.list.model().rowCount())]
    assert rows.index("Conv") > rows.index("Other layers")
    QTest.keyClick(search.field, Qt.Key.Key_Escape)


def test_a_layer_is_inserted_by_the_menu_of_a_wire_and_by_a_key(driver):
    view, at = driver.window.canvas.view, driver.mouse.at(215.0, 30.0)
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at)))
    menu = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMenu) and widget.isVisible())
    assert [action.objectName() for action in menu.actions()][:1] == ["insert"]
    menu.close()
    key(driver, Qt.Key.Key_Insert)
    find(driver, "layer norm")
    assert {edge("input_1", "layer_norm_1"), edge("layer_norm_1", "dense_1")} <= edges(driver)
    places = driver.known.shown.positions
    assert places["input_1"][0] < places["layer_norm_1"][0] < places["dense_1"][0]
    undone(driver, "Insert layer_norm_1")


# Nodes on wires


def test_nodes_dropped_on_a_wire_are_inserted_and_what_is_behind_makes_room(driver):
    select(driver, "conv_1")
    x, y = driver.mouse.title_of("conv_1")
    driver.mouse.drag((x, y), (x + 80, y - 200))
    assert {edge("relu_1", "conv_1"), edge("conv_1", "output_1")} <= edges(driver)
    places, sizes = driver.known.shown.positions, driver.window.canvas.node_sizes()
    assert places["output_1"][0] >= places["conv_1"][0] + sizes["conv_1"][0] + 60
    assert places["dense_1"] == PLACES["dense_1"]
    undone(driver, "Insert conv_1")


def test_a_chain_dropped_on_a_wire_is_inserted_whole(driver):
    select(driver, "dropout_1", "gelu_1")
    x, y = driver.mouse.title_of("dropout_1")
    driver.mouse.press(x, y)
    driver.mouse.move(x + 10, y - 100)
    driver.mouse.move(x + 20, y - 200)
    assert tip(driver) == "Inserts between input_1 and dense_1; Alt only moves"
    driver.mouse.release(x + 20, y - 200)
    assert tip(driver) == ""
    assert {edge("input_1", "dropout_1"), edge("dropout_1", "gelu_1"), edge("gelu_1", "dense_1")} <= edges(driver)
    undone(driver, "Insert 2 nodes")


def test_alt_suspends_insertion_for_nodes_and_for_layers_from_the_palette(driver):
    x, y = driver.mouse.title_of("conv_1")
    driver.mouse.press(x, y)
    driver.mouse.move(x + 40, y - 100)
    driver.mouse.move(x + 80, y - 200, ALT)
    driver.mouse.release(x + 80, y - 200, ALT)
    assert driver.known.undo_text == "Move conv_1"
    driver.do("undo")
    viewport, at, copy = driver.window.canvas.view.viewport(), driver.mouse.at(215.0, 30.0), Qt.DropAction.CopyAction
    left, mime = Qt.MouseButton.LeftButton, mime_of("relu")
    QApplication.sendEvent(viewport, QDragEnterEvent(at, copy, mime, left, ALT))
    QApplication.sendEvent(viewport, QDropEvent(at, copy, mime, left, ALT))
    assert edges(driver) == set(WIRES)
    driver.do("undo")
    driver.drop("relu", 215.0, 30.0)
    assert {edge("input_1", "relu_2"), edge("relu_2", "dense_1")} <= edges(driver)
    undone(driver, "Insert relu_2")


# Wires


def test_ctrl_and_drag_moves_all_wires_of_an_output(driver):
    driver.connect("dense_1", "conv_1")
    before = driver.known.project
    driver.mouse.drag(driver.mouse.port_of("dense_1"), driver.mouse.port_of("gelu_1"), CTRL)
    moved = {e.target.node for e in edges(driver) if e.source.node == "gelu_1"}
    assert moved == {"relu_1", "conv_1"}
    assert not driver.known.shown.graph.edges_from("dense_1")
    assert driver.known.undo_text == "Move 2 wires to gelu_1"
    driver.do("undo")
    assert driver.known.project == before


def test_ctrl_and_drag_moves_the_wire_of_an_input_and_replaces_what_was_there(driver):
    driver.mouse.drag(driver.mouse.port_of("gelu_1", "in"), driver.mouse.port_of("output_1", "in"), CTRL)
    assert [e for e in edges(driver) if e.target.node == "output_1"] == [edge("dropout_1", "output_1")]
    undone(driver, "Move wire to output_1")


def test_wires_dragged_off_are_gone(driver):
    driver.mouse.drag(driver.mouse.port_of("relu_1", "in"), EMPTY)
    assert edge("dense_1", "relu_1") not in edges(driver)
    undone(driver, "Delete wire")
    driver.do("undo")
    driver.mouse.drag(driver.mouse.port_of("dense_1"), EMPTY, CTRL)
    undone(driver, "Cut wire")


def test_alt_and_click_on_a_port_disconnects_it(driver):
    driver.mouse.click(*driver.mouse.port_of("dense_1"), ALT)
    assert edge("dense_1", "relu_1") not in edges(driver)
    undone(driver, "Delete wire")


def test_a_wire_dropped_on_an_occupied_input_replaces_it_in_one_step_and_says_so(driver):
    driver.mouse.press(*driver.mouse.port_of("gelu_1"))
    driver.mouse.move(*EMPTY)
    driver.mouse.move(*driver.mouse.port_of("output_1", "in"))
    assert tip(driver) == "This takes the place of the wire from relu_1."
    driver.mouse.release(*driver.mouse.port_of("output_1", "in"))
    assert [e.source.node for e in edges(driver) if e.target.node == "output_1"] == ["gelu_1"]
    undone(driver, "Connect gelu_1 to output_1")


@pytest.mark.parametrize("way", ["ctrl and right button", "y"])
def test_a_stroke_cuts_the_wires_it_goes_through(driver, way):
    view = driver.window.canvas.view
    button, keys = (RIGHT, CTRL) if way != "y" else (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    if way == "y":
        QTest.keyPress(view, Qt.Key.Key_Y)
    start, end = (215.0, -60.0), (215.0, 300.0)
    driver.mouse.press(*start, keys, button)
    for y in (-20.0, 40.0, 140.0, 240.0, 300.0):
        driver.mouse.move(215.0, y, keys, button)
    assert tip(driver) == "Cuts 2 wires"
    driver.mouse.release(*end, keys, button)
    QTest.keyRelease(view, Qt.Key.Key_Y)
    assert edges(driver) == {edge("dense_1", "relu_1"), edge("relu_1", "output_1")}
    assert not driver.window.canvas.search.isVisible()
    undone(driver, "Cut 2 wires")


def test_escape_takes_a_stroke_back(driver):
    driver.mouse.press(215.0, -60.0, CTRL, RIGHT)
    driver.mouse.move(215.0, 100.0, CTRL, RIGHT)
    key(driver, Qt.Key.Key_Escape)
    driver.mouse.release(215.0, 100.0, CTRL, RIGHT)
    assert edges(driver) == set(WIRES)


def test_while_a_wire_is_dragged_the_tip_tells_why_not(driver):
    driver.wait(lambda: "dense_1" in driver.known.shown_shapes.nodes)
    driver.mouse.press(*driver.mouse.port_of("relu_1"))
    driver.mouse.move(*EMPTY)
    assert tip(driver) == ""
    driver.mouse.move(*driver.mouse.title_of("dense_1"))
    assert tip(driver) == "This would make a loop."
    driver.mouse.move(*driver.mouse.title_of("input_1"))
    assert tip(driver) == "input_1 has no input."
    conv, gelu = (driver.window.canvas.scene.nodes[name] for name in ("conv_1", "gelu_1"))
    assert ("in", "in") in conv.state.faded
    assert ("in", "in") in gelu.state.ready
    driver.mouse.move(*driver.mouse.port_of("conv_1", "in"))
    assert tip(driver).startswith("Conv expects 4 dimensions and this wire has 2: (batch, 64).")
    driver.mouse.release(*driver.mouse.port_of("conv_1", "in"))
    assert edge("relu_1", "conv_1") in edges(driver)
    assert conv.state.faded == gelu.state.ready == frozenset()


def test_a_wire_let_go_over_a_node_that_cannot_take_it_stays_where_it_was(driver):
    driver.mouse.drag(driver.mouse.port_of("relu_1", "in"), driver.mouse.title_of("input_1"))
    assert edges(driver) == set(WIRES)


def test_a_graph_that_changes_under_a_dragged_wire_ends_the_drag(driver):
    driver.drop("relu", *EMPTY)
    driver.mouse.press(*driver.mouse.port_of("gelu_1"))
    driver.mouse.move(*driver.mouse.port_of("relu_2", "in"))
    key(driver, Qt.Key.Key_Z, CTRL)
    driver.mouse.move(*driver.mouse.port_of("output_1", "in"))
    driver.mouse.release(*driver.mouse.port_of("output_1", "in"))
    assert driver.known.project == PROJECT
    assert all(item.state.faded == item.state.ready == frozenset() for item in driver.window.canvas.scene.nodes.values())


# Nodes by their wires


def test_shift_delete_reconnects_and_alt_d_detaches(driver):
    select(driver, "dense_1", "relu_1")
    key(driver, Qt.Key.Key_Delete, SHIFT)
    assert edge("input_1", "output_1") in edges(driver)
    undone(driver, "Delete dense_1, relu_1 and reconnect")
    driver.do("undo")
    select(driver, "dense_1")
    key(driver, Qt.Key.Key_D, ALT)
    assert edges(driver) == {edge("input_1", "relu_1"), edge("relu_1", "output_1"), edge("dropout_1", "gelu_1")}
    undone(driver, "Detach dense_1")


def test_ctrl_l_links_what_is_selected_and_disconnect_takes_all_wires(driver):
    select(driver, "conv_1", "gelu_1")
    key(driver, Qt.Key.Key_L, CTRL)
    assert edge("gelu_1", "conv_1") in edges(driver)
    undone(driver, "Link 2 nodes")
    driver.do("disconnect")
    assert edges(driver) == set(WIRES[:3])


def test_a_single_node_cannot_be_linked_and_the_window_says_what_to_do(driver):
    select(driver, "conv_1")
    key(driver, Qt.Key.Key_L, CTRL)
    assert "Select two or more nodes" in driver.window.notice.text.text()


def test_every_act_of_wires_and_copies_is_in_a_menu():
    names = {command.name for command in commands()}
    wires = {"add", "insert", "link", "detach", "disconnect", "delete", "delete_reconnect"}
    copies = {"cut", "copy", "paste", "paste_wired", "duplicate"}
    selecting = {"select_upstream", "select_downstream", "select_connected", "select_same", "select_invert"}
    assert wires | copies | selecting <= names


def test_nodes_are_selected_by_what_they_are_joined_to(driver):
    select(driver, "dense_1")
    key(driver, Qt.Key.Key_L)
    assert set(driver.window.selected) == {"input_1", "dense_1"}
    select(driver, "dense_1")
    key(driver, Qt.Key.Key_L, SHIFT)
    assert set(driver.window.selected) == {"dense_1", "relu_1", "output_1"}
    key(driver, Qt.Key.Key_L, ALT)
    assert set(driver.window.selected) == {"input_1", "dense_1", "relu_1", "output_1"}
    key(driver, Qt.Key.Key_I, CTRL)
    assert set(driver.window.selected) == {"dropout_1", "gelu_1", "conv_1"}
    driver.drop("Dense", *EMPTY)
    key(driver, Qt.Key.Key_G, SHIFT)
    assert set(driver.window.selected) == {"dense_1", "dense_2"}


# Copies


def test_duplicates_keep_inner_wires_and_are_one_step(driver):
    select(driver, "dense_1", "relu_1")
    key(driver, Qt.Key.Key_D, CTRL)
    assert driver.window.selected == ("dense_2", "relu_2")
    assert edges(driver) - set(WIRES) == {edge("dense_2", "relu_2")}
    undone(driver, "Duplicate 2 nodes")


def test_alt_and_drag_leaves_the_nodes_and_drags_copies_off(driver):
    select(driver, "dense_1", "relu_1")
    x, y = driver.mouse.title_of("relu_1")
    driver.mouse.drag((x, y), (x + 30, y + 340), ALT)
    places = driver.known.shown.positions
    assert places["dense_1"] == PLACES["dense_1"]
    assert places["dense_2"] == (PLACES["dense_1"][0] + 30, PLACES["dense_1"][1] + 340)
    assert edge("dense_2", "relu_2") in edges(driver)
    undone(driver, "Duplicate 2 nodes")


def test_copies_are_pasted_at_the_pointer_and_with_their_incoming_wires_where_asked(driver):
    select(driver, "dense_1")
    key(driver, Qt.Key.Key_C, CTRL)
    driver.mouse.move(*EMPTY)
    key(driver, Qt.Key.Key_V, CTRL)
    x, y = driver.known.shown.positions["dense_2"]
    assert abs(x + 84 - EMPTY[0]) <= 10
    assert abs(y + 40 - EMPTY[1]) <= 10
    assert edges(driver) == set(WIRES)
    undone(driver, "Paste node")
    key(driver, Qt.Key.Key_V, CTRL | SHIFT)
    assert edge("input_1", "dense_3") in edges(driver)
    assert driver.known.shown.positions["dense_3"] != (x, y)


def test_cut_nodes_come_back_by_pasting(driver):
    select(driver, "dense_1")
    key(driver, Qt.Key.Key_X, CTRL)
    assert not driver.known.shown.graph.has_node("dense_1")
    undone(driver, "Cut dense_1")
    key(driver, Qt.Key.Key_V, CTRL)
    assert driver.window.selected == ("dense_1",)


def test_copies_go_from_window_to_window_with_the_code_they_use_which_is_not_trusted_there(driver, qtbot, tmp_path):
    code = Code("Twice", "class Twice(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        return 2 * x\n")
    source = replace(
        PROJECT, graph=PROJECT.graph.with_nodes(Node("twice_1", "Twice")), library=Library((), (code,)), positions=PLACES
    )
    (tmp_path / "other").mkdir()
    other = opened(qtbot, tmp_path / "other", source, "other")
    other.window.canvas.select(["twice_1", "dense_1"])
    key(other, Qt.Key.Key_C, CTRL)
    key(driver, Qt.Key.Key_V, CTRL)
    assert driver.known.project.library.get("Twice") == code
    assert set(driver.window.selected) == {"dense_2", "twice_1"}
    assert not driver.known.catalogue["Twice"].is_trusted
    undone(driver, "Paste 2 nodes")


def test_copies_come_from_another_process_as_plain_text(driver):
    program = (
        "from tests.end_to_end.test_wiring_nodes import PROJECT; from flaxstudio.project.clip import clip_of, text_of;"
        "print(text_of(clip_of(PROJECT, ['dense_1', 'relu_1'])))"
    )
    text = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    QGuiApplication.clipboard().setText(text)
    driver.do("paste")
    assert edge("dense_2", "relu_2") in edges(driver)
    assert driver.known.undo_text == "Paste 2 nodes"


def test_a_program_that_copied_nodes_ends_well():
    program = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from flaxstudio.gui.clip_acts import ClipActs; from tests.end_to_end.test_wiring_nodes import PROJECT;"
        "from types import SimpleNamespace as N;"
        "canvas = N(selected_nodes=lambda: ('dense_1',), selected_items=lambda: ());"
        "ClipActs(N(shown=PROJECT), canvas, print, print).on_copy()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Copied dense_1" in done.stdout


def test_where_nothing_was_copied_pasting_says_so(driver):
    QGuiApplication.clipboard().clear()
    key(driver, Qt.Key.Key_V, CTRL)
    assert "no nodes on the clipboard" in driver.window.notice.text.text()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Hello", "no nodes on the clipboard"),
        ("", "no nodes on the clipboard"),
        ("class Net(Base):  # an nn.Module\n    pass\n", "Import code"),
        ('{"format": "flaxstudio-nodes", "version": 1, "graph": {"nodes": [{"name": "x y", "layer": 3}]}}', "are damaged"),
    ],
)
def test_what_is_no_copy_is_answered_in_a_sentence(driver, text, sentence):
    QGuiApplication.clipboard().setText(text)
    key(driver, Qt.Key.Key_V, CTRL)
    assert sentence in driver.window.notice.text.text()
    assert driver.known.project == PROJECT


def pasted_source(driver) -> ImportCodeDialog:
    """Paste the source of a Module and type the shape of its input."""
    text = "class Net(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        return nn.relu(nn.Dense(3)(x))\n"
    QGuiApplication.clipboard().setText(f"import flax.linen as nn\n\n\n{text}")
    key(driver, Qt.Key.Key_V, CTRL)
    (dialog,) = (found for found in driver.window.findChildren(ImportCodeDialog) if found.isVisible())
    assert dialog.classes.currentText() == "Net"
    assert text.strip() in dialog.text.toPlainText()
    assert dialog.focusWidget() is dialog.shapes["x"]
    QTest.keyClicks(dialog.focusWidget(), "8")
    for _ in range(2):
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.targets
    return dialog


def test_the_source_of_a_module_that_is_pasted_becomes_a_block_of_the_open_graph(driver):
    dialog = pasted_source(driver)
    assert "Undo takes it back" in dialog.outcome.text()
    QTest.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    driver.wait(lambda: driver.known.shown.graph.has_node("net_1"))
    assert driver.window.selected == ("net_1",)
    assert [node.layer for node in driver.known.project.library.block("Net").graph.nodes] == [
        "Input",
        "Dense",
        "relu",
        "Output",
    ]
    driver.mouse.drag(driver.mouse.port_of("gelu_1"), driver.mouse.port_of("net_1", "in"))
    driver.do("undo")
    undone(driver, "Insert Net")
    driver.do("undo")
    assert driver.known.project == PROJECT


def test_the_source_of_a_module_that_is_pasted_becomes_nodes_or_a_new_project_as_one_likes(driver):
    dialog = pasted_source(driver)
    dialog.targets.setFocus()
    QTest.keyClick(dialog.targets, Qt.Key.Key_Down)
    QTest.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    driver.wait(lambda: driver.window.selected == ("dense_2", "relu_2"))
    assert edge("dense_2", "relu_2") in edges(driver)
    undone(driver, "Insert Net")
    driver.do("undo")
    dialog = pasted_source(driver)
    dialog.targets.setCurrentIndex(0)
    QTest.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    driver.wait(lambda: driver.known.project.name == "Net")
    assert [node.layer for node in driver.known.project.graph.nodes] == ["Input", "Dense", "relu", "Output"]


def test_what_was_selected_in_one_project_is_not_in_the_next(driver, tmp_path):
    select(driver, "dense_1")
    path = tmp_path / "other.msgpack"
    save_project(path, replace(PROJECT, name="Other"), Results())
    driver.studio.files.on_open_path(str(path))
    driver.wait(lambda: driver.known.project.name == "Other")
    assert driver.window.selected == ()


def test_several_wires_of_a_port_are_not_moved_to_an_input_that_takes_one(driver):
    driver.drop("Add", 470.0, 420.0)
    for source in ("dense_1", "gelu_1"):
        driver.connect(source, "add_1")
    before = edges(driver)
    driver.mouse.press(*driver.mouse.port_of("add_1", "in"), CTRL)
    driver.mouse.move(*EMPTY, CTRL)
    driver.mouse.move(*driver.mouse.port_of("conv_1", "in"), CTRL)
    assert tip(driver) == "The input “in” of conv_1 takes one wire."
    driver.mouse.release(*driver.mouse.port_of("conv_1", "in"), CTRL)
    assert edges(driver) == before
    assert Port("add_1", "in") in {e.target for e in before}
