"""The canvas's own tools in the whole window: find, arrange, tidy, turn, look back; by real keys and clicks."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest

from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.graph.library import Block, Library
from flaxstudio.project.document import Document
from flaxstudio.project.project import Project
from tests.end_to_end.studio_driver import Driver

NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
KEY = Qt.Key


def drawing(nodes: int = 0) -> Project:
    """Return input -> conv -> stem (a block) -> add -> output with a way past the stem, scattered about."""
    inside = Graph(
        (
            Node("input_1", "Input", {"shape": (8, 8, 3)}),
            Node("inner_conv", "Conv", {"features": 16}),
            Node("output_1", "Output"),
        ),
        (edge("input_1", "inner_conv"), edge("inner_conv", "output_1")),
    )
    names = {"input_1": "Input", "conv_1": "Conv", "stem_1": "Stem", "add_1": "Add", "output_1": "Output"}
    more = tuple(Node(f"extra_{i}", "relu") for i in range(nodes))
    graph = Graph(
        (*(Node(name, layer) for name, layer in names.items()), *more),
        (
            edge("input_1", "conv_1"),
            edge("conv_1", "stem_1"),
            edge("stem_1", "add_1"),
            edge("conv_1", "add_1"),
            edge("add_1", "output_1"),
            *(edge("output_1" if i == 0 else f"extra_{i - 1}", f"extra_{i}") for i in range(1, nodes)),
        ),
    )
    places = {
        name: (240.0 * (i % 3) + (43 if i == 1 else 13), 170.0 * (i // 3) + 7 * i) for i, name in enumerate(graph.names())
    }
    return Project("Net", graph, places, library=Library((Block("Stem", inside),)))


@pytest.fixture
def driver(qtbot, tmp_path: Path) -> Driver:
    driver = Driver(qtbot, tmp_path)
    driver.do("new")
    driver.window.resize(1280, 860)
    driver.studio.session.open(Document(drawing()))
    driver.studio.show_canvas()
    driver.do("zoom_reset")
    driver.do("fit")
    return driver


def press(driver: Driver, key: Qt.Key, keys=NONE) -> None:
    """Press a key on the canvas."""
    QTest.keyClick(driver.window.canvas.view, key, keys)


def positions(driver: Driver):
    return driver.known.project.positions


def overlaps(driver: Driver) -> int:
    boxes = [QRectF(*place, *driver.window.canvas.node_sizes()[name]) for name, place in positions(driver).items()]
    return sum(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_find_lights_what_fits_and_goes_into_blocks(driver):
    window, bar = driver.window, driver.window.canvas.find_bar
    window.canvas.view.setFocus()
    driver.do("find")
    assert bar.isVisible()
    QTest.keyClicks(bar.field, "conv")
    assert bar.count.text() == "2 found"
    nodes = window.canvas.scene.nodes
    assert nodes["conv_1"].opacity() == 1.0
    assert nodes["add_1"].opacity() < 0.5
    QTest.keyClick(bar.field, KEY.Key_Return)
    assert (bar.count.text(), window.selected) == ("1 of 2", ("conv_1",))
    QTest.keyClick(bar.field, KEY.Key_Return)
    assert driver.known.block == "Stem"
    assert (bar.count.text(), window.selected) == ("2 of 2", ("inner_conv",))
    QTest.keyClick(bar.field, KEY.Key_Return)
    assert (driver.known.block, window.selected) == ("", ("conv_1",))
    QTest.keyClick(bar.field, KEY.Key_Escape)
    assert not bar.isVisible()
    assert window.canvas.scene.nodes["add_1"].opacity() == 1.0
    press(driver, KEY.Key_Right)
    assert window.selected != ("conv_1",), "the keys belong to the canvas again"


def test_what_is_found_is_brought_near_and_not_under_the_bar(driver):
    canvas, bar = driver.window.canvas, driver.window.canvas.find_bar
    canvas.view.zoom_to(0.1, QPoint(0, 0))
    driver.do("find")
    QTest.keyClicks(bar.field, "add_1")
    QTest.keyClick(bar.field, KEY.Key_Return)
    box = canvas.view.mapFromScene(canvas.scene.nodes["add_1"].box()).boundingRect()
    assert box.width() > 100
    assert canvas.view.viewport().rect().contains(box)
    assert not bar.geometry().intersects(box)


def test_find_knows_problems_and_follows_edits(driver):
    bar = driver.window.canvas.find_bar
    driver.do("find")
    QTest.keyClicks(bar.field, "name:conv_9")
    assert bar.count.text() == "Nothing found"
    driver.studio.graph.rename("conv_1", "conv_9")
    assert bar.count.text() == "1 found"
    bar.field.clear()
    QTest.keyClicks(bar.field, "has:problem")
    assert bar.list.count() == len({(p.block, p.node) for p in driver.known.problems if p.node})


def test_the_toolbar_over_several_nodes_aligns_them(driver):
    canvas = driver.window.canvas
    driver.mouse.click(*driver.mouse.title_of("input_1"))
    assert not canvas.arrange_bar.isVisible()
    driver.mouse.click(*driver.mouse.title_of("conv_1"), SHIFT)
    driver.wait(canvas.arrange_bar.isVisible, 2000)
    driver.click(canvas.arrange_bar.buttons["align_left"])
    places = positions(driver)
    assert places["input_1"][0] == places["conv_1"][0] == 13.0
    assert driver.known.undo_text == "Align left"
    driver.do("undo")
    assert positions(driver)["conv_1"][0] == 283.0


def test_the_toolbar_makes_way_for_a_drag(driver):
    canvas = driver.window.canvas
    canvas.select(["input_1", "conv_1"])
    driver.wait(canvas.arrange_bar.isVisible, 2000)
    x, y = driver.mouse.title_of("conv_1")
    driver.mouse.press(x, y)
    driver.mouse.move(x + 40, y + 200)
    assert not canvas.arrange_bar.isVisible()
    driver.mouse.release(x + 40, y + 200)
    driver.wait(canvas.arrange_bar.isVisible, 2000)


@pytest.mark.parametrize(
    ("command", "text"),
    [("align_top", "Align top"), ("distribute_horizontally", "Distribute horizontally"), ("stack", "Stack in a row")],
)
def test_arranging_is_one_step_of_the_history(driver, command, text):
    driver.window.canvas.select(["input_1", "conv_1", "stem_1"])
    before = dict(positions(driver))
    driver.do(command)
    assert driver.known.undo_text == text
    driver.do("undo")
    assert positions(driver) == before


def test_arrows_with_shift_nudge_and_are_one_step(driver):
    driver.window.canvas.select(["conv_1"])
    press(driver, KEY.Key_Right, SHIFT)
    press(driver, KEY.Key_Right, SHIFT)
    press(driver, KEY.Key_Down, SHIFT)
    assert positions(driver)["conv_1"] == (303.0, 17.0)
    driver.do("snap")
    press(driver, KEY.Key_Left, SHIFT)
    assert positions(driver)["conv_1"] == (302.0, 17.0)
    driver.do("undo")
    assert positions(driver)["conv_1"] == (283.0, 7.0)


def test_tidy_lays_out_the_whole_graph_and_is_undone(driver):
    before = dict(positions(driver))
    press(driver, KEY.Key_L, CTRL | SHIFT)
    driver.do("tidy") if positions(driver) == before else None
    places = positions(driver)
    assert places["input_1"][0] < places["conv_1"][0] < places["stem_1"][0] < places["add_1"][0] < places["output_1"][0]
    assert places["input_1"][1] == places["conv_1"][1]
    assert overlaps(driver) == 0
    driver.do("undo")
    assert positions(driver) == before


def test_after_tidy_all_nodes_are_in_view_though_they_glide_there(driver):
    driver.studio.session.open(Document(drawing(30)))
    driver.do("tidy")
    scene, view = driver.window.canvas.scene, driver.window.canvas.view
    driver.wait(lambda: all(scene.nodes[name].pos().toTuple() == place for name, place in positions(driver).items()), 3000)
    assert all(view.visible_box().contains(item.box()) for item in scene.nodes.values())


def test_tidy_of_a_selection_leaves_the_rest_and_its_corner_where_they_are(driver):
    before = dict(positions(driver))
    driver.window.canvas.select(["input_1", "conv_1"])
    driver.do("tidy")
    places = positions(driver)
    assert {name for name in places if places[name] != before[name]} <= {"input_1", "conv_1"}
    assert places["input_1"] == (13.0, 0.0)
    assert places["conv_1"][1] == 0.0


def test_a_large_graph_is_tidied_in_the_background_and_may_be_given_up(driver):
    driver.studio.session.open(Document(drawing(150)))
    before = dict(positions(driver))
    driver.do("tidy")
    assert positions(driver) == before
    press(driver, KEY.Key_Escape)
    QTest.qWait(400)
    assert positions(driver) == before
    driver.do("tidy")
    press(driver, KEY.Key_Escape)
    driver.do("tidy")  # at once, while the one given up is still being found
    driver.wait(lambda: positions(driver) != before, 5000)
    assert overlaps(driver) == 0
    assert driver.known.undo_text == "Tidy"


def test_a_long_chain_is_tidied_into_rows_that_fill_the_view(driver):
    driver.studio.session.open(Document(drawing(40)))
    driver.do("tidy_rows")
    driver.wait(
        lambda: 0.7 < driver.window.canvas.scene.bounds().width() / driver.window.canvas.scene.bounds().height() < 4, 3000
    )
    assert overlaps(driver) == 0
    assert driver.known.project.annotations.routes
    driver.do("undo")
    assert not driver.known.project.annotations.routes


def test_the_flow_turns_with_ports_wires_and_keys(driver):
    scene = driver.window.canvas.scene
    driver.do("flow_down")
    assert driver.window.actions_by_name["flow_down"].isChecked()
    item = scene.nodes["conv_1"]
    assert item.port_point("out", "out").y() == item.box().bottom()
    assert item.port_point("in", "in").y() == item.box().top()
    driver.do("tidy")
    places = positions(driver)
    assert places["input_1"][1] < places["conv_1"][1] < places["add_1"][1]
    driver.window.canvas.select(["input_1"])
    driver.window.canvas.view.setFocus()
    press(driver, KEY.Key_Down)
    assert driver.window.selected == ("conv_1",)
    driver.do("undo")
    driver.do("undo")
    assert not driver.window.actions_by_name["flow_down"].isChecked()
    assert item.port_point("out", "out").x() == item.box().right()


def test_wires_are_drawn_from_below_to_above_where_the_flow_goes_down(driver):
    driver.do("flow_down")
    driver.do("fit")
    driver.studio.graph.on_delete_requested((), (edge("input_1", "conv_1"),))
    driver.connect("input_1", "conv_1")
    assert edge("input_1", "conv_1") in driver.known.project.graph.edges


def test_the_minimap_goes_where_one_clicks_and_can_be_put_away(driver):
    canvas = driver.window.canvas
    canvas.view.zoom_to(3.0, QPoint(0, 0))
    driver.wait(canvas.minimap.isVisible, 2000)
    before = canvas.view.visible_box().center()
    QTest.mouseClick(canvas.minimap, Qt.MouseButton.LeftButton, pos=QPoint(12, 12))
    assert canvas.view.visible_box().center() != before
    press(driver, KEY.Key_Left, ALT)
    assert (canvas.view.visible_box().center() - before).manhattanLength() < 4
    driver.do("minimap")
    assert not canvas.minimap.isVisible()
    assert not driver.studio.settings.has_minimap


def test_the_minimap_gives_way_to_what_is_dragged_there(driver):
    canvas, mouse = driver.window.canvas, driver.mouse
    canvas.view.zoom_to(2.0, QPoint(0, 0))
    driver.wait(canvas.minimap.isVisible, 2000)
    start = canvas.view.mapToScene(QPoint(300, 200)).toTuple()
    under = canvas.view.mapToScene(canvas.minimap.geometry().center()).toTuple()
    mouse.press(*start, button=Qt.MouseButton.LeftButton)
    mouse.move(*under)
    assert not canvas.minimap.isVisible()
    mouse.release(*under)
    driver.wait(canvas.minimap.isVisible, 2000)


def test_back_and_forward_go_through_views_and_blocks(driver):
    canvas = driver.window.canvas
    driver.do("fit")
    start = canvas.view.zoom()
    canvas.select(["stem_1"])
    driver.do("open_block")
    assert driver.known.block == "Stem"
    canvas.view.setFocus()
    press(driver, KEY.Key_Left, ALT)
    assert (driver.known.block, canvas.view.zoom()) == ("", pytest.approx(start))
    press(driver, KEY.Key_Right, ALT)
    assert driver.known.block == "Stem"


def test_switches_are_kept_for_the_next_start(driver):
    for command in ("wheel_scrolls", "snap", "reduced_motion"):
        is_on = driver.window.actions_by_name[command].isChecked()
        driver.do(command)
        assert driver.window.actions_by_name[command].isChecked() != is_on
    settings = driver.studio.settings
    assert (settings.wheel, settings.snaps, settings.reduced_motion) == ("scroll", False, True)
    assert driver.window.canvas.view.wheel == "scroll"


def test_with_reduced_motion_nodes_go_at_once(driver):
    driver.do("reduced_motion")
    driver.do("tidy")
    scene = driver.window.canvas.scene
    assert {name: scene.nodes[name].pos().toTuple() for name in scene.nodes} == dict(positions(driver))


def test_nodes_glide_to_their_places_otherwise(driver):
    driver.do("tidy")
    scene = driver.window.canvas.scene
    there = dict(positions(driver))
    assert any(scene.nodes[name].pos().toTuple() != there[name] for name in scene.nodes)
    driver.wait(lambda: all(scene.nodes[name].pos().toTuple() == there[name] for name in scene.nodes), 2000)
