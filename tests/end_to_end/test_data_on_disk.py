"""Data that is larger than the memory set aside for it, in the whole window: typed, told, trained on, stopped, undone."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from flaxstudio.layers import catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.templates import row_of_layers
from tests.end_to_end.studio_driver import Driver

ROWS, COLUMNS = 9000, 40
"""More than a megabyte as NPZ and as CSV."""


def write(path) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    y = x[:, 0] - 2 * x[:, 1]
    if path.suffix == ".npz":
        np.savez(path, x=x, y=y)
        return
    heads = [*(f"x{index}" for index in range(COLUMNS)), "y"]
    rows = np.column_stack([x, y]).tolist()
    path.write_text("\n".join([",".join(heads), *(",".join(map(repr, row)) for row in rows)]) + "\n")


def drop_file(driver: Driver, path) -> None:
    panel, data = driver.window.data_panel, QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    told = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(panel, QDragEnterEvent(panel.rect().center(), *told))
    QApplication.sendEvent(panel, QDropEvent(QPointF(panel.rect().center()), *told))


def losses_of_a_run(driver: Driver) -> np.ndarray:
    before = len(driver.known.results.runs)
    driver.do("train")
    driver.wait(lambda: len(driver.known.results.runs) > before and not driver.studio.runner.is_busy)
    return np.asarray(driver.known.results.runs[-1].losses)


@pytest.mark.parametrize("kind", ["npz", "csv"])
def test_data_larger_than_its_memory_is_read_from_disk_and_learnt_from_alike(qtbot, tmp_path, kind):
    path = tmp_path / f"many.{kind}"
    write(path)
    driver = Driver(qtbot, tmp_path)
    layers = (("Input", {"shape": (COLUMNS,)}), ("Dense", {"features": 1}), ("Output", {}))
    driver.studio.files.open_new(row_of_layers(Project("Many"), layers, catalogue()))
    driver.do("mode_train")
    driver.window.raise_dock("data")
    drop_file(driver, path)
    session, panel = driver.studio.session, driver.window.data_panel
    driver.wait(lambda: driver.known.data.status == "ready")
    dataset = driver.known.project.dataset
    assert (dataset.memory, dataset.targets) == (None, ("y",))
    assert not panel.source.disk.isVisible()
    form = driver.window.training_panel.form
    driver.window.raise_dock("training")
    driver.type_into(form.steps.field, "150")
    driver.wait(lambda: session.has_shapes)
    from_memory = losses_of_a_run(driver)
    assert len(from_memory) == 150

    driver.window.raise_dock("data")
    driver.type_into(panel.split.memory.field.edit, "a little")
    assert panel.split.memory.field.fault.isVisible()
    assert driver.known.project.dataset == dataset
    driver.type_into(panel.split.memory.field.edit, "1 MB")
    driver.wait(lambda: driver.known.data.disk is not None)
    driver.wait(panel.source.disk.isVisible)
    assert panel.source.disk.text().startswith("Read from disk while training:")
    assert panel.source.disk.text().endswith("the 1 MB set aside.")
    assert np.array_equal(losses_of_a_run(driver), from_memory)

    driver.window.raise_dock("training")
    driver.type_into(form.steps.field, "10000000")
    driver.do("train")
    driver.wait(lambda: driver.studio.runner.state.step > 500)
    driver.do("stop")
    driver.wait(lambda: not driver.studio.runner.is_busy)
    stopped = driver.known.results.runs[-1]
    assert stopped.reason == "stopped"
    assert np.array_equal(np.asarray(stopped.losses)[:10], from_memory[:10])

    driver.window.raise_dock("data")
    assert panel.source.disk.isVisible()
    driver.do("undo")
    driver.do("undo")
    driver.wait(lambda: driver.known.project.dataset.memory is None)
    driver.wait(lambda: driver.known.data.status == "ready" and not panel.source.disk.isVisible())
    assert panel.split.memory.field.edit.text() == ""
    assert driver.close("Don't save")
