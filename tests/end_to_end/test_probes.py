"""Probes: the values at an output for the input of the Try it panel, pinned with Ctrl+Shift+click and kept up to date."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt

from flaxstudio.evaluation.trial_data import prepared_data
from flaxstudio.graph.graph import Edge, Port
from flaxstudio.gui.canvas.cards import card_of
from flaxstudio.gui.canvas.probe_item import Probe
from tests.end_to_end.studio_driver import Driver
from tests.end_to_end.test_live_shapes import opened

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def with_variables(qtbot, folder: Path, template: str) -> Driver:
    driver = opened(qtbot, folder, template)
    driver.press(driver.window.variables_panel, "Initialise")
    driver.wait(lambda: driver.known.results.trained is not None)
    driver.do("zoom_reset")
    return driver


def probe(driver: Driver, node: str, port: str = "out") -> Probe | None:
    item = driver.window.canvas.scene.probes.items.get(Port(node, port))
    return item.probe if item is not None and item.isVisible() else None


def has_values(driver: Driver, node: str) -> bool:
    found = probe(driver, node)
    return found is not None and found.sample is not None and not found.is_stale


def click(driver: Driver, node: str) -> None:
    driver.window.canvas.center_on(node)
    box = driver.window.canvas.scene.nodes[node].box()
    driver.mouse.click(box.center().x(), box.center().y() + 6, CTRL_SHIFT)


def test_ctrl_shift_click_pins_the_values_of_a_node_and_again_takes_them_away(qtbot, tmp_path: Path) -> None:
    driver = with_variables(qtbot, tmp_path, "digits-cnn")
    click(driver, "conv_1")
    driver.wait(lambda: has_values(driver, "conv_1"))
    shown = probe(driver, "conv_1")
    (seen,) = [seen for seen in driver.studio.try_it.outcome.seen if seen.place == "conv_1"]
    np.testing.assert_array_equal(shown.sample, seen.value[0])
    assert shown.title == "conv_1 · 8×8×32"
    assert shown.facts[0].startswith("mean ")
    assert driver.window.selected == ()
    click(driver, "conv_1")
    assert probe(driver, "conv_1") is None
    assert driver.close("Don't save")


def test_the_first_probe_shows_the_first_row_of_validation(qtbot, tmp_path: Path) -> None:
    driver = with_variables(qtbot, tmp_path, "digits-cnn")
    driver.wait(lambda: driver.known.data.row_counts is not None)
    click(driver, "input_1")
    driver.wait(lambda: has_values(driver, "input_1"))
    data = prepared_data(driver.known.project, driver.known.results.trained, driver.known.catalogue, None)
    np.testing.assert_array_equal(probe(driver, "input_1").sample, data.validation.features[0])
    assert np.ptp(probe(driver, "input_1").sample) > 0
    assert driver.close("Don't save")


def test_a_wire_is_probed_by_its_source_and_a_press_on_the_cross_closes_it(qtbot, tmp_path: Path) -> None:
    driver = with_variables(qtbot, tmp_path, "digits-cnn")
    scene = driver.window.canvas.scene
    driver.window.canvas.center_on("conv_1")
    wire = scene.edges[Edge(Port("conv_1", "out"), Port("batch_norm_1", "in"))]
    driver.mouse.click(*wire.middle().toTuple(), CTRL_SHIFT)
    driver.wait(lambda: has_values(driver, "conv_1"))
    item = scene.probes.items[Port("conv_1", "out")]
    driver.mouse.click(*item.box().center().toTuple())
    assert probe(driver, "conv_1") is not None
    driver.mouse.click(*item.close_box().center().toTuple())
    assert probe(driver, "conv_1") is None
    assert driver.close("Don't save")


def test_without_variables_a_probe_says_what_to_do_and_then_has_values(qtbot, tmp_path: Path) -> None:
    driver = opened(qtbot, tmp_path, "digits-cnn")
    driver.do("zoom_reset")
    click(driver, "dense_1")
    driver.wait(lambda: "no variables yet" in probe(driver, "dense_1").fault)
    driver.press(driver.window.variables_panel, "Initialise")
    driver.wait(lambda: has_values(driver, "dense_1"))
    assert probe(driver, "dense_1").sample.shape == (10,)
    assert driver.close("Don't save")


def test_a_probe_follows_edits_the_input_of_the_trial_and_a_rename(qtbot, tmp_path: Path) -> None:
    driver = with_variables(qtbot, tmp_path, "digits-cnn")
    click(driver, "relu_1")
    driver.wait(lambda: has_values(driver, "relu_1"))
    zeros = probe(driver, "relu_1").sample
    panel = driver.window.try_it_panel
    panel.input.kind.setCurrentIndex(panel.input.kind.findText("random", Qt.MatchFlag.MatchContains))
    driver.click(panel.apply_button)
    driver.wait(lambda: not np.array_equal(probe(driver, "relu_1").sample, zeros))
    driver.select("relu_1")
    driver.do("delete_reconnect")
    driver.wait(lambda: probe(driver, "relu_1") is None)
    driver.do("undo")
    click(driver, "batch_norm_1")
    driver.wait(lambda: has_values(driver, "batch_norm_1"))
    driver.studio.graph.rename("batch_norm_1", "first_norm")
    assert probe(driver, "batch_norm_1") is None
    assert probe(driver, "first_norm") is not None
    assert driver.close("Don't save")


def test_the_selection_is_probed_by_a_key_and_cards_tell_the_values(qtbot, tmp_path: Path) -> None:
    driver = with_variables(qtbot, tmp_path, "digits-cnn")
    canvas = driver.window.canvas
    canvas.select(["conv_1", "dense_1"])
    driver.mouse.key(Qt.Key.Key_P)
    driver.wait(lambda: has_values(driver, "conv_1") and has_values(driver, "dense_1"))
    canvas.select(["relu_1"])
    driver.mouse.key(Qt.Key.Key_I)
    assert dict(canvas.view.hovering.card.rows)["Values"].startswith("mean ")
    about_port = card_of(canvas.scene, (Port("relu_1", "out"), "out"))
    about_wire = card_of(canvas.scene, Edge(Port("relu_1", "out"), Port("conv_2", "in")))
    assert about_port.rows[-1] == about_wire.rows[-1]
    driver.do("remove_probes")
    assert not canvas.scene.probes.items
    assert driver.close("Don't save")


def test_inside_a_block_the_layers_with_a_module_of_their_own_are_seen(qtbot, tmp_path: Path) -> None:
    driver = with_variables(qtbot, tmp_path, "digits-residual")
    driver.studio.blocks.on_open("residual_block_1")
    driver.wait(lambda: "conv_1" in driver.window.canvas.scene.nodes)
    driver.do("zoom_reset")
    click(driver, "conv_2")
    driver.wait(lambda: has_values(driver, "conv_2"))
    click(driver, "relu_1")
    driver.wait(lambda: "Module of their own" in probe(driver, "relu_1").fault)
    driver.do("leave_block")
    assert probe(driver, "conv_2") is None
    driver.studio.blocks.on_open("residual_block_1")
    driver.wait(lambda: has_values(driver, "conv_2"))
    assert driver.close("Don't save")


def test_another_project_has_no_probes_of_the_one_before(qtbot, tmp_path: Path) -> None:
    driver = opened(qtbot, tmp_path, "digits-cnn")
    driver.do("zoom_reset")
    click(driver, "dense_1")
    assert probe(driver, "dense_1") is not None
    driver.studio.files.on_open_path(str(tmp_path / "project.msgpack"))
    driver.wait(lambda: probe(driver, "dense_1") is None)
    assert driver.close()
