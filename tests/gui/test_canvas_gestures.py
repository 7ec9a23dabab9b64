"""What the mouse and the keys ask for: each gesture ends in the right intent, told once."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.graph.graph import Port, edge
from flaxstudio.gui.layer_drag import mime_of
from flaxstudio.project import edits
from tests.gui.canvas_desk import CATALOGUE, Desk, chain

SHIFT, CTRL, ALT = (Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier)
EMPTY = (100.0, 400.0)


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, chain())


@pytest.fixture
def open_desk(desk) -> Desk:
    """The chain without the wire from dense_1 to relu_1."""
    desk.edit(edits.remove([], [edge("dense_1", "relu_1")]))
    return desk


# Dropping from outside


def test_a_layer_dropped_on_empty_canvas_lies_under_the_pointer_on_the_grid(desk):
    desk.drop(mime_of("Conv"), 503.0, 302.0)
    assert desk.logged("layer_dropped") == [("Conv", 420.0, 270.0)]


def test_a_layer_dropped_on_a_wire_is_to_be_inserted_there(desk):
    desk.drop(mime_of("relu"), 215.0, 30.0)
    [(layer, _, _, wire)] = desk.logged("layer_dropped_on_edge")
    assert (layer, wire) == ("relu", edge("input_1", "dense_1"))
    assert desk.logged("layer_dropped") == []


def test_a_layer_that_cannot_stand_on_a_wire_is_dropped_beside_it(desk):
    desk.drop(mime_of("Output"), 215.0, 30.0)
    assert len(desk.logged("layer_dropped")) == 1
    assert desk.logged("layer_dropped_on_edge") == []


def test_a_dropped_file_is_passed_on(desk, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "data.csv"))])
    desk.drop(mime, *EMPTY)
    assert desk.logged("file_dropped") == [(str(tmp_path / "data.csv"),)]


# Wires


def test_a_wire_drawn_from_output_to_input_is_asked_for(open_desk):
    open_desk.drag(open_desk.port_of("dense_1"), open_desk.port_of("relu_1", "in"))
    assert open_desk.logged("edge_drawn") == [(Port("dense_1", "out"), Port("relu_1", "in"), None)]


def test_a_wire_drawn_backwards_means_the_same(open_desk):
    open_desk.drag(open_desk.port_of("relu_1", "in"), open_desk.port_of("dense_1"))
    assert open_desk.logged("edge_drawn") == [(Port("dense_1", "out"), Port("relu_1", "in"), None)]


def test_a_wire_snaps_to_a_port_nearby(open_desk):
    x, y = open_desk.port_of("relu_1", "in")
    open_desk.drag(open_desk.port_of("dense_1"), (x - 14, y + 10))
    assert open_desk.logged("edge_drawn") == [(Port("dense_1", "out"), Port("relu_1", "in"), None)]


def test_a_wire_dropped_on_a_node_goes_to_its_input(open_desk):
    open_desk.drag(open_desk.port_of("dense_1"), (620.0, 45.0))
    assert open_desk.logged("edge_drawn") == [(Port("dense_1", "out"), Port("relu_1", "in"), None)]


def test_a_wire_dropped_on_an_occupied_input_is_asked_for_and_replaces(desk):
    desk.drag(desk.port_of("input_1"), desk.port_of("relu_1", "in"))
    [(source, target, moved)] = desk.logged("edge_drawn")
    desk.edit(edits.connect(source, target, CATALOGUE, moved))
    assert set(desk.canvas.scene.edges) == {edge("input_1", "dense_1"), edge("input_1", "relu_1"), edge("relu_1", "output_1")}


def test_a_wire_that_would_make_a_loop_is_refused_with_the_reason(desk):
    target = desk.port_of("dense_1", "in")
    desk.press(*desk.port_of("relu_1"))
    desk.move(600.0, 120.0)
    desk.move(*target)
    assert desk.canvas.view.tip.isVisible()
    assert desk.canvas.view.tip.text() == "This would make a loop."
    assert ("in", "in") in desk.canvas.scene.nodes["dense_1"].state.faded
    desk.release(*target)
    assert desk.logged("edge_drawn") == []
    assert not desk.canvas.view.tip.isVisible()
    assert desk.canvas.scene.nodes["dense_1"].state.faded == frozenset()


def test_a_target_swells_while_the_wire_snaps_to_it(open_desk):
    open_desk.press(*open_desk.port_of("dense_1"))
    open_desk.move(470.0, 60.0)
    open_desk.move(*open_desk.port_of("relu_1", "in"))
    assert open_desk.canvas.scene.nodes["relu_1"].state.swollen == ("in", "in")
    open_desk.release(*open_desk.port_of("relu_1", "in"))
    assert open_desk.canvas.scene.nodes["relu_1"].state.swollen is None


def test_a_wire_dragged_off_its_input_is_deleted(desk):
    desk.drag(desk.port_of("relu_1", "in"), (480.0, 300.0))
    assert desk.logged("delete_requested") == [((), (edge("dense_1", "relu_1"),))]
    assert not desk.canvas.search.isVisible()


def test_a_wire_dragged_to_another_input_is_moved(desk):
    desk.drag(desk.port_of("relu_1", "in"), desk.port_of("dropout_1", "in"))
    assert desk.logged("edge_drawn") == [(Port("dense_1", "out"), Port("dropout_1", "in"), edge("dense_1", "relu_1"))]


def test_a_wire_put_back_where_it_was_asks_for_nothing(desk):
    start = desk.port_of("relu_1", "in")
    desk.press(*start)
    desk.move(480.0, 100.0)
    desk.move(*start)
    desk.release(*start)
    assert desk.logged("edge_drawn") == desk.logged("delete_requested") == []
    assert desk.canvas.scene.edges[edge("dense_1", "relu_1")].isVisible()


def test_escape_while_drawing_leaves_no_trace(desk):
    desk.press(*desk.port_of("relu_1", "in"))
    desk.move(480.0, 100.0)
    assert not desk.canvas.scene.edges[edge("dense_1", "relu_1")].isVisible()
    count = len(desk.canvas.scene.items())
    desk.key(Qt.Key.Key_Escape)
    desk.release(480.0, 100.0)
    assert desk.logged("edge_drawn") == desk.logged("delete_requested") == []
    assert desk.canvas.scene.edges[edge("dense_1", "relu_1")].isVisible()
    assert len(desk.canvas.scene.items()) == count - 1


def test_alt_click_on_a_port_disconnects_its_wires(desk):
    desk.click(*desk.port_of("dense_1"), ALT)
    assert desk.logged("delete_requested") == [((), (edge("dense_1", "relu_1"),))]


def test_a_wire_dropped_on_nothing_opens_the_search_and_passes_its_port(desk):
    desk.drag(desk.port_of("relu_1"), (700.0, 300.0))
    search = desk.canvas.search
    assert search.isVisible()
    assert search.list.model().item(0).text() == "Fits here"
    QTest.keyClicks(search.field, "dropout")
    QTest.keyClick(search.field, Qt.Key.Key_Return)
    assert desk.logged("layer_chosen") == [("Dropout", 700.0, 270.0, Port("relu_1", "out"))]


def test_a_click_on_a_wire_selects_it_and_delete_asks_for_its_end(desk):
    desk.click(215.0, 30.0)
    assert desk.canvas.selected_edges() == (edge("input_1", "dense_1"),)
    desk.key(Qt.Key.Key_Delete)
    assert desk.logged("delete_requested") == [((), (edge("input_1", "dense_1"),))]


# Nodes


def test_a_dragged_node_tells_its_new_place_once_snapped_to_the_grid(desk):
    x, y = desk.title_of("dense_1")
    desk.drag((x, y), (x + 33, y + 118))
    assert desk.logged("nodes_moved") == [({"dense_1": (290.0, 120.0)},)]


def test_all_selected_nodes_move_together(desk):
    desk.canvas.select(["dense_1", "relu_1"])
    x, y = desk.title_of("dense_1")
    desk.drag((x, y), (x + 20, y + 200))
    assert desk.logged("nodes_moved") == [({"dense_1": (280.0, 200.0), "relu_1": (540.0, 200.0)},)]


def test_wires_follow_a_node_while_it_is_dragged(desk):
    x, y = desk.title_of("dense_1")
    desk.press(x, y)
    desk.move(x, y + 100)
    wire = desk.canvas.scene.edges[edge("dense_1", "relu_1")].path()
    assert wire.pointAtPercent(0) == desk.canvas.scene.nodes["dense_1"].port_point("out", "out")
    desk.release(x, y + 100)


def test_a_mere_click_selects_and_moves_nothing(desk):
    desk.click(*desk.title_of("relu_1"))
    assert desk.canvas.selected_nodes() == ("relu_1",)
    assert desk.logged("nodes_moved") == []


def test_shift_click_adds_and_ctrl_click_toggles(desk):
    desk.click(*desk.title_of("dense_1"))
    desk.click(*desk.title_of("relu_1"), SHIFT)
    assert desk.canvas.selected_nodes() == ("dense_1", "relu_1")
    desk.click(*desk.title_of("dense_1"), CTRL)
    assert desk.canvas.selected_nodes() == ("relu_1",)


def test_escape_while_dragging_puts_nodes_back(desk):
    x, y = desk.title_of("dense_1")
    desk.press(x, y)
    desk.move(x + 50, y + 50)
    desk.key(Qt.Key.Key_Escape)
    desk.release(x + 50, y + 50)
    assert desk.canvas.scene.nodes["dense_1"].pos() == QPointF(260, 0)
    assert desk.logged("nodes_moved") == []


def test_new_shapes_during_a_drag_do_not_pull_the_node_back(desk):
    x, y = desk.title_of("dense_1")
    desk.press(x, y)
    desk.move(x, y + 100)
    desk.display()
    assert desk.canvas.scene.nodes["dense_1"].pos() == QPointF(260, 100)
    desk.release(x, y + 100)
    assert desk.logged("nodes_moved") == [({"dense_1": (260.0, 100.0)},)]


def test_a_node_removed_during_its_drag_ends_the_drag(desk):
    x, y = desk.title_of("dense_1")
    desk.press(x, y)
    desk.move(x, y + 100)
    desk.edit(edits.remove(["dense_1"]))
    desk.move(x, y + 120)
    desk.release(x, y + 120)
    assert desk.logged("nodes_moved") == []


def test_an_unconnected_node_dropped_on_a_wire_is_to_be_inserted_there(desk):
    x, y = desk.title_of("dropout_1")
    desk.drag((x, y), (x + 130, y - 200))
    assert desk.logged("nodes_dropped_on_edge") == [({"dropout_1": (130.0, 0.0)}, edge("input_1", "dense_1"))]
    assert desk.logged("nodes_moved") == []


def test_alt_keeps_a_node_from_being_inserted(desk):
    x, y = desk.title_of("dropout_1")
    desk.press(x, y)
    desk.move(x + 130, y - 200, ALT)
    desk.release(x + 130, y - 200, ALT)
    assert desk.logged("nodes_dropped_on_edge") == []
    assert desk.logged("nodes_moved") == [({"dropout_1": (130.0, 0.0)},)]


def test_delete_asks_for_all_that_is_selected(desk):
    desk.canvas.select(["dense_1", "relu_1"])
    desk.key(Qt.Key.Key_Backspace)
    assert desk.logged("delete_requested") == [(("dense_1", "relu_1"), ())]


def test_delete_with_nothing_selected_asks_for_nothing(desk):
    desk.key(Qt.Key.Key_Delete)
    assert desk.logged("delete_requested") == []


def test_f2_and_a_double_click_on_the_title_ask_for_another_name(desk):
    desk.canvas.select(["relu_1"])
    desk.key(Qt.Key.Key_F2)
    QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=desk.at(*desk.title_of("dense_1")))
    assert desk.logged("rename_requested") == [("relu_1",), ("dense_1",)]


def test_a_double_click_on_a_port_asks_for_nothing(desk):
    QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=desk.at(*desk.port_of("dense_1")))
    assert desk.logged("rename_requested") == []
    assert not desk.canvas.search.isVisible()


# Selecting


def test_a_box_selects_what_it_touches(desk):
    desk.drag((240.0, -40.0), (640.0, 120.0))
    assert desk.canvas.selected_nodes() == ("dense_1", "relu_1")


def test_a_box_with_shift_adds_and_with_ctrl_toggles(desk):
    desk.canvas.select(["dense_1"])
    desk.drag((500.0, -40.0), (640.0, 120.0), SHIFT)
    assert desk.canvas.selected_nodes() == ("dense_1", "relu_1")
    desk.drag((240.0, -40.0), (640.0, 120.0), CTRL)
    assert desk.canvas.selected_nodes() == ()


def test_a_click_on_nothing_and_escape_clear_the_selection(desk):
    desk.canvas.select(["dense_1"])
    desk.click(*EMPTY)
    assert desk.canvas.selected_nodes() == ()
    desk.canvas.select(["dense_1"])
    desk.key(Qt.Key.Key_Escape)
    assert desk.canvas.selected_nodes() == ()


def test_the_arrow_keys_walk_along_the_wires(desk):
    desk.canvas.select(["input_1"])
    for key, name in ((Qt.Key.Key_Right, "dense_1"), (Qt.Key.Key_Right, "relu_1"), (Qt.Key.Key_Left, "dense_1")):
        desk.key(key)
        assert desk.canvas.selected_nodes() == (name,)
    desk.canvas.select(["input_1"])
    desk.key(Qt.Key.Key_Down)
    assert desk.canvas.selected_nodes() == ("dropout_1",)


# Going about


def test_the_wheel_zooms_at_the_cursor(desk):
    view, at = desk.canvas.view, QPointF(900, 500)
    before = view.mapToScene(at.toPoint())
    wheel = QWheelEvent(
        *(at, QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton),
        *(Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False),
    )
    QApplication.sendEvent(view.viewport(), wheel)
    assert view.zoom() > 1.3
    assert (view.mapFromScene(before) - at.toPoint()).manhattanLength() <= 2


def test_two_fingers_pan_without_zooming(desk):
    view, at = desk.canvas.view, QPointF(900, 500)
    before = view.mapToScene(0, 0)
    wheel = QWheelEvent(
        *(at, QPointF(view.mapToGlobal(at)), QPoint(-30, 50), QPoint(-30, 50), Qt.MouseButton.NoButton),
        *(Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.ScrollUpdate, False),
    )
    QApplication.sendEvent(view.viewport(), wheel)
    assert view.zoom() == 1.0
    assert view.mapToScene(0, 0) - before == QPointF(30, -50)


@pytest.mark.parametrize("way", ["middle", "space"])
def test_the_middle_button_and_space_pan(desk, way):
    view = desk.canvas.view
    before = view.mapToScene(0, 0)
    start, end = desk.at(0, -100), desk.at(80, -60)
    button = Qt.MouseButton.MiddleButton if way == "middle" else Qt.MouseButton.LeftButton
    if way == "space":
        QTest.keyPress(view, Qt.Key.Key_Space)
    QTest.mousePress(view.viewport(), button, pos=start)
    QTest.mouseMove(view.viewport(), end)
    QTest.mouseRelease(view.viewport(), button, pos=end)
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert view.mapToScene(0, 0) - before == QPointF(-80, -40)
    assert desk.logged("selection_changed") == []


# The search popup


@pytest.mark.parametrize("way", ["tab", "shift+a", "double-click", "right-click"])
def test_the_search_opens_in_every_way(desk, way):
    view, at = desk.canvas.view, desk.at(*EMPTY)
    if way == "tab":
        desk.key(Qt.Key.Key_Tab)
    elif way == "shift+a":
        desk.key(Qt.Key.Key_A, SHIFT)
    elif way == "double-click":
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    else:
        QApplication.sendEvent(view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at)))
    assert desk.canvas.search.isVisible()


def test_a_layer_is_chosen_with_letters_arrows_and_enter(desk):
    QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=desk.at(*EMPTY))
    field = desk.canvas.search.field
    QTest.keyClicks(field, "pool")
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.logged("layer_chosen") == [("AvgPool", 20.0, 370.0, None)]
    assert not desk.canvas.search.isVisible()


def test_the_search_steps_over_captions_and_stops_at_both_ends(desk):
    desk.key(Qt.Key.Key_Tab)
    search = desk.canvas.search
    assert search.list.currentIndex().data() == "Input"
    for _ in range(2):
        QTest.keyClick(search.field, Qt.Key.Key_Down)
    assert search.list.currentIndex().data() == "Dense"
    for _ in range(9):
        QTest.keyClick(search.field, Qt.Key.Key_Up)
    assert search.list.currentIndex().data() == "Input"


def test_escape_closes_the_search_and_nothing_is_chosen(desk):
    desk.key(Qt.Key.Key_Tab)
    QTest.keyClick(desk.canvas.search.field, Qt.Key.Key_Escape)
    assert not desk.canvas.search.isVisible()
    assert desk.logged("layer_chosen") == []


def test_a_word_without_meaning_is_answered_in_words(desk):
    desk.key(Qt.Key.Key_Tab)
    QTest.keyClicks(desk.canvas.search.field, "zzzz")
    assert not desk.canvas.search.list.isVisible()
    QTest.keyClick(desk.canvas.search.field, Qt.Key.Key_Return)
    assert desk.logged("layer_chosen") == []
