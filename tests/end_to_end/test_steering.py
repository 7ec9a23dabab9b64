"""A run steered by keys in the whole window, and what that leaves."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.layers import catalogue
from flaxstudio.project.optimizer import CHAIN, Link, OptimizerSpec
from flaxstudio.project.templates import build_template
from tests.end_to_end.studio_driver import Driver


def test_a_number_is_changed_by_keys_while_the_run_is_held_and_stands_in_its_history(qtbot, tmp_path):
    driver = Driver(qtbot, tmp_path)
    project = build_template("linear-regression", catalogue())
    driver.studio.files.open_new(replace(project, training=replace(project.training, steps=10**7)))
    window, runner = driver.window, driver.studio.runner
    driver.do("mode_train")
    assert not window.actions_by_name["change_numbers"].isEnabled()
    driver.wait(lambda: driver.studio.session.has_shapes)
    driver.do("one_step")
    driver.wait(lambda: runner.state.step == 1)

    drawn = []
    window.training_panel.optimizer.display = drawn.append  # type: ignore[method-assign]
    driver.do("change_numbers")
    field = QApplication.focusWidget()
    field.selectAll()
    QTest.keyClicks(field, "0.125")
    QTest.keyClick(field, Qt.Key.Key_Return)
    driver.wait(lambda: runner.state.knobs[0].value == 0.125)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    driver.do("pause")
    driver.wait(lambda: runner.state.step > 1)
    assert drawn == []  # how the run stands is no matter of the forms
    driver.do("stop")
    driver.wait(lambda: not runner.is_busy)

    assert [(one.step, one.name, one.value) for one in driver.known.results.runs[0].changes] == [(1, "learning_rate", 0.125)]
    plot = window.training_panel.plot
    plot.redraw()
    assert [label.text() for label in plot.canvas.marks.labels] == ["learning_rate 0.125"]
    window.raise_dock("runs")
    assert "learning_rate to 0.125 at step 1" in window.runs_panel.details.facts.texts().values()
    assert driver.close("Don't save")


def test_a_number_that_optax_refuses_is_answered_at_its_field_and_shows_what_holds(qtbot, tmp_path):
    driver = Driver(qtbot, tmp_path)
    project = build_template("linear-regression", catalogue())
    name = "contrib.reduce_on_plateau.rtol"
    optimizer = OptimizerSpec(CHAIN, 0.01, links=(Link("sgd", {}), Link("contrib.reduce_on_plateau", {"rtol": 0.25})))
    driver.studio.files.open_new(replace(project, training=replace(project.training, steps=10**7, optimizer=optimizer)))
    window, runner = driver.window, driver.studio.runner
    driver.do("mode_train")
    driver.wait(lambda: driver.studio.session.has_shapes)
    driver.do("one_step")
    driver.wait(lambda: runner.state.step == 1)
    driver.do("change_numbers")
    row = window.training_panel.bar.knobs.rows[name]
    driver.type_into(row.plain, "1.5")
    driver.wait(lambda: row.fault.isVisible())
    assert row.fault.text() == f"{name} cannot be 1.5, says Optax: rtol must be less than or equal to 1.0, got rtol = 1.5."
    assert row.plain.value() == 0.25
    assert window.statusBar().currentMessage() == row.fault.text()
    driver.type_into(row.plain, "0.5")
    driver.wait(lambda: {knob.name: knob.value for knob in runner.state.knobs}[name] == 0.5)
    assert not row.fault.isVisible()
    QTest.keyClick(row.plain, Qt.Key.Key_Escape)
    driver.do("stop")
    driver.wait(lambda: not runner.is_busy)
    assert [(one.name, one.value) for one in driver.known.results.runs[0].changes] == [(name, 0.5)]
    assert driver.close("Don't save")
