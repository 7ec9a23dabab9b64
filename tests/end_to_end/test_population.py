"""Several runs at once in the whole window: asked for by keys, seen as a band, listed as a group, the best one taken."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flaxstudio.gui.sight import is_in_sight
from flaxstudio.layers import catalogue
from flaxstudio.project.config import OptimizerSpec
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project
from flaxstudio.project.templates import build_template
from flaxstudio.project.watch import Watch
from flaxstudio.training.population import train_population
from tests.end_to_end.studio_driver import Driver
from tests.end_to_end.test_keyboard import CTRL, K, Keyboard, named


@pytest.fixture
def made(qtbot, tmp_path):
    """Open a small project of so many steps, with other settings of its training."""
    drivers = []

    def make(**training):
        path = tmp_path / "iris.msgpack"
        project = build_template("iris", catalogue())
        project = replace(project, training=replace(project.training, steps=60, **training))
        save_project(path, project, Results())
        driver = Driver(qtbot, tmp_path, path)
        driver.wait(lambda: "dense_1" in driver.mouse.canvas.scene.nodes)
        drivers.append(driver)
        return driver

    yield make
    for driver in drivers:
        driver.window.may_close = lambda: True
        driver.studio.close()


def begin(driver, *, rates=""):
    """Choose the command in the menu and the values in its dialog, all by keys."""
    keys = Keyboard(driver)
    menu, wanted = _run_menu(driver), driver.window.actions_by_name["train_several"]
    for _ in menu.actions():
        if menu.activeAction() is wanted:
            break
        QTest.keyClick(menu, K.Key_Down)
    QTest.keyClick(menu, K.Key_Return)
    dialog = driver.studio.members.dialog
    driver.qtbot.waitExposed(dialog)
    dialog.activateWindow()
    driver.wait(dialog.isActiveWindow, 5000)
    if rates:
        dialog.seeds.setFocus()
        keys.press(K.Key_Down)
        keys.tab_to(named("Learning rates"))
        keys.press(K.Key_A, CTRL)
        keys.type(rates)
    return dialog, keys


def _run_menu(driver):
    """Open the menu that holds the command."""
    bar = driver.window.menuBar()
    menu = next(action for action in bar.actions() if action.text() == "&Run")
    driver.window.activateWindow()
    bar.setFocus()
    bar.setActiveAction(menu)
    QTest.keyClick(bar, K.Key_Down)
    driver.wait(lambda: menu.menu().isVisible(), 5000)
    return menu.menu()


def ended(driver, runs):
    driver.wait(lambda: len(driver.known.results.runs) == runs and not driver.studio.runner.is_busy)
    driver.window.activateWindow()
    driver.wait(driver.window.isActiveWindow, 5000)


def legend(driver):
    plot = driver.window.training_panel.plot
    driver.window.raise_dock("training")
    driver.wait(lambda: is_in_sight(plot))  # behind a tab it rests
    plot.redraw()
    return [label.text for _, label in plot.canvas.legend.items]


def test_several_rates_are_trained_by_keys_and_the_best_run_becomes_the_model(made):
    driver = made(watch=Watch(keep_best=2, evaluation_steps=10))
    before = driver.known.project.training
    dialog, keys = begin(driver, rates="1e-6, 0.05, 0.01")
    assert dialog.note.text() == "3 runs, of 3 learning rates."
    keys.press(K.Key_Return)
    ended(driver, 3)
    assert legend(driver) == ["Median: training", "Median: validation", "Median: test", "3 runs", "10–90 % of the runs"]
    runs, results = driver.known.results.runs, driver.known.results
    assert [dict(run.varied) for run in runs] == [{"learning_rate": rate} for rate in (1e-6, 0.05, 0.01)]
    assert {run.group for run in runs} == {1}
    rate = driver.known.project.training.optimizer.learning_rate
    best = next(run for run in runs if run.varied["learning_rate"] == rate)
    assert rate in (0.05, 0.01)
    assert driver.window.runs_panel.tree.topLevelItem(0).text(2) == f"best: run {best.number}"
    headless = list(train_population([_with_rate(before, driver, one) for one in (1e-6, 0.05, 0.01)], catalogue()))
    variables = headless[-1].ends[best.number - 1].variables
    assert np.array_equal(results.trained.variables["params"]["dense_1"]["kernel"], variables["params"]["dense_1"]["kernel"])
    driver.studio.session.undo()
    assert driver.known.project.training == before


def test_members_of_any_number_of_the_optimizer_are_asked_for_in_the_window(made):
    driver = made()
    dialog, keys = begin(driver, rates="0.1, 0.2")
    dialog.which.setFocus()
    keys.type("b1")
    assert dialog.values.text() == "0.6, 0.8, 0.9, 0.95, 0.975"
    assert dialog.note.text() == "5 runs, of 5 values of b1."
    keys.press(K.Key_Return)
    ended(driver, 5)
    driver.do("go_runs")
    assert [run.varied["b1"] for run in driver.known.results.runs] == [0.6, 0.8, 0.9, 0.95, 0.975]
    assert driver.known.project.training.optimizer.arguments.get("b1", 0.9) in (0.6, 0.8, 0.9, 0.95, 0.975)


def _with_rate(training, driver, rate):
    optimizer = replace(training.optimizer, learning_rate=rate)
    return replace(driver.known.project, training=replace(training, optimizer=optimizer))


def test_a_kept_state_is_used_from_the_list_of_runs_and_taken_back(made):
    driver = made(watch=Watch(keep_best=2, evaluation_steps=10))
    _, keys = begin(driver, rates="0.05, 0.01")
    keys.press(K.Key_Return)
    ended(driver, 2)
    last = driver.known.results.trained
    driver.do("go_runs")
    details = driver.window.runs_panel.details
    driver.wait(details.use_button.isVisible)
    details.states.setFocus()
    keys.press(K.Key_Down)
    keys.tab_to(named("Use this state"))
    keys.press(K.Key_Space)
    chosen = last.standing.best[1]
    assert driver.known.results.trained.variables is chosen.variables
    assert details.states.item(1).text().endswith("in use")
    driver.studio.session.undo()
    assert driver.known.results.trained is last


def test_groups_are_compared_in_the_plot(made):
    driver = made()
    for number in (1, 2):
        _, keys = begin(driver, rates="0.05, 0.01")
        keys.press(K.Key_Return)
        ended(driver, 2 * number)
    driver.do("go_runs")
    tree = driver.window.runs_panel.tree
    tree.setFocus()
    keys.press(K.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert legend(driver)[-1] == "Runs 3–4"
    driver.do("go_runs")
    keys.press(K.Key_Right)
    keys.press(K.Key_Down)
    assert legend(driver)[0] == "Training"


def test_a_member_that_fails_is_told_and_the_others_go_on(made):
    driver = made(optimizer=OptimizerSpec("sgd", 0.1))
    _, keys = begin(driver, rates="0.1, 1e37")
    keys.press(K.Key_Return)
    ended(driver, 2)
    notice = driver.window.notice.text.text()
    assert notice.startswith("The run of learning rate 1e+37 has failed; the others go on.")
    assert [run.reason for run in driver.known.results.runs] == ["completed", "failed"]
    assert driver.known.project.training.optimizer.learning_rate == 0.1


@pytest.mark.parametrize(
    ("rates", "fault"),
    [
        ("0.1, many", "“many” is no number."),
        ("0.1", "A population has 2 to 256 members."),
        ("0.1, 0.1", "Two members would be the same run."),
        ("0.1, -1", "The learning rate must be a number above 0."),
    ],
)
def test_values_that_make_no_population_are_told_and_nothing_begins(made, rates, fault):
    driver = made()
    dialog, keys = begin(driver, rates=rates)
    assert dialog.note.text().startswith(fault)
    assert not dialog.train_button.isEnabled()
    keys.press(K.Key_Return)
    assert dialog.isVisible()
    keys.press(K.Key_Escape)
    assert not driver.studio.runner.is_busy


def test_what_was_trained_together_is_saved_and_shown_again(made, tmp_path):
    driver = made()
    dialog, keys = begin(driver)
    dialog.count.setFocus()
    keys.press(K.Key_A, CTRL)
    keys.type("3")
    assert dialog.note.text() == "3 runs, of the seeds 0 to 2."
    keys.press(K.Key_Return)
    ended(driver, 3)
    driver.do("save")
    driver.wait(lambda: not driver.known.is_modified)
    project, results = load_project(tmp_path / "iris.msgpack")
    assert [run.seed for run in results.runs] == [0, 1, 2]
    assert project.training.seed in (0, 1, 2)
    driver.studio.show_canvas()
    driver.window.raise_dock("training")
    assert "3 runs" in legend(driver)
