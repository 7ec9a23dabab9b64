"""Losses and metrics in the whole window: two Outputs with weights, rare classes, masks of which a label is left out."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.graph.graph import Graph, Node
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.losses import Objective
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from tests.end_to_end.studio_driver import Driver
from tests.export.test_script_metrics import mask_project
from tests.export.trained import chain


@pytest.fixture
def opened(qtbot, tmp_path):
    made = []

    def begin(project):
        path = tmp_path / "project.msgpack"
        save_project(path, project, Results())
        driver = Driver(qtbot, tmp_path, path)
        made.append(driver)
        driver.wait(lambda: bool(driver.known.data.goals))
        driver.window.raise_dock("training")
        driver.wait(lambda: "" not in driver.window.training_panel.form.objectives.sections, 5000)
        QApplication.processEvents()
        return driver

    yield begin
    for driver in made:
        driver.window.may_close = lambda: True
        driver.studio.close()


def training(driver):
    return driver.known.project.training


def train(driver):
    driver.click(driver.window.training_panel.bar.train)
    driver.wait(lambda: bool(driver.known.results.runs))
    return driver.known.results.runs[-1]


def two_outputs(folder):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 3)).astype(np.float32)
    np.savez(folder / "two.npz", x=x, size=x[:, 0] * 2, height=x.sum(axis=1))
    one = chain(Node("input_1", "Input", {"shape": (3,)}), Node("dense_1", "Dense", {"features": 1}), Node("size", "Output"))
    two = chain(Node("input_1", "Input", {"shape": (3,)}), Node("dense_2", "Dense", {"features": 1}), Node("height", "Output"))
    graph = Graph((*one.nodes, *two.nodes[1:]), (*one.edges, *two.edges))
    return Project("Two", graph, {}, DatasetSpec(str(folder / "two.npz"), ("x",), ("size", "height")), TrainConfig(steps=20))


def test_two_outputs_are_weighed_against_each_other(opened, tmp_path):
    driver = opened(two_outputs(tmp_path))
    panel = driver.window.training_panel
    size = panel.form.objectives.sections["size"]
    driver.type_into(size.arguments.row("Weight").field.lineEdit(), "0.25")
    assert training(driver).objectives == {"size": Objective(weight=0.25)}
    assert driver.known.steps[-1] == "Set “Weight” of the loss"
    run = train(driver)
    told = next(e for e in reversed(run.evaluations) if e.split == "test")
    assert told.loss == pytest.approx(told.metrics["size.loss"] + told.metrics["height.loss"])
    assert told.metrics["size.loss"] == pytest.approx(0.25 * told.metrics["size.rmse"] ** 2, rel=1e-4)
    driver.studio.session.undo()
    assert training(driver).objectives == {}
    assert size.arguments.row("Weight").field.value() == 1.0


def test_a_mask_is_learnt_without_the_label_left_out_and_its_iou_is_drawn(opened, tmp_path):
    driver = opened(mask_project(tmp_path, "classes", objectives={}, metrics=(), steps=10))
    driver.wait(lambda: any("or leave out the label “255”" in problem.remedy for problem in driver.known.problems))
    panel = driver.window.training_panel
    section = panel.form.objectives.sections["output_1"]
    driver.click(section.more)
    QApplication.processEvents()
    field = section.form.row("Leave out").field
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_End)
    assert training(driver).objectives == {"": Objective(ignored="255")}
    driver.wait(lambda: not any(problem.severity == "error" for problem in driver.known.problems))
    driver.click(panel.metrics.more)
    QApplication.processEvents()
    panel.metrics.ticks["iou"].setFocus()
    QTest.keyClick(panel.metrics.ticks["iou"], Qt.Key.Key_Space)
    train(driver)
    assert any(title == "test IoU" for title, _ in panel.tiles.texts())
    box = panel.plot.controls.quantity
    driver.wait(box.isVisible)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_End)
    assert panel.plot.quantity == "iou"
    assert set(panel.plot.curves.evaluations) == {"validation", "test"}
