"""Problems without a mouse: from one to the next, and the first repair of each, in the model and inside blocks."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flaxstudio.layers import catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.sketch import Sketch
from flaxstudio.project.storage import save_project
from tests.end_to_end.studio_driver import Driver
from tests.end_to_end.test_live_shapes import opened

SHIFT, ALT, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


def with_mistakes(qtbot, folder: Path) -> Driver:
    """Return the window with a model of three mistakes, each known."""
    sketch = Sketch(catalogue())
    image = sketch.add("Input", shape=(8, 8, 3))
    one, other = sketch.add("Conv", image, features=16), sketch.add("Conv", image, features=12)
    sketch.add("Output", sketch.add("Add", one, other))
    sketch.add("Output", sketch.chain(image, "Flatten", "Conv"))
    sketch.add("Dropout")
    path = folder / "mistakes.msgpack"
    graph = sketch.graph()
    save_project(path, Project("Mistakes", graph, {n: (260.0 * i, 0.0) for i, n in enumerate(graph.names())}), Results())
    driver = Driver(qtbot, folder, path)
    driver.window.resize(1280, 800)
    driver.wait(lambda: {"add_1", "conv_3"} <= {problem.node for problem in driver.known.problems})
    return driver


def key(driver: Driver, which: Qt.Key, keys=NONE) -> None:
    QTest.keyClick(driver.window.canvas.view, which, keys)


def visited(driver: Driver, times: int, keys=NONE) -> list[str]:
    found = []
    for _ in range(times):
        key(driver, Qt.Key.Key_F8, keys)
        found += driver.window.selected or ("",)
    return found


def test_f8_goes_round_the_problems_and_shift_f8_back(qtbot, tmp_path: Path) -> None:
    driver = with_mistakes(qtbot, tmp_path)
    told: list[str] = []
    driver.studio.announcer.told.connect(told.append)
    nodes = [problem.node for problem in driver.known.problems]
    assert visited(driver, len(nodes)) == nodes
    while not driver.window.selected:
        key(driver, Qt.Key.Key_F8, SHIFT)
    canvas = driver.window.canvas
    centre = canvas.scene.nodes[driver.window.selected[0]].box().center()
    assert (canvas.view.mapFromScene(centre) - canvas.view.viewport().rect().center()).manhattanLength() < 4
    at = nodes.index(driver.window.selected[0])
    assert visited(driver, len(nodes), SHIFT) == [nodes[(at - step) % len(nodes)] for step in range(1, len(nodes) + 1)]
    assert str(driver.known.problems[0]) in told[0]
    driver.do("go_problems")
    assert driver.window.problems_panel.chosen() == driver.known.problems[at]
    assert driver.close()


def test_alt_enter_does_the_first_repair_of_the_problem_gone_to(qtbot, tmp_path: Path) -> None:
    driver = with_mistakes(qtbot, tmp_path)
    while driver.window.selected != ("add_1",):
        key(driver, Qt.Key.Key_F8)
    (problem,) = [problem for problem in driver.known.problems if problem.node == "add_1"]
    assert problem.fix is not None
    key(driver, Qt.Key.Key_Return, ALT)
    driver.wait(lambda: "add_1" not in {problem.node for problem in driver.known.problems})
    assert problem.fix.label in driver.window.statusBar().currentMessage()
    driver.do("undo")
    driver.wait(lambda: problem in driver.known.problems)
    assert driver.close()


def test_alt_enter_mends_what_is_chosen_in_the_list_or_selected_on_the_canvas(qtbot, tmp_path: Path) -> None:
    driver = with_mistakes(qtbot, tmp_path)
    driver.window.activateWindow()
    driver.do("go_problems")
    panel = driver.window.problems_panel
    add, conv = (next(p for p in driver.known.problems if p.node == node) for node in ("add_1", "conv_3"))
    panel.mark(add)
    panel.list.setFocus()
    driver.wait(panel.has_keys, 5000)
    QTest.keyClick(panel.list, Qt.Key.Key_Return, ALT)
    driver.wait(lambda: "add_1" not in {problem.node for problem in driver.known.problems})
    driver.window.canvas.setFocus()
    driver.window.canvas.select(["conv_3"])
    assert conv.fix is not None
    key(driver, Qt.Key.Key_Return, ALT)
    driver.wait(lambda: "conv_3" not in {problem.node for problem in driver.known.problems})
    assert driver.close("Don't save")


def test_without_problems_the_keys_say_so(qtbot, tmp_path: Path) -> None:
    driver = opened(qtbot, tmp_path, "digits-cnn")
    driver.wait(lambda: not driver.known.problems)
    key(driver, Qt.Key.Key_F8)
    assert driver.window.statusBar().currentMessage() == "No problems."
    key(driver, Qt.Key.Key_Return, ALT)
    assert "Nothing is wrong here" in driver.window.statusBar().currentMessage()
    assert driver.close()


def test_a_mistake_inside_a_block_is_gone_to_and_mended_there(qtbot, tmp_path: Path) -> None:
    driver = opened(qtbot, tmp_path, "digits-residual")
    driver.studio.blocks.on_open("residual_block_1")
    driver.wait(lambda: "conv_2" in driver.known.shown_shapes.nodes)
    driver.set_attribute("conv_2", "features", "7")
    driver.wait(lambda: any(p.node == "add_1" and p.block == "ResidualBlock" for p in driver.known.problems))
    driver.window.canvas.select(())
    key(driver, Qt.Key.Key_F8)
    assert driver.window.selected == ("add_1",)
    (problem,) = [p for p in driver.known.shown_problems if p.node == "add_1"]
    assert problem.fix is not None
    key(driver, Qt.Key.Key_Return, ALT)
    driver.wait(lambda: not any(p.severity == "error" for p in driver.known.problems))
    assert driver.studio.session.block == "ResidualBlock"
    driver.do("undo")
    driver.do("leave_block")
    driver.wait(lambda: any(p.node == "residual_block_1" for p in driver.known.problems))
    driver.window.canvas.select(["residual_block_1"])
    key(driver, Qt.Key.Key_Return, ALT)
    driver.wait(lambda: not any(p.severity == "error" for p in driver.known.problems))
    assert driver.studio.session.block == ""
    assert driver.close("Don't save")
