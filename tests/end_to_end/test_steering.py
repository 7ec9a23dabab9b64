"""A run steered by keys in the whole window, and what that leaves."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.layers import catalogue
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
