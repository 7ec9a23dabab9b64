"""The canvas shows what the document holds, and nothing is built anew that did not change."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from flaxstudio.graph.graph import Graph, Node, Port, edge
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import ArrayShape, GraphShapes, NodeShape
from flaxstudio.gui.canvas.node_content import content_of
from flaxstudio.gui.canvas.node_painter import NodePainter
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project import edits
from flaxstudio.project.annotation_edits import add_dot
from flaxstudio.project.project import Project
from tests.gui.canvas_desk import CATALOGUE, Desk, chain


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, chain())


def test_there_is_one_item_for_each_node_and_edge(desk):
    assert set(desk.canvas.scene.nodes) == set(desk.document.project.graph.names())
    assert set(desk.canvas.scene.edges) == set(desk.document.project.graph.edges)


def test_moving_a_node_keeps_all_items(desk):
    before = dict(desk.canvas.scene.nodes), dict(desk.canvas.scene.edges)
    desk.edit(edits.move({"dense_1": (300.0, 100.0)}))
    assert (desk.canvas.scene.nodes, desk.canvas.scene.edges) == before


def test_an_edit_of_one_node_repaints_only_that_node(desk):
    contents = {name: item.content for name, item in desk.canvas.scene.nodes.items()}
    desk.edit(edits.set_attribute("dense_1", "features", 10, CATALOGUE))
    changed = [name for name, item in desk.canvas.scene.nodes.items() if item.content is not contents[name]]
    assert changed == ["dense_1"]
    assert desk.canvas.scene.nodes["dense_1"].content.attributes == "10"


def test_a_renamed_node_keeps_its_item_and_stays_selected(desk):
    item = desk.canvas.scene.nodes["dense_1"]
    desk.canvas.select(["dense_1"])
    desk.edit(edits.rename_node("dense_1", "hidden"))
    assert desk.canvas.scene.nodes["hidden"] is item
    assert desk.canvas.selected_nodes() == ("hidden",)
    assert desk.logged("selection_changed")[-1] == (("hidden",),)


def test_a_removed_node_takes_its_wires_and_its_selection_along(desk):
    desk.canvas.select(["dense_1", "relu_1"])
    desk.edit(edits.remove(["dense_1"]))
    assert "dense_1" not in desk.canvas.scene.nodes
    assert set(desk.canvas.scene.edges) == {edge("relu_1", "output_1")}
    assert desk.logged("selection_changed")[-1] == (("relu_1",),)


def test_undoing_a_move_brings_the_node_and_its_wire_back(desk, qtbot):
    desk.edit(edits.move({"relu_1": (520.0, 300.0)}))
    desk.document.undo()
    scene = desk.canvas.scene
    qtbot.waitUntil(lambda: scene.nodes["relu_1"].pos() == QPointF(520, 0))
    wire = scene.edges[edge("relu_1", "output_1")].path()
    assert wire.pointAtPercent(0) == scene.nodes["relu_1"].port_point("out", "out")


def test_ports_with_a_wire_are_shown_connected(desk):
    nodes = desk.canvas.scene.nodes
    assert nodes["dense_1"].state.connected == {("in", "in"), ("out", "out")}
    assert nodes["dropout_1"].state.connected == frozenset()
    desk.edit(edits.remove([], [edge("dense_1", "relu_1")]))
    assert nodes["dense_1"].state.connected == {("in", "in")}


def test_a_problem_is_told_at_its_node(desk):
    problem = Problem("relu_1", "relu_1 is odd.", "Delete it.")
    desk.canvas.display(desk.document.project, (problem,), GraphShapes({}))
    assert desk.canvas.scene.nodes["relu_1"].content.severity == "error"
    assert desk.canvas.scene.nodes["relu_1"].content.message == "relu_1 is odd. Delete it."
    assert desk.canvas.scene.nodes["dense_1"].content.severity is None


def test_a_node_of_an_unknown_layer_and_a_dangling_wire_are_shown_without_harm(desk):
    graph = Graph((Node("a", "Gone"), Node("b", "relu")), (edge("a", "b"), edge("b", "nowhere")))
    desk.canvas.display(Project("Odd", graph), (), GraphShapes({}))
    assert not desk.canvas.view.grab().isNull()
    assert set(desk.canvas.scene.edges) == {edge("a", "b")}


def test_an_empty_canvas_says_how_to_begin(desk):
    assert not desk.canvas._hint.isVisible()
    desk.canvas.display(Project(), (), GraphShapes({}))
    assert desk.canvas._hint.isVisible()


def test_the_model_name_stands_above(desk):
    assert desk.canvas.breadcrumb.texts() == ["Small"]


def test_a_long_name_never_makes_a_node_wider_than_the_widest(desk):
    desk.edit(edits.rename_node("dense_1", "a" * 64))
    assert desk.canvas.node_sizes()["a" * 64][0] == 220


def test_the_wheel_zooms_and_keeps_the_point_under_the_cursor(desk):
    view = desk.canvas.view
    for scale in (1.7, 0.3, 3.9, 0.06):
        at = QPoint(700, 222)
        before = view.mapToScene(at)
        view.zoom_to(scale, at)
        assert (view.mapFromScene(before) - at).manhattanLength() <= 2
        assert view.zoom() == pytest.approx(scale)


def test_zoom_stays_between_5_and_400_percent(desk):
    desk.canvas.view.zoom_to(100, QPoint(5, 5))
    assert desk.canvas.view.zoom() == pytest.approx(4.0)
    desk.canvas.view.zoom_to(0.0001, QPoint(5, 5))
    assert desk.canvas.view.zoom() == pytest.approx(0.05)


def test_fit_shows_every_node(desk):
    desk.edit(edits.move({"dropout_1": (5000.0, 4000.0)}))
    desk.canvas.display(replace(desk.document.project), (), GraphShapes({}))
    desk.canvas.scene._easing.setCurrentTime(1000)
    desk.canvas.fit_all()
    assert desk.canvas.view.visible_box().contains(desk.canvas.scene.bounds())


def test_fit_selection_brings_what_is_selected_into_view(desk):
    desk.canvas.view.centerOn(9000, 9000)
    desk.canvas.select(["dense_1"])
    desk.canvas.acts["fit_selection"]()
    assert desk.canvas.view.visible_box().contains(desk.canvas.scene.nodes["dense_1"].box())


def test_the_minimap_is_there_only_while_something_is_out_of_view(desk, qtbot):
    desk.canvas.fit_all()
    assert not desk.canvas.minimap.isVisible()
    desk.canvas.view.centerOn(4000, 0)
    desk.canvas.view.view_moved.emit()
    assert desk.canvas.minimap.isVisible()
    qtbot.mouseClick(desk.canvas.minimap, Qt.MouseButton.LeftButton, pos=desk.canvas.minimap.rect().center())
    assert desk.canvas.view.visible_box().contains(desk.canvas.scene.bounds().center())


def test_far_away_nodes_become_blocks_and_come_back(desk):
    node = desk.canvas.scene.nodes["dense_1"]
    desk.canvas.view.zoom_to(0.1, QPoint(0, 0))
    assert not node.isVisible()
    desk.canvas.view.zoom_to(1.0, QPoint(0, 0))
    assert node.isVisible()


def test_another_theme_changes_the_colours_drawn(desk):
    light = desk.canvas.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    desk.canvas.set_tokens(DARK)
    dark = desk.canvas.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    at = desk.at(-109, -109)
    assert (light.pixelColor(at).name(), dark.pixelColor(at).name()) == (LIGHT.canvas.lower(), DARK.canvas.lower())


def test_an_insertion_point_never_lies_on_a_node(desk):
    for selected in ((), ("input_1",), ("output_1",)):
        desk.canvas.select(selected)
        x, y = desk.canvas.insertion_point()
        places = desk.document.project.positions.values()
        assert all(abs(x - left) >= 168 or abs(y - top) >= 80 for left, top in places)


def test_a_running_graph_looks_different(desk):
    before = desk.canvas.scene.nodes["relu_1"].state
    desk.canvas.set_running(True)
    assert desk.canvas.scene.nodes["relu_1"].state != before
    desk.canvas.set_running(False)
    assert desk.canvas.scene.nodes["relu_1"].state == before


def test_the_selection_is_told_to_assistive_technology(desk):
    desk.canvas.select(["dense_1"])
    assert desk.canvas.view.accessibleName() == "Graph"
    assert "dense_1, Dense" in desk.canvas.view.accessibleDescription()


def test_a_node_tells_its_shape_params_and_attributes(desk):
    content = desk.canvas.scene.nodes["dense_1"].content
    assert (content.shape, content.params, content.attributes) == ("(batch, 64)", 1664, "64")
    assert desk.canvas.scene.nodes["dropout_1"].content.attributes == "rate 0.5"


def test_ports_are_found_within_their_hit_area_only(desk):
    scene = desk.canvas.scene
    center = scene.nodes["dense_1"].port_point("out", "out")
    assert scene.port_at(center + QPointF(10, 0), 11) == (Port("dense_1", "out"), "out")
    assert scene.port_at(center + QPointF(12, 0), 11) is None


def test_a_long_chain_is_first_shown_from_its_beginning_at_a_readable_size(desk):
    desk.edit(edits.move({"output_1": (9000.0, 0.0)}))
    desk.canvas.display(replace(desk.document.project), (), GraphShapes({}))
    desk.canvas.scene._easing.setCurrentTime(1000)
    desk.canvas.show_beginning()
    assert desk.canvas.view.zoom() == pytest.approx(0.7)
    assert desk.canvas.view.visible_box().contains(desk.canvas.scene.nodes["input_1"].box())


def test_the_minimap_marks_what_is_in_view_though_that_reaches_beyond_the_graph(desk, qtbot):
    desk.edit(edits.move({"output_1": (9000.0, 0.0)}))
    desk.canvas.view.zoom_to(0.3, QPoint(0, 0))
    desk.canvas.view.centerOn(500, 0)
    desk.canvas.view.view_moved.emit()
    qtbot.waitUntil(lambda: desk.canvas.minimap.isVisible() and desk.canvas.minimap.height() == 36)
    box, whole = desk.canvas.minimap.box_in_view(), QRectF(desk.canvas.minimap.rect())
    assert whole.adjusted(1, 1, -1, -1).contains(box)
    assert (box.left(), box.height()) == (2.5, whole.height() - 5)
    assert 5 < box.width() < whole.width() - 5


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_wires_are_never_thinner_than_a_pixel_of_the_screen(desk, tokens):
    desk.canvas.set_tokens(tokens)
    for _ in range(6):
        QTest.keyClick(desk.canvas.view, Qt.Key.Key_Minus)
        wire = desk.canvas.scene.edges[edge("dense_1", "relu_1")]
        assert wire.pen().widthF() * desk.canvas.view.zoom() > 0.95
    assert 0.25 < desk.canvas.view.zoom() < 0.4
    middle = desk.canvas.view.mapFromScene(wire.middle())
    column = desk.canvas.view.viewport().grab().toImage()
    shades = {column.pixelColor(middle + QPoint(0, dy)).lightness() for dy in range(-3, 4)}
    assert max(shades) - min(shades) > 40
    desk.canvas.view.zoom_to(1.0, QPoint())
    assert wire.pen().widthF() == 2


def test_the_minimap_of_a_single_row_is_flat(desk, qtbot):
    desk.edit(edits.move({"output_1": (9000.0, 0.0)}))
    qtbot.waitUntil(lambda: desk.canvas.minimap.isVisible() and desk.canvas.minimap.height() == 36)
    assert desk.canvas.view.rect().contains(desk.canvas.minimap.geometry())


def test_the_overview_follows_dots_and_fits_the_nodes_once_they_have_glided(desk, qtbot):
    desk.document.edit(edits.move({"output_1": (4000.0, 0.0)}))
    qtbot.waitUntil(lambda: desk.canvas.scene.overview().bounds.right() > 4000)
    desk.document.undo()
    qtbot.waitUntil(lambda: desk.canvas.scene.overview().bounds == desk.canvas.scene.bounds())
    joined = edge("relu_1", "output_1")
    desk.document.edit(add_dot(joined, 0, (700.0, 300.0)))
    lines = desk.canvas.scene.overview().wires
    assert len(lines) == 4
    assert any(line.p2().toTuple() == (700.0, 300.0) for line in lines)


def test_wires_are_there_again_when_the_graph_is_entered_again(desk):
    wires = set(desk.canvas.scene.edges)
    desk.canvas.scene.clear_graph()
    assert not desk.canvas.scene.edges
    desk.canvas.scene.display(desk.document.project, (), GraphShapes({}))
    assert set(desk.canvas.scene.edges) == wires
    assert desk.canvas.scene.nodes["dense_1"].state.connected == {("in", "in"), ("out", "out")}


def test_a_wire_goes_with_its_dots_though_it_was_seen_from_far_away(desk):
    wire = edge("dense_1", "relu_1")
    desk.edit(add_dot(wire, 0, (400.0, 300.0)))
    lines = len(desk.canvas.scene.overview().wires)
    desk.edit(edits.remove(["dense_1"]))
    assert len(desk.canvas.scene.overview().wires) == lines - 3


def test_cutting_a_wire_leaves_the_items_of_all_others_and_frees_its_ports(desk):
    before = dict(desk.canvas.scene.edges)
    cut = edge("dense_1", "relu_1")
    desk.edit(edits.remove((), (cut,)))
    assert desk.canvas.scene.edges == {wire: item for wire, item in before.items() if wire != cut}
    assert desk.canvas.scene.nodes["dense_1"].state.connected == {("in", "in")}
    desk.document.undo()
    assert set(desk.canvas.scene.edges) == set(before)
    assert desk.canvas.scene.nodes["dense_1"].state.connected == {("in", "in"), ("out", "out")}


def test_a_wire_without_a_node_is_drawn_once_its_node_comes(desk):
    graph = desk.document.project.graph
    scene = desk.canvas.scene
    nodes = tuple(node for node in graph.nodes if node.name != "output_1")
    scene.display(replace(desk.document.project, graph=replace(graph, nodes=nodes)), (), GraphShapes({}))
    assert len(scene.edges) == len(graph.edges) - 1
    scene.display(desk.document.project, (), GraphShapes({}))
    assert set(scene.edges) == set(graph.edges)


def test_the_shape_of_an_input_is_told_once_and_as_everywhere():
    node, spec = Node("input_1", "Input", {"shape": (8, 8, 1), "dtype": "int32"}), CATALOGUE["Input"]
    unknown = content_of(node, spec, None, ())
    assert (unknown.attributes, unknown.shape) == ("int32", "(batch, 8, 8, 1)")
    known = content_of(node, spec, NodeShape(ArrayShape((4,), "int32")), ())
    assert (known.attributes, known.shape) == ("int32", "(batch, 4)")


def test_the_uppermost_node_at_a_point_is_found_near_by_and_from_far_away(desk):
    scene, point = desk.canvas.scene, QPointF(300.0, 30.0)
    desk.edit(edits.move({"dropout_1": (260.0, 0.0)}))
    scene.settle()
    assert scene.node_at(point) == "dropout_1"
    desk.canvas.select(["dense_1"])
    assert scene.node_at(point) == "dense_1"
    scene.show_at_scale(0.1)
    assert scene.node_at(point) == "dense_1"
    assert scene.nodes_in(QRectF(0, 0, 300, 40)) == ("input_1", "dense_1", "dropout_1")
    scene.show_at_scale(1.0)
    assert scene.nodes_in(QRectF(0, 0, 300, 40)) == ("input_1", "dense_1", "dropout_1")
    assert scene.node_at(QPointF(5000.0, 0.0)) is None


def test_from_far_away_a_long_name_is_written_smaller_before_it_is_cut_off(qapp):
    painter = NodePainter(LIGHT)
    rows = [(name, QRectF(0, 0, 180, 80)) for name in ("conv_1", "batch_norm_12", "global_average_of_everything")]
    sizes, cut = zip(*(painter.far_title(name, row.width()) for name, row in rows), strict=True)
    assert sizes[0] > sizes[1] >= sizes[2]
    assert cut == ("conv_1", "batch_norm_12", cut[2])
    assert cut[2].endswith("…")
