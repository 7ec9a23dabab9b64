"""What users of other node editors expect: every such gesture works in the whole window, and is a command with keys too."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from flaxstudio.graph.graph import Port, edge
from flaxstudio.gui.commands.command import Command, Menu
from flaxstudio.gui.commands.keymap import KeyMap
from flaxstudio.gui.commands.table import MENUS, placed
from flaxstudio.gui.name_popup import NamePopup
from flaxstudio.layers import catalogue
from flaxstudio.project.document import Document
from flaxstudio.project.edits import set_training
from flaxstudio.project.templates import build_template
from tests.end_to_end.studio_driver import Driver
from tests.end_to_end.test_wiring_nodes import EMPTY, PROJECT, edges, find, key, opened, select, tip, undone

K = Qt.Key
NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)

EXPECTED = {
    "add a node": {"add": ("Tab", "Shift+A")},
    "add from a wire": {"add_behind": ("A",)},
    "insert on a wire": {"insert": ("Ins",)},
    "pan": {"pan": ("Space",)},
    "zoom": {"zoom_in": ("+",), "zoom_out": ("-",), "wheel_scrolls": ()},
    "fit": {"fit": ("Home",), "fit_selection": ("F", "."), "zoom_reset": ("Ctrl+0",)},
    "select in a box": {"select_box": (), "escape": ("Esc",)},
    "select along the flow": {"select_upstream": ("L",), "select_downstream": ("Shift+L",), "walk_right": ("Right",)},
    "move wires": {"move_wires": ("Shift+W",)},
    "disconnect": {"disconnect": (), "delete": ("Del",)},
    "cut wires": {"cut_wires": ("Y",)},
    "detach": {"cut": ("Ctrl+X",), "delete_reconnect": ("Shift+Del",), "detach": ("Alt+D",)},
    "link what is selected": {"link": ("Ctrl+L",)},
    "lead a wire": {"dot": ()},
    "frame and note": {"frame": ("C",), "note": ("N",)},
    "group": {
        "make_block": ("Ctrl+G",),
        "take_apart": ("Ctrl+Shift+G",),
        "open_block": ("Return",),
        "leave_block": ("U", "Backspace"),
    },
    "leave out": {"mute": ("M",), "bypass": ("B",)},
    "duplicate": {"duplicate": ("Ctrl+D",)},
    "copy and paste": {"copy": ("Ctrl+C",), "paste": ("Ctrl+V",), "paste_wired": ("Ctrl+Shift+V",)},
    "delete": {"delete": ("Del", "Backspace")},
    "rename": {"rename": ("F2",)},
    "collapse": {"collapse": ("H",), "hide_ports": ("Ctrl+H",)},
    "find": {"find": ("Ctrl+F",)},
    "lay out": {"tidy": ("Ctrl+Shift+L",), "align_left": (), "distribute_horizontally": ()},
    "minimap": {"minimap": ("Alt+M",)},
    "quick preview": {"tell": ("I",), "probe": ("P",)},
    "run": {"train": ("Ctrl+Return",), "stop": ("Ctrl+.",), "validate": ("Ctrl+Shift+Return",)},
    "commands and help": {
        "palette": ("Ctrl+Shift+P",),
        "layer_help": ("F1",),
        "undo": ("Ctrl+Z",),
        "redo": ("Ctrl+Shift+Z", "Ctrl+Y"),
    },
}


@pytest.fixture
def driver(qtbot, tmp_path) -> Driver:
    return opened(qtbot, tmp_path, PROJECT)


@pytest.fixture
def view(driver):
    return driver.window.canvas.view


def scroll(view, pixels=QPoint(), angle=QPoint(), keys=NONE, at=QPointF(500, 300)) -> None:
    """Turn a wheel, or move two fingers where px are told."""
    phase = Qt.ScrollPhase.NoScrollPhase if pixels.isNull() else Qt.ScrollPhase.ScrollUpdate
    place = QPointF(view.viewport().mapToGlobal(at))
    event = QWheelEvent(at, place, pixels, angle, Qt.MouseButton.NoButton, keys, phase, False)
    QApplication.sendEvent(view.viewport(), event)


def corner(view) -> QPointF:
    return view.mapToScene(0, 0)


def named(driver, name: str) -> None:
    """Type a name into the popup that asks for one."""
    popup = next(popup for popup in driver.window.findChildren(NamePopup) if popup.isVisible())
    popup.edit.selectAll()
    QTest.keyClicks(popup.edit, name)
    QTest.keyClick(popup.edit, K.Key_Return)


@pytest.mark.parametrize("row", EXPECTED)
def test_what_is_expected_has_its_keys_a_place_in_a_menu_and_can_be_given_others(row, qapp):
    keys = KeyMap()
    in_menus = {command.name: place for place, command in placed()}
    for name, wanted in EXPECTED[row].items():
        assert set(wanted) <= set(keys.keys[name])
        assert in_menus[name]
        assert keys.changed({name: ("Ctrl+Alt+Shift+J",)}).keys[name] == ("Ctrl+Alt+Shift+J",)


@pytest.mark.parametrize("way", ["tab", "shift+a", "double-click", "right-click"])
def test_the_same_search_opens_in_every_way(driver, view, way):
    at = driver.mouse.at(*EMPTY)
    driver.mouse.move(*EMPTY)
    if way == "tab":
        key(driver, K.Key_Tab)
    elif way == "shift+a":
        key(driver, K.Key_A, SHIFT)
    elif way == "double-click":
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    else:
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.viewport().mapToGlobal(at))
        QApplication.sendEvent(view.viewport(), event)
    find(driver, "gelu")
    undone(driver, "Add gelu_2")


def test_a_layer_is_added_behind_the_selected_node_by_a_key(driver):
    select(driver, "gelu_1")
    key(driver, K.Key_A)
    assert driver.window.canvas.search.list.model().item(0).text() == "Fits here"
    find(driver, "linear")
    assert edge("gelu_1", "dense_2") in edges(driver)
    assert driver.known.shown.positions["dense_2"] != driver.known.shown.positions["conv_1"]
    undone(driver, "Add dense_2")


def test_a_node_that_gives_nothing_on_says_so(driver):
    said = []
    driver.window.canvas.spoken.connect(said.append)
    select(driver, "output_1")
    key(driver, K.Key_A)
    assert said[-1] == "output_1 gives nothing on: select another node."
    assert not driver.window.canvas.search.isVisible()


def test_the_view_is_dragged_by_the_middle_button_by_space_by_command_and_by_two_fingers(driver, view):
    before, by = corner(view), QPointF(80 / view.zoom(), 40 / view.zoom())

    def dragged(button=Qt.MouseButton.LeftButton) -> QPointF:
        start, end = QPoint(200, 500), QPoint(280, 540)
        QTest.mousePress(view.viewport(), button, pos=start)
        QTest.mouseMove(view.viewport(), end)
        QTest.mouseRelease(view.viewport(), button, pos=end)
        return corner(view)

    assert (dragged(Qt.MouseButton.MiddleButton) - (before - by)).manhattanLength() < 2
    QTest.keyPress(view, K.Key_Space)
    assert (dragged() - (before - by * 2)).manhattanLength() < 3
    QTest.keyRelease(view, K.Key_Space)
    driver.do("pan")
    assert (dragged() - (before - by * 3)).manhattanLength() < 4
    dragged()  # the command was for one drag: this one draws a box
    assert (corner(view) - (before - by * 3)).manhattanLength() < 4
    scroll(view, QPoint(-30, 50))
    assert (corner(view) - (before - by * 3 + QPointF(30, -50) / view.zoom())).manhattanLength() < 5
    assert driver.known.project == PROJECT


def test_the_wheel_zooms_where_the_pointer_is_and_a_switch_makes_it_scroll(driver, view):
    at = QPointF(500, 300)
    point, zoom = view.mapToScene(at.toPoint()), view.zoom()
    scroll(view, angle=QPoint(0, 120))
    assert view.zoom() > zoom
    assert (view.mapToScene(at.toPoint()) - point).manhattanLength() < 3
    scroll(view, QPoint(0, -40), keys=CTRL)
    assert view.zoom() < zoom * 1.25
    place = QPointF(view.viewport().mapToGlobal(at))
    device, kind = QPointingDevice.primaryPointingDevice(), Qt.NativeGestureType.ZoomNativeGesture
    zoom = view.zoom()
    QApplication.sendEvent(view.viewport(), QNativeGestureEvent(kind, device, 2, at, at, place, 0.25, QPointF()))
    assert view.zoom() == pytest.approx(zoom * 1.25)
    driver.do("wheel_scrolls")
    zoom = view.zoom()
    scroll(view, angle=QPoint(0, 120))
    assert view.zoom() == zoom
    scroll(view, angle=QPoint(0, 120), keys=CTRL)
    assert view.zoom() > zoom


def test_keys_fit_all_or_the_selection_and_zoom(driver, view):
    scene = driver.window.canvas.scene
    view.centerOn(9000, 9000)
    key(driver, K.Key_Home)
    assert view.visible_box().contains(scene.bounds())
    for pressed in (K.Key_F, K.Key_Period):
        view.centerOn(9000, 9000)
        driver.window.canvas.select(["conv_1"])
        key(driver, pressed)
        assert view.visible_box().contains(scene.nodes["conv_1"].box())
        assert view.zoom() == 1.0
    key(driver, K.Key_Plus)
    key(driver, K.Key_Plus)
    key(driver, K.Key_Minus)
    assert view.zoom() > 1.0
    key(driver, K.Key_0, CTRL)
    assert view.zoom() == 1.0


def test_a_box_selects_adds_and_toggles_also_from_a_node_by_command(driver):
    mouse = driver.mouse
    mouse.drag((-40.0, 160.0), (400.0, 300.0))
    assert set(driver.window.selected) == {"dropout_1", "gelu_1"}
    mouse.drag((-40.0, -40.0), (100.0, 80.0), SHIFT)
    assert set(driver.window.selected) == {"dropout_1", "gelu_1", "input_1"}
    mouse.drag((-40.0, 160.0), (100.0, 300.0), CTRL)
    assert set(driver.window.selected) == {"gelu_1", "input_1"}
    key(driver, K.Key_Escape)
    assert driver.window.selected == ()
    driver.do("select_box")
    mouse.drag(mouse.title_of("input_1"), (400.0, 80.0))
    assert set(driver.window.selected) == {"input_1", "dense_1"}
    assert driver.known.project == PROJECT
    driver.do("select_box")
    key(driver, K.Key_Escape)  # given up: a drag moves again
    mouse.drag(mouse.title_of("conv_1"), (700.0, 330.0))
    assert driver.known.undo_text == "Move conv_1"


def test_wires_are_moved_by_keys(driver):
    select(driver, "dense_1")
    key(driver, K.Key_W, SHIFT)
    assert tip(driver).startswith("1 wire of dense_1.out to ")
    QTest.keyClicks(driver.window.canvas.view, "conv")
    assert tip(driver).startswith("1 wire of dense_1.out to conv_1.out")
    key(driver, K.Key_Return)
    assert edge("conv_1", "relu_1") in edges(driver)
    assert edge("dense_1", "relu_1") not in edges(driver)
    undone(driver, "Move wire to conv_1")
    driver.do("undo")
    key(driver, K.Key_W, SHIFT)
    key(driver, K.Key_W, SHIFT)  # on to its input
    QTest.keyClicks(driver.window.canvas.view, "conv")
    key(driver, K.Key_Return)
    assert edge("input_1", "conv_1") in edges(driver)
    driver.do("undo")
    select(driver, "conv_1")
    key(driver, K.Key_W, SHIFT)
    assert tip(driver) == "conv_1 has no wires that could be moved."
    key(driver, K.Key_Escape)


def test_wires_are_cut_by_a_command_and_deleted_by_a_key(driver):
    driver.do("cut_wires")
    driver.mouse.drag((215.0, -60.0), (215.0, 120.0))
    assert edge("input_1", "dense_1") not in edges(driver)
    undone(driver, "Cut wire")
    driver.do("undo")
    middle = driver.window.canvas.scene.edges[edge("relu_1", "output_1")].path().pointAtPercent(0.5).toTuple()
    driver.mouse.click(*middle)
    key(driver, K.Key_Delete)
    assert edge("relu_1", "output_1") not in edges(driver)
    undone(driver, "Delete wire")


def test_frames_notes_and_dots_are_made_by_keys_and_clicks(driver):
    canvas = driver.window.canvas
    select(driver, "input_1", "dense_1")
    key(driver, K.Key_C)
    QTest.keyClicks(canvas.view.editor.line, "Body")
    QTest.keyClick(canvas.view.editor.line, K.Key_Return)
    (frame,) = driver.known.shown.annotations.frames
    assert frame.title == "Body"
    undone(driver, "Add frame")
    x, y, width, height = frame.box
    for name in ("input_1", "dense_1"):
        assert canvas.scene.nodes[name].box().adjusted(0, 0, 0, 0).left() > x
        assert canvas.scene.nodes[name].box().right() < x + width
        assert canvas.scene.nodes[name].box().bottom() < y + height
    driver.mouse.move(*EMPTY)
    canvas.view.setFocus()
    key(driver, K.Key_N)
    QTest.keyClicks(canvas.view.editor.sheet, "Read me")
    QTest.keyClick(canvas.view.editor.sheet, K.Key_Return, CTRL)
    assert [note.text for note in driver.known.shown.annotations.notes] == ["Read me"]
    assert driver.known.steps == ("Add frame", "Add note")
    wire = canvas.scene.edges[edge("dense_1", "relu_1")]
    driver.mouse.click(*wire.path().pointAtPercent(0.5).toTuple(), ALT)
    wire = canvas.scene.edges[edge("relu_1", "output_1")]
    at = driver.mouse.at(*wire.path().pointAtPercent(0.5).toTuple())
    QTest.mouseDClick(canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert len(driver.known.shown.annotations.routes) == 2
    while driver.known.undo_text:
        driver.do("undo")
    assert driver.known.project == PROJECT


def test_blocks_are_made_entered_left_and_taken_apart_by_keys_and_clicks(driver):
    canvas, session = driver.window.canvas, driver.studio.session
    select(driver, "dense_1", "relu_1")
    key(driver, K.Key_G, CTRL)
    named(driver, "Hidden")
    assert driver.window.selected == ("hidden_1",)
    key(driver, K.Key_Return)
    assert session.block == "Hidden"
    canvas.select([])
    key(driver, K.Key_U)
    assert session.block == ""
    at = driver.mouse.at(*driver.mouse.title_of("hidden_1"))
    QTest.mouseDClick(canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert canvas.breadcrumb.texts() == ["Small", "hidden_1: Hidden"]
    canvas.select([])
    key(driver, K.Key_Backspace)
    assert session.block == ""
    select(driver, "hidden_1")
    key(driver, K.Key_G, CTRL | SHIFT)
    assert {"dense_1", "relu_1"} <= set(driver.known.project.graph.names())


def test_single_keys_mute_bypass_collapse_duplicate_and_delete_what_is_selected(driver):
    canvas = driver.window.canvas
    select(driver, "relu_1")
    for pressed, mode in ((K.Key_M, "muted"), (K.Key_M, "on"), (K.Key_B, "bypassed"), (K.Key_B, "on")):
        key(driver, pressed)
        assert driver.known.project.graph.node("relu_1").mode == mode
    tall = canvas.scene.nodes["relu_1"].box().height()
    key(driver, K.Key_H)
    assert canvas.scene.nodes["relu_1"].box().height() < tall
    select(driver, "dropout_1")
    ports = len(canvas.scene.nodes["dropout_1"].content.inputs)
    key(driver, K.Key_H, CTRL)
    assert len(canvas.scene.nodes["dropout_1"].content.inputs) <= ports
    key(driver, K.Key_D, CTRL)
    assert driver.window.selected == ("dropout_2",)
    for pressed in (K.Key_Delete, K.Key_Backspace):
        count = len(driver.known.project.graph.nodes)
        select(driver, "dropout_2" if pressed == K.Key_Delete else "dropout_1")
        key(driver, pressed)
        assert len(driver.known.project.graph.nodes) == count - 1


def test_f2_renames_and_keys_do_not_delete_while_one_types(driver):
    select(driver, "dense_1")
    key(driver, K.Key_F2)
    field = driver.window.inspector.node_page.name_field.edit
    QTest.keyClick(field, K.Key_A, CTRL)
    QTest.keyClick(field, K.Key_Delete)
    QTest.keyClicks(field, "hiddenx")
    QTest.keyClick(field, K.Key_Backspace)
    QTest.keyClick(field, K.Key_Return)
    assert "hidden" in driver.known.project.graph.names()
    assert len(driver.known.project.graph.nodes) == len(PROJECT.graph.nodes)


def test_find_tidy_minimap_validate_help_and_undo_have_their_keys(driver):
    canvas, window = driver.window.canvas, driver.window
    key(driver, K.Key_F, CTRL)
    assert canvas.find_bar.isVisible()
    QTest.keyClick(canvas.find_bar.field, K.Key_Escape)
    assert not canvas.find_bar.isVisible()
    key(driver, K.Key_L, CTRL | SHIFT)
    assert driver.known.undo_text.startswith("Tidy")
    key(driver, K.Key_Z, CTRL)
    assert driver.known.project == PROJECT
    key(driver, K.Key_Z, CTRL | SHIFT)
    assert driver.known.project != PROJECT
    key(driver, K.Key_Z, CTRL)
    key(driver, K.Key_Y, CTRL)
    assert driver.known.project != PROJECT
    is_wanted = canvas.minimap.is_wanted
    key(driver, K.Key_M, ALT)
    assert canvas.minimap.is_wanted is not is_wanted
    key(driver, K.Key_Return, CTRL | SHIFT)
    assert "cannot be trained" in window.statusBar().currentMessage()
    canvas.view.setFocus()
    select(driver, "dense_1")
    key(driver, K.Key_F1)
    assert driver.studio.help.dialog.windowTitle() == "Help on Dense"
    driver.studio.help.dialog.accept()
    key(driver, K.Key_P, CTRL | SHIFT)
    assert driver.studio.palette.popup.isVisible()
    QTest.keyClicks(driver.studio.palette.popup.field, "select downstream")
    QTest.keyClick(driver.studio.palette.popup.field, K.Key_Return)
    assert set(window.selected) == {"dense_1", "relu_1", "output_1"}


def test_a_resting_pointer_brings_a_card_and_a_click_with_ctrl_and_shift_pins_a_probe(driver, view):
    probes, mouse = driver.window.canvas.scene.probes, driver.mouse
    dense = Port("dense_1", "out")
    mouse.move(*mouse.title_of("dense_1"), button=Qt.MouseButton.NoButton)
    driver.wait(lambda: view.hovering.card is not None, 3000)
    assert view.hovering.card.text.startswith("dense_1")
    mouse.click(*mouse.title_of("dense_1"), CTRL | SHIFT)
    assert dense in probes.items
    assert view.hovering.card is None
    mouse.click(*mouse.title_of("dense_1"), CTRL | SHIFT)
    assert dense not in probes.items
    select(driver, "dense_1")
    key(driver, K.Key_I)
    assert view.hovering.card.text.startswith("dense_1")
    key(driver, K.Key_P)
    assert dense in probes.items
    assert driver.known.project == PROJECT


def test_a_run_is_started_and_stopped_by_keys_wherever_the_focus_is(driver, view):
    driver.studio.session.open(Document(build_template("iris", catalogue())))
    driver.wait(lambda: driver.known.data.status == "ready" and not driver.known.problems)
    driver.studio.session.edit(set_training(replace(driver.known.project.training, steps=1_000_000)))
    actions = driver.window.actions_by_name
    for start, stop in ((view, view), (driver.window.palette_panel.field, driver.window.inspector)):
        driver.window.activateWindow()
        driver.wait(lambda: driver.window.isActiveWindow() and actions["train"].isEnabled())
        start.setFocus()
        QTest.keyClick(start, K.Key_Return, CTRL)
        driver.wait(lambda: driver.studio.runner.state.status == "running" and driver.studio.runner.state.step > 0)
        driver.wait(actions["stop"].isEnabled)
        stop.setFocus()
        QTest.keyClick(stop, K.Key_Period, CTRL)
        driver.wait(lambda: driver.studio.runner.state.status == "idle")
        assert 0 < driver.studio.runner.state.step < 1_000_000


def test_no_category_of_the_search_is_cut_off(driver):
    driver.do("add")
    families = driver.window.canvas.search.families
    assert families.sizeHintForColumn(0) <= families.viewport().width()
    assert families.item(4).toolTip() == families.item(4).text() == "Normalisation and dropout"
    QTest.keyClick(driver.window.canvas.search.field, K.Key_Escape)


def test_a_command_of_a_gesture_is_found_in_the_palette(driver):
    popup = driver.studio.palette.popup
    for text in ("Cut wires by a stroke", "Move the view by dragging", "Move wires by keys", "Select in a box"):
        key(driver, K.Key_P, CTRL | SHIFT)
        QTest.keyClicks(popup.field, text)
        assert popup.list.currentIndex().data() == text
        QTest.keyClick(popup.field, K.Key_Escape)


def test_every_menu_opens_with_all_its_commands(driver):
    bar = driver.window.menuBar()

    def names(menu: QMenu) -> set[str]:
        own = {action.objectName() for action in menu.actions() if action.objectName()}
        return own.union(*(names(action.menu()) for action in menu.actions() if action.menu()))

    def wanted(menu: Menu) -> set[str]:
        inner = (wanted(entry) for entry in menu.entries if isinstance(entry, Menu))
        return {entry.name for entry in menu.entries if isinstance(entry, Command)}.union(*inner)

    for action, menu in zip(bar.actions(), MENUS, strict=True):
        assert wanted(menu) <= names(action.menu())
