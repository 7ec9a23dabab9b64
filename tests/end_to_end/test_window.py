"""The first path through the whole house, with real widgets, from an empty window to an exported model."""

import importlib.util
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from flax import serialization

from flaxstudio import load
from flaxstudio.project.storage import load_project
from tests.end_to_end.studio_driver import Driver, choose_file

LAYERS = ("Input", "Dense", "relu", "Dense", "Output")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A CSV of 240 rows: two numbers, and which side of a circle they lie on."""
    random = np.random.default_rng(0)
    points = random.uniform(-1, 1, (240, 2))
    sides = np.where((points**2).sum(axis=1) < 0.6, "inside", "outside")
    path = tmp_path / "circle.csv"
    lines = ["left,up,side", *(f"{a:.6f},{b:.6f},{s}" for (a, b), s in zip(points, sides, strict=True))]
    path.write_text("\n".join(lines))
    return path


def draw_network(driver: Driver) -> list[str]:
    names = [driver.drop(layer, 100.0 + 260.0 * i, 150.0) for i, layer in enumerate(LAYERS)]
    for source, target in pairwise(names):
        driver.connect(source, target)
    return names


def shape_of(driver: Driver, node: str) -> str:
    shape = driver.known.shapes.nodes.get(node)
    return str(shape.output) if shape else ""


def cli(*arguments: str) -> str:
    return subprocess.run([sys.executable, "-m", "flaxstudio", *arguments], capture_output=True, text=True, check=True).stdout


def test_from_an_empty_window_to_an_exported_model(qtbot, tmp_path: Path, monkeypatch, table: Path) -> None:
    driver = Driver(qtbot, tmp_path)
    window, known = driver.window, lambda: driver.known
    assert window.is_start_page_shown
    driver.click(window.start_page.new_button)
    driver.do("zoom_reset")

    # draw, with shapes and problems as they come
    names = draw_network(driver)
    assert names == ["input_1", "dense_1", "relu_1", "dense_2", "output_1"]
    assert len(known().project.graph.edges) == 4
    driver.set_attribute("dense_1", "features", "24")
    assert "nn.Dense(features=24" in window.code_panel.view.toPlainText()
    driver.wait(lambda: shape_of(driver, "dense_1") == "(batch, 24)")

    # data: what does not fit is repaired by one click each
    choose_file(monkeypatch, table)
    driver.do("open_data")
    driver.wait(lambda: known().data.status == "ready")
    dataset = known().project.dataset
    assert dataset is not None
    assert (dataset.features, dataset.targets, dataset.target_kind) == (("left", "up"), ("side",), "classes")
    driver.wait(lambda: {p.node for p in known().problems if p.fix} == {"input_1", "dense_2"})
    driver.select("input_1")
    driver.press(window.inspector, "Set shape to 2")
    driver.wait(lambda: {p.node for p in known().problems} == {"dense_2"})
    driver.select("dense_2")
    driver.press(window.inspector, "Set features to 2")
    driver.wait(lambda: not known().problems)

    # train
    driver.do("mode_train")
    driver.type_into(window.training_panel.form.steps.field, "600")
    assert known().project.training.steps == 600
    driver.click(window.training_panel.bar.train)
    driver.wait(lambda: bool(known().results.runs) and not driver.studio.runner.is_busy)
    run = known().results.runs[0]
    assert (run.reason, len(run.losses)) == ("completed", 600)
    assert run.losses[-50:].mean() < run.losses[:50].mean() / 2
    shown = dict(window.training_panel.tiles.texts())
    accuracy = next(e.metrics["accuracy"] for e in run.evaluations if e.split == "test")
    assert accuracy > 0.85
    assert shown["test accuracy"].startswith(f"{accuracy * 100:.1f}")

    # save; a new process finds the same metrics, a new window the same project
    saved = tmp_path / "circle.msgpack"
    choose_file(monkeypatch, saved)
    driver.do("save")
    driver.wait(lambda: not known().is_modified)
    judged = json.loads(cli("evaluate", str(saved), "--split", "test", "--json"))
    assert judged["accuracy"] == accuracy
    assert load_project(saved)[0] == known().project

    # export
    params = tmp_path / "weights.msgpack"
    driver.do("export")
    dialog = driver.studio.exports._dialog
    assert dialog is not None
    driver.click(dialog.choices["params-msgpack"])
    assert dialog.path.text().endswith("circle_params.msgpack")
    kept = saved.read_bytes()
    driver.type_into(dialog.path, str(saved))
    driver.wait(lambda: "is a Flax Studio project" in dialog.outcome.text())
    assert saved.read_bytes() == kept
    driver.type_into(dialog.path, str(params))
    driver.wait(params.is_file)
    restored = serialization.msgpack_restore(params.read_bytes())
    np.testing.assert_array_equal(restored["params"]["dense_1"]["kernel"], load(saved).variables["params"]["dense_1"]["kernel"])
    driver.wait(lambda: not dialog._is_busy)
    if importlib.util.find_spec("tensorflow"):
        driver.click(dialog.choices["saved-model"])
        driver.type_into(dialog.path, str(tmp_path / "served"))
        driver.wait((tmp_path / "served" / "saved_model.pb").is_file)
        driver.wait(lambda: not dialog._is_busy)
        assert "TensorFlow alone" in dialog.outcome.text()
    dialog.reject()

    # undo reaches everything, and redo brings it back
    last = known().project
    while known().undo_text:
        driver.do("undo")
    assert known().project.graph.nodes == ()
    assert known().project.dataset is None
    while known().redo_text:
        driver.do("redo")
    assert known().project == last
    assert driver.close()


def test_a_reopened_project_is_as_it_was(qtbot, tmp_path: Path) -> None:
    path = tmp_path / "line.msgpack"
    cli("new", "linear-regression", str(path))
    cli("train", str(path))
    driver = Driver(qtbot, tmp_path, path)
    driver.wait(lambda: bool(driver.known.results.runs))
    assert not driver.window.is_start_page_shown
    project, results = load_project(path)
    assert driver.known.project == project
    np.testing.assert_array_equal(driver.known.results.runs[0].losses, results.runs[0].losses)
    driver.wait(lambda: "dense_1" in driver.known.shapes.nodes)
    assert not driver.known.is_modified
    assert driver.studio.settings.recent == (path,)
    assert driver.close()


def test_closing_with_unsaved_work_asks(qtbot, tmp_path: Path, monkeypatch) -> None:
    driver = Driver(qtbot, tmp_path)
    driver.click(driver.window.start_page.new_button)
    driver.drop("Dense", 300.0, 200.0)
    assert driver.known.is_modified
    assert not driver.close("Cancel")
    assert driver.window.isVisible()
    saved = tmp_path / "kept.msgpack"
    choose_file(monkeypatch, saved)
    driver.close("Save")
    driver.wait(lambda: not driver.window.isVisible())
    assert load_project(saved)[0].graph.names() == ("dense_1",)


def test_a_damaged_file_is_one_sentence_and_changes_nothing(qtbot, tmp_path: Path) -> None:
    path = tmp_path / "broken.msgpack"
    path.write_bytes(b"\x82\xa6format\xaaflaxstudio\xa7version")
    driver = Driver(qtbot, tmp_path, path)
    driver.wait(driver.window.notice.isVisible)
    assert driver.window.notice.text.text().startswith("broken.msgpack is damaged")
    assert driver.window.is_start_page_shown
    assert path.read_bytes().endswith(b"version")
    assert driver.close()


def test_a_run_that_cannot_start_shows_why(qtbot, tmp_path: Path) -> None:
    driver = Driver(qtbot, tmp_path)
    driver.click(driver.window.start_page.new_button)
    driver.drop("Dense", 300.0, 200.0)
    driver.do("train")
    assert not driver.studio.runner.is_busy
    assert "no Input" in driver.window.notice.text.text()
    assert driver.close("Don't save")


def test_work_is_rescued_beside_its_file_after_a_fault(qtbot, tmp_path: Path) -> None:
    path = tmp_path / "line.msgpack"
    cli("new", "linear-regression", str(path))
    driver = Driver(qtbot, tmp_path, path)
    driver.wait(lambda: driver.known.path == path)
    before = path.read_bytes()
    driver.select("dense_1")
    driver.do("delete")
    rescued = driver.studio.files.rescue()
    assert rescued == tmp_path / "line.rescued.msgpack"
    assert load_project(rescued)[0] == driver.known.project
    assert path.read_bytes() == before
    assert driver.close("Don't save")


def test_the_panels_arrangement_is_remembered_and_can_be_reset(qtbot, tmp_path: Path) -> None:
    driver = Driver(qtbot, tmp_path)
    driver.click(driver.window.start_page.new_button)
    driver.window.docks["runs"].close()
    driver.window.docks["palette"].close()
    assert driver.close()
    again = Driver(qtbot, tmp_path)
    again.click(again.window.start_page.new_button)
    assert {name for name, dock in again.window.docks.items() if dock.isHidden()} == {"runs", "palette"}
    again.do("reset_layout")
    assert not any(dock.isHidden() for dock in again.window.docks.values())
    assert again.close()
