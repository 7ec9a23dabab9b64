"""What the window shows of shapes while one draws: on the wires, to the eye and to who does not see it."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from flaxstudio.gui.canvas.wire_labels import SIZES_FROM, WORDS_FROM
from flaxstudio.layers import catalogue
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from flaxstudio.project.templates import build_template
from tests.end_to_end.studio_driver import Driver

ALT = Qt.KeyboardModifier.AltModifier


def opened(qtbot, folder: Path, template: str) -> Driver:
    """Return the window with a template's project open, its shapes known."""
    path = folder / "project.msgpack"
    save_project(path, build_template(template, catalogue()), Results())
    driver = Driver(qtbot, folder, path)
    driver.window.resize(1280, 800)
    driver.wait(lambda: "output_1" in driver.known.shapes.nodes)
    return driver


def labels(driver: Driver, zoom: float) -> set[str]:
    """Return what stands on the wires at a zoom."""
    driver.window.canvas.view.zoom_to(zoom, QPoint(0, 0))
    scene = driver.window.canvas.scene
    return {text for _, text in scene.wire_labels.shown(scene.bounds(), zoom)}


def test_wires_tell_their_shapes_by_a_switch_that_is_remembered(qtbot, tmp_path: Path) -> None:
    driver = opened(qtbot, tmp_path, "digits-cnn")
    scene = driver.window.canvas.scene
    assert not scene.wire_labels.isVisible()
    before = driver.window.canvas.view.grab().toImage()
    driver.mouse.key(Qt.Key.Key_W, ALT)
    assert scene.wire_labels.isVisible()
    assert driver.window.actions_by_name["wire_shapes"].isChecked()
    assert driver.window.canvas.view.grab().toImage() != before
    near = labels(driver, 1.0)
    assert "batch, height 8, width 8,\nchannels 32 · float32" in near
    assert "batch, features 10 · float32" in near
    assert "8×8×32" in labels(driver, (SIZES_FROM + WORDS_FROM) / 2)
    assert driver.studio.settings.has_wire_shapes
    assert driver.close()
    again = opened(qtbot, tmp_path, "digits-cnn")
    assert again.window.canvas.scene.wire_labels.isVisible()
    assert again.close()


def test_what_a_wire_tells_follows_an_edit_and_an_undo(qtbot, tmp_path: Path) -> None:
    driver = opened(qtbot, tmp_path, "digits-cnn")
    driver.do("wire_shapes")
    driver.set_attribute("conv_1", "features", "48")
    driver.wait(lambda: "batch, height 8, width 8,\nchannels 48 · float32" in labels(driver, 1.0))
    driver.do("undo")
    driver.wait(lambda: "batch, height 8, width 8,\nchannels 48 · float32" not in labels(driver, 1.0))
    assert driver.close()


def test_the_pointer_at_rest_is_told_the_shape_by_name(qtbot, tmp_path: Path) -> None:
    driver = opened(qtbot, tmp_path, "digits-cnn")
    driver.do("zoom_reset")
    canvas = driver.window.canvas
    canvas.center_on("conv_1")
    viewport, at = canvas.view.viewport(), driver.mouse.at(*driver.mouse.port_of("conv_1"))
    QTest.mouseMove(viewport, at + QPoint(0, 200))
    QTest.mouseMove(viewport, at)
    driver.wait(lambda: canvas.view.hovering.card is not None, 5000)
    assert dict(canvas.view.hovering.card.rows)["Shape"] == "(batch, height 8, width 8, channels 32)"
    assert driver.close()


def test_inside_a_block_wires_tell_the_shapes_of_the_place_one_came_by(qtbot, tmp_path: Path) -> None:
    driver = opened(qtbot, tmp_path, "digits-residual")
    driver.do("wire_shapes")
    block = next(n.name for n in driver.known.project.graph.nodes if driver.known.project.library.get(n.layer) is not None)
    driver.studio.blocks.on_open(block)
    driver.wait(lambda: bool(driver.known.shown_shapes.nodes))
    assert any(text.startswith("batch, height 8, width 8") for text in labels(driver, 1.0))
    assert driver.close()
