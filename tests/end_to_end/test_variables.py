"""Variables through the real window: initialised, tried, set, trained on from, loaded as far as they fit, all undoable."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from flaxstudio.graph.check import has_errors
from flaxstudio.gui.dialogs.initialize import InitializeDialog
from flaxstudio.gui.dialogs.structure import StructureDialog
from flaxstudio.gui.panels import variables_tree as tree
from flaxstudio.gui.panels.variables_request import (
    CellValue,
    ConstantValue,
    DrawnValues,
    FileValues,
    PastedValues,
    ValuesRequest,
)
from flaxstudio.project import arrays, edits
from flaxstudio.project.document import Document
from flaxstudio.project.variables import array_at
from tests.end_to_end.studio_driver import Driver, choose_file
from tests.training.runs import iris_project, noisy_project

KERNEL = ("params", "dense_1", "kernel")


@pytest.fixture
def driver(qtbot, tmp_path: Path) -> Driver:
    driver = Driver(qtbot, tmp_path)
    opened(driver, noisy_project(steps=20))
    return driver


def opened(driver: Driver, project) -> None:
    driver.studio.session.open(Document(project))
    driver.studio.show_canvas()
    driver.window.raise_dock("variables")
    driver.wait(lambda: driver.known.data.status == "ready" and not has_errors(driver.known.problems))


def trained(driver: Driver):
    return driver.known.results.trained


def value(driver: Driver, path=KERNEL):
    return array_at(trained(driver).variables, path)


def initialize(driver: Driver) -> None:
    driver.click(driver.window.variables_panel.initialize_button)
    driver.wait(lambda: trained(driver) is not None)
    idle(driver)


def idle(driver: Driver) -> None:
    driver.wait(lambda: not driver.studio.variables._working)


def dialog_of(driver: Driver, kind):
    def found():
        return next((w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()), None)

    driver.wait(lambda: found() is not None)
    return found()


def test_initialised_variables_are_listed_with_their_statistics_and_undo_takes_them_back(driver: Driver) -> None:
    panel = driver.window.variables_panel
    initialize(driver)
    assert driver.known.undo_text == "Initialise all variables with key 0"
    index = panel.model.index_of(KERNEL)
    driver.wait(lambda: bool(index.siblingAtColumn(tree.MEAN).data()))
    assert trained(driver).step == 0
    driver.do("undo")
    assert trained(driver) is None
    assert panel.initialize_button.isVisible()
    assert not driver.known.is_modified
    driver.do("redo")
    assert trained(driver) is not None


def test_every_way_to_set_values_is_one_step_that_undo_restores_exactly(driver: Driver, tmp_path: Path) -> None:
    initialize(driver)
    first, shape = trained(driver), value(driver).shape
    np.save(tmp_path / "kernel.npy", np.full(shape, 3.0))
    ways = (
        (CellValue((0, 1), "0.25"), lambda a: a[0, 1] == 0.25),
        (ConstantValue("2"), lambda a: (a == 2).all()),
        (DrawnValues("normal(0.5)", 4), lambda a: a.std() > 0.2),
        (PastedValues(" ".join(["7"] * 32)), lambda a: (a == 7).all()),
        (FileValues(str(tmp_path / "kernel.npy")), lambda a: (a == 3).all()),
    )
    for way, is_set in ways:
        driver.window.variables_panel.values_requested.emit(ValuesRequest(KERNEL, way))
        driver.wait(lambda is_set=is_set: bool(is_set(value(driver))))
        idle(driver)
    assert driver.known.undo_text == "Set values of params/dense_1/kernel"
    for _ in ways:
        driver.do("undo")
    assert trained(driver) is first


def test_what_cannot_be_set_is_said_and_changes_nothing(driver: Driver) -> None:
    initialize(driver)
    before = trained(driver)
    driver.window.variables_panel.values_requested.emit(ValuesRequest(KERNEL, ConstantValue("two")))
    driver.wait(lambda: "“two” is not a number" in driver.window.notice.text.text())
    assert trained(driver) is before


def test_a_run_starts_from_what_was_initialised_and_set(driver: Driver) -> None:
    initialize(driver)
    driver.window.variables_panel.values_requested.emit(ValuesRequest(("params", "dense_2", "kernel"), ConstantValue("0")))
    driver.wait(lambda: not value(driver, ("params", "dense_2", "kernel")).any())
    idle(driver)
    driver.do("train")
    driver.wait(lambda: trained(driver).step == 20 and not driver.studio.runner.is_busy)
    run = driver.known.results.runs[-1]
    assert run.losses[0] == pytest.approx(np.log(3), abs=1e-5)  # a last kernel of zeros gives each of three classes a third
    after = trained(driver)
    while driver.known.undo_text:
        driver.do("undo")
    assert trained(driver) is after


def test_one_node_is_initialised_again_alone(driver: Driver) -> None:
    initialize(driver)
    driver.window.variables_panel.mark_nodes(("dense_1",))
    other, mine = value(driver, ("params", "dense_2", "kernel")), value(driver)
    driver.click(driver.window.variables_panel.again_button)
    dialog = dialog_of(driver, InitializeDialog)
    dialog.form.seed.setValue(9)
    driver.click(dialog.initialize_button)
    driver.wait(lambda: value(driver) is not mine)
    assert value(driver, ("params", "dense_2", "kernel")) is other
    assert driver.known.undo_text == "Initialise dense_1 with key 9"


def test_after_the_graph_has_changed_what_fits_can_be_kept(driver: Driver) -> None:
    initialize(driver)
    kernel = value(driver)
    driver.studio.session.edit(edits.rename_node("dense_2", "head"))
    assert driver.window.variables_panel.stale.text() == "Of an earlier graph"
    driver.click(driver.window.variables_panel.again_button)
    driver.click(dialog_of(driver, InitializeDialog).initialize_button)
    driver.wait(lambda: "head" in trained(driver).variables["params"])
    assert value(driver) is kernel
    assert driver.window.variables_panel.stale.text() == ""


def test_a_file_that_fits_is_taken_at_once_and_of_another_its_matching_part(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    initialize(driver)
    first = trained(driver)
    whole = {**first.variables, "params": {**first.variables["params"]}}
    whole["params"]["dense_1"] = {"kernel": np.ones((4, 8), np.float32), "bias": np.ones(8, np.float32)}
    (tmp_path / "whole.msgpack").write_bytes(arrays.pack(whole))
    del whole["params"]["dense_2"]
    whole["params"]["dense_1"]["kernel"] = np.full((4, 8), 5, np.float32)
    (tmp_path / "part.msgpack").write_bytes(arrays.pack(whole))

    choose_file(monkeypatch, tmp_path / "whole.msgpack")
    driver.studio.variables.on_file_requested(False)
    driver.wait(lambda: bool((value(driver) == 1).all()))
    idle(driver)
    choose_file(monkeypatch, tmp_path / "part.msgpack")
    driver.studio.variables.on_file_requested(False)
    dialog = dialog_of(driver, StructureDialog)
    assert {m.verdict for m in dialog._matches} == {"fits", "missing"}
    idle(driver)
    driver.click(dialog.take_button)
    driver.wait(lambda: bool((value(driver) == 5).all()))
    assert np.array_equal(value(driver, ("params", "dense_2", "kernel")), first.variables["params"]["dense_2"]["kernel"])
    assert driver.known.undo_text == "Load part.msgpack"


def test_canvas_and_tree_select_each_other(driver: Driver) -> None:
    initialize(driver)
    panel = driver.window.variables_panel
    driver.window.canvas.select(("dense_2",))
    assert panel.tree.currentIndex().data(tree.PATH_ROLE) == "params/dense_2/kernel"
    panel.tree.setCurrentIndex(panel.shown.mapFromSource(panel.model.index_of(("params", "batch_norm_1", "scale"))))
    assert driver.window.selected == ("batch_norm_1",)


def test_a_model_is_tried_with_a_row_of_its_data_and_keeps_what_training_would_update(driver: Driver) -> None:
    panel = driver.window.try_it_panel
    driver.window.raise_dock("try_it")
    assert "no variables yet" in panel.empty.text()
    initialize(driver)
    panel.input.kind.setCurrentIndex(3)
    panel.input.count.setValue(8)
    panel.training.setChecked(True)
    driver.click(panel.apply_button)
    driver.wait(lambda: panel.outputs.list.topLevelItemCount() > 0)
    assert panel.outputs.list.topLevelItem(0).text(0) == "input_1"
    path = ("batch_stats", "batch_norm_1", "mean")
    assert not value(driver, path).any()
    panel.outputs.collections.keep_button.click()
    assert value(driver, path).any()
    assert driver.known.undo_text == "Keep updated batch_stats"
    driver.do("undo")
    assert not value(driver, path).any()


def test_live_follows_the_variables(driver: Driver) -> None:
    panel = driver.window.try_it_panel
    initialize(driver)
    driver.do("go_try_it")
    panel.live.setChecked(True)
    driver.wait(lambda: panel.outputs.list.topLevelItemCount() > 0)
    bias = ("params", "dense_2", "bias")
    driver.window.variables_panel.values_requested.emit(ValuesRequest(bias, ConstantValue("nan")))
    driver.wait(lambda: "dense_2 gives values that are not finite" in panel.note.text())


def test_answers_for_a_graph_that_is_gone_are_dropped(driver: Driver) -> None:
    panel = driver.window.variables_panel
    driver.click(panel.initialize_button)
    driver.studio.session.edit(edits.set_attribute("dense_1", "features", 9, driver.studio.session.catalogue))
    driver.wait(lambda: "dropped" in driver.window.notice.text.text())
    assert trained(driver) is None


def test_another_project_shows_its_own_variables(driver: Driver) -> None:
    initialize(driver)
    opened(driver, replace(iris_project(("Dense", {"features": 5})), name="Other"))
    assert trained(driver) is None
    assert driver.window.variables_panel.initialize_button.isVisible()
