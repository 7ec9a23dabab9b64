import csv
import math
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QFileDialog, QLabel, QMainWindow

from flaxstudio.gui.plots.loss_canvas import LossCanvas
from flaxstudio.gui.plots.loss_curves import Axes, RunCurves
from flaxstudio.gui.plots.loss_plot import LossPlot
from flaxstudio.gui.plots.loss_series import LossSeries, bin_starts, log_bin_starts
from flaxstudio.gui.sight import is_in_sight
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project.results import Change, Evaluation, RunRecord
from flaxstudio.training.growing import Growing


@pytest.fixture
def plot(qtbot):
    view = LossPlot(LIGHT)
    qtbot.addWidget(view)
    view.resize(900, 360)
    view.show()
    qtbot.waitExposed(view)
    return view


def losses(*values):
    return np.array(values, dtype=np.float32)


def falling(steps, low=0.05):
    noise = np.random.default_rng(0).random(steps) * 0.1
    return ((2 - low) * np.exp(-np.arange(steps) / (steps / 8)) + low + noise).astype(np.float32)


def draw(plot):
    plot.redraw()
    return plot.canvas


def data(curve):
    return curve.getData()


def centre(canvas):
    return canvas.mapFromScene(canvas.view.sceneBoundingRect().center())


def wheel(canvas, turns):
    place = QPointF(centre(canvas))
    event = QWheelEvent(
        place,
        canvas.viewport().mapToGlobal(place),
        QPointF().toPoint(),
        QPointF(0, 120 * turns).toPoint(),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)


def hover(canvas, place):
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        canvas.viewport().mapToGlobal(QPointF(place)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas.viewport(), event)


def test_losses_that_come_in_pieces_are_kept_whole():
    series = LossSeries()
    values = falling(10_000)
    for start in range(0, len(values), 77):
        series.append(start, values[start : start + 77])
    np.testing.assert_array_equal(series.losses, values)


def test_steps_told_twice_are_kept_once():
    series = LossSeries(5)
    series.append(5, losses(3, 2))
    series.append(6, losses(9, 1))
    np.testing.assert_array_equal(series.losses, losses(3, 2, 1))


def test_a_gap_in_the_steps_is_filled_with_nan():
    series = LossSeries()
    series.append(0, losses(3))
    series.append(3, losses(1))
    np.testing.assert_array_equal(series.losses, losses(3, math.nan, math.nan, 1))


def test_a_smoothed_loss_is_the_mean_of_its_neighbours():
    series = LossSeries()
    series.append(0, falling(1000))
    smoothed = series.smoothed(np.array([500]), 7)
    assert smoothed[0] == pytest.approx(falling(1000)[493:508].astype(np.float64).mean(), rel=1e-9)


def test_the_first_smoothed_loss_is_the_first_loss():
    series = LossSeries()
    series.append(0, falling(1000))
    assert series.smoothed(np.array([0]), 50)[0] == pytest.approx(float(falling(1000)[0]))


def test_losses_that_are_not_finite_are_left_out_of_means():
    series = LossSeries()
    series.append(0, losses(1, math.nan, 3, math.inf, 5))
    assert series.smoothed(np.array([2]), 1)[0] == 3
    assert series.extent(is_positive=False) == (1, 5)


def test_the_mean_of_nothing_finite_is_nan():
    series = LossSeries()
    series.append(0, losses(math.nan, math.nan))
    assert math.isnan(series.smoothed(np.array([1]), 1)[0])
    assert series.extent(is_positive=False) is None


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize(("start", "stop"), [(0, 1), (0, 7), (3, 1000), (17, 100_003)])
def test_cuts_rise_begin_at_the_start_and_are_bounded(is_log, start, stop):
    starts = log_bin_starts(start, stop, 300) if is_log else bin_starts(start, stop, -(-(stop - start) // 300))
    assert starts[0] == start
    assert np.all(np.diff(starts) > 0)
    assert starts[-1] < stop
    assert len(starts) <= 302


@pytest.mark.parametrize("axes", [Axes(), Axes(log_loss=True), Axes(log_step=True, log_loss=True)])
def test_a_million_losses_are_drawn_bounded_and_with_their_extremes(axes):
    curves = RunCurves(1, 1_000_001)
    values = 1 + np.random.default_rng(0).random(1_000_000).astype(np.float32)
    values[123_456], values[654_321] = 40.0, 0.001
    curves.series.append(1, values)
    steps, drawn = curves.drawing(1, 1_000_000, 800, "light", axes).raw
    expected = np.log10([0.001, 40.0]) if axes.log_loss else [0.001, 40.0]
    assert len(drawn) <= 2 * 802
    assert [np.nanmin(drawn), np.nanmax(drawn)] == pytest.approx(list(expected), rel=1e-6)
    assert np.all(np.diff(steps) >= 0)


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize("has_holes", [False, True])
def test_the_extremes_of_long_runs_are_those_of_all_their_losses(is_log, has_holes):
    values = np.random.default_rng(2).normal(size=50_000).astype(np.float32)
    if has_holes:
        values[100:3000], values[40_000] = np.nan, np.inf
    series = LossSeries()
    for start in range(0, len(values), 777):
        series.append(start, values[start : start + 777])
    start, stop = 77, 49_931
    starts = log_bin_starts(start, stop, 40) if is_log else bin_starts(start, stop, 5000)
    low, high = series.envelope(starts, stop)
    finite = np.where(np.isfinite(values), values, np.float32(np.nan))[:stop]
    np.testing.assert_array_equal(low, np.fmin.reduceat(finite, starts))
    np.testing.assert_array_equal(high, np.fmax.reduceat(finite, starts))


def test_an_infinite_loss_hides_no_other():
    curves = RunCurves(0, 10_000)
    values = falling(10_000)
    values[5000], values[5001] = math.inf, 30
    curves.series.append(0, values)
    assert np.nanmax(curves.drawing(0, 10_000, 50, "none", Axes()).raw[1]) == 30


def test_each_loss_is_drawn_where_there_is_room():
    curves = RunCurves(0, 100)
    curves.series.append(0, falling(100))
    steps, drawn = curves.drawing(0, 100, 800, "none", Axes()).raw
    np.testing.assert_array_equal(steps, np.arange(100))
    np.testing.assert_allclose(drawn, falling(100))


def test_only_what_is_seen_is_drawn():
    curves = RunCurves(0, 10_000)
    curves.series.append(0, falling(10_000))
    steps, _ = curves.drawing(500, 600, 800, "none", Axes()).raw
    assert steps[0] >= 498
    assert steps[-1] <= 603


def test_old_steps_keep_their_place_while_new_ones_come():
    curves = RunCurves(0, 100_000)
    curves.series.append(0, falling(100_000)[:60_000])
    before = curves.drawing(0, 100_000, 100, "none", Axes()).raw
    curves.series.append(60_000, falling(100_000)[60_000:60_010])
    after = curves.drawing(0, 100_000, 100, "none", Axes()).raw
    assert len(before[1]) == 120
    np.testing.assert_array_equal(after[1][:118], before[1][:118])


def test_the_end_of_the_step_axis_moves_only_by_doubling_during_a_run():
    curves = RunCurves(0, 8000)
    ends = set()
    for start in range(0, 8000, 50):
        curves.series.append(start, np.ones(50, np.float32))
        ends.add(curves.step_range(is_finished=False)[1])
    assert ends == {1000, 2000, 4000, 8000}


def test_a_plot_is_empty_until_there_is_a_loss_and_its_button_asks_for_a_run(plot, qtbot):
    with qtbot.waitSignal(plot.train_requested):
        qtbot.mouseClick(plot.empty.button, Qt.MouseButton.LeftButton)
    assert plot.empty.isVisible()
    assert not plot.controls.isVisible()


def test_until_the_first_loss_of_a_run_the_plot_says_what_is_awaited(plot):
    plot.start(0, 100)
    plot.redraw()
    assert "compiled" in plot.empty.sentence.text()
    assert not plot.empty.button.isVisible()
    plot.finish()  # stopped before the first loss
    plot.redraw()
    assert "Train the model" in plot.empty.sentence.text()
    assert plot.empty.button.isVisible()


def test_drawing_a_million_losses_in_the_window_stays_bounded(plot):
    values = falling(1_000_000)
    plot.start(0, len(values))
    for start in range(0, len(values), 50_000):
        plot.add_losses(start, values[start : start + 50_000])
    canvas = draw(plot)
    steps, drawn = data(canvas.curves["raw"])
    assert len(steps) <= 2 * (canvas.width() + 2)
    assert drawn.max() == pytest.approx(values.max())
    assert drawn.min() == pytest.approx(values.min())


def test_what_comes_in_is_drawn_by_itself_within_a_moment(plot, qtbot):
    plot.start(0, 100)
    plot.add_losses(0, falling(100))
    qtbot.waitUntil(lambda: plot.canvas is not None and len(data(plot.canvas.curves["raw"])[0]) == 100)


def test_behind_a_tab_nothing_is_drawn_and_all_is_once_it_comes_to_the_front(qtbot):
    window, plot = QMainWindow(), LossPlot(LIGHT)
    plot.controls.setParent(window)  # as in the panel: the canvas, opaque, covers the whole plot
    qtbot.addWidget(window)
    window.resize(600, 400)
    docks = [QDockWidget(name) for name in "ab"]
    for dock, view in zip(docks, (plot, QLabel("other")), strict=True):
        dock.setWidget(view)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
    window.tabifyDockWidget(*docks)
    window.show()
    qtbot.waitExposed(window)
    docks[0].raise_()
    plot.start(0, 100)
    plot.add_losses(0, falling(100)[:50])
    qtbot.waitUntil(
        lambda: (
            plot.canvas is not None
            and plot.canvas.curves["raw"].xData is not None
            and len(data(plot.canvas.curves["raw"])[0]) == 50
        )
    )
    docks[1].raise_()
    qtbot.waitUntil(lambda: not is_in_sight(plot))
    plot.add_losses(50, falling(100)[50:])
    plot.redraw()
    assert len(data(plot.canvas.curves["raw"])[0]) == 50
    docks[0].raise_()
    qtbot.waitUntil(lambda: len(data(plot.canvas.curves["raw"])[0]) == 100)


def test_many_pieces_are_drawn_together(plot, qtbot):
    plot.start(0, 1000)
    plot.add_losses(0, falling(1000)[:1])
    canvas = draw(plot)
    draws = []
    draw_once = canvas.draw
    canvas.draw = lambda drawing: (draws.append(1), draw_once(drawing))
    for step in range(1, 200):
        plot.add_losses(step, falling(1000)[step : step + 1])
    qtbot.waitUntil(lambda: len(data(canvas.curves["raw"])[0]) == 200)
    assert len(draws) == 1


def test_the_loss_axis_is_logarithmic_where_losses_span_a_factor_of_100(plot):
    plot.start(0, 2)
    plot.add_losses(0, losses(35, 20))
    draw(plot)
    assert not plot.controls.log_button.isChecked()
    plot.add_losses(2, losses(0.01))
    canvas = draw(plot)
    assert plot.controls.log_button.isChecked()
    assert data(canvas.curves["raw"])[1] == pytest.approx(np.log10([35, 20, 0.01]), abs=1e-6)


def test_the_users_choice_of_axis_stays(plot, qtbot):
    plot.start(0, 3)
    plot.add_losses(0, losses(35, 20, 0.01))
    draw(plot)
    qtbot.mouseClick(plot.controls.log_button, Qt.MouseButton.LeftButton)
    canvas = draw(plot)
    assert data(canvas.curves["raw"])[1] == pytest.approx([35, 20, 0.01])


def test_losses_that_are_zero_or_not_finite_leave_gaps_on_a_log_axis(plot):
    plot.start(0, 5)
    plot.add_losses(0, losses(10, 0, math.nan, math.inf, 0.01))
    canvas = draw(plot)
    drawn = data(canvas.curves["raw"])[1]
    assert np.isnan(drawn[1:4]).all()
    (_, _), (low, high) = canvas.view.viewRange()
    assert low < -2 < 1 < high


def test_a_run_of_nothing_but_nan_is_shown_without_a_fault(plot):
    plot.start(0, 2)
    plot.add_losses(0, losses(math.nan, math.nan))
    canvas = draw(plot)
    assert not canvas.edge_labels["train"].isVisible()


def test_smoothing_none_draws_the_losses_alone(plot, qtbot):
    plot.start(0, 1000)
    plot.add_losses(0, falling(1000))
    canvas = draw(plot)
    assert len(data(canvas.curves["smoothed"])[0]) > 0
    qtbot.mouseClick(plot.controls.smoothing_buttons["none"], Qt.MouseButton.LeftButton)
    draw(plot)
    assert len(canvas.curves["smoothed"].xData) == 0


def test_strong_smoothing_is_smoother_than_light(plot, qtbot):
    plot.start(0, 5000)
    plot.add_losses(0, (1 + np.random.default_rng(1).random(5000)).astype(np.float32))
    spread = {}
    for smoothing in ("light", "strong"):
        qtbot.mouseClick(plot.controls.smoothing_buttons[smoothing], Qt.MouseButton.LeftButton)
        spread[smoothing] = np.std(data(draw(plot).curves["smoothed"])[1][50:-50])
    assert spread["strong"] < 0.6 * spread["light"]


def test_validation_is_drawn_with_points_and_named_in_the_legend(plot):
    plot.start(0, 100)
    plot.add_losses(0, falling(100))
    plot.add_evaluation("validation", 50, 0.4)
    plot.add_evaluation("validation", 100, 0.2)
    canvas = draw(plot)
    np.testing.assert_array_equal(data(canvas.points["validation"])[0], [50, 100])
    assert [label.text for _, label in canvas.legend.items] == ["Training", "Validation"]


def test_many_evaluations_are_drawn_bounded_with_their_extremes_and_without_points(plot):
    plot.start(0, 50_000)
    plot.add_losses(0, falling(50_000))
    for step in range(50_000):
        plot.add_evaluation("validation", step, 7.0 if step == 31_234 else 1.0)
    canvas = draw(plot)
    assert len(data(canvas.curves["validation"])[0]) <= 2 * (canvas.width() + 2)
    assert data(canvas.curves["validation"])[1].max() == pytest.approx(math.log10(7))
    assert len(canvas.points["validation"].getData()[0]) == 0


def test_the_last_values_stand_at_the_right_edge_apart_from_each_other(plot):
    plot.start(0, 100)
    plot.add_losses(0, np.full(100, 0.5, np.float32))
    plot.add_evaluation("validation", 100, 0.5001)
    canvas = draw(plot)
    train, validation = canvas.edge_labels["train"], canvas.edge_labels["validation"]
    assert train.text() == "0.5000"
    assert validation.text() == "0.5001"
    assert abs(train.y() - validation.y()) >= 15
    assert train.x() > canvas.view.geometry().right()


def test_hovering_shows_the_step_and_the_values_of_all_curves(plot):
    plot.start(0, 101)
    plot.add_losses(0, falling(101))
    plot.add_evaluation("validation", 60, 0.4321)
    plot.finish()
    canvas = draw(plot)
    QApplication.processEvents()
    hover(canvas, centre(canvas))
    text = canvas._box.textItem.toPlainText()
    step = int(text.split()[1])
    assert abs(step - 50) <= 1
    assert f"{falling(101)[step]:.4g}" in text
    assert "0.4321 at step 60" in text
    assert canvas._crosshair.value() == step


def test_the_crosshair_goes_with_the_mouse(plot):
    plot.start(0, 101)
    plot.add_losses(0, falling(101))
    canvas = draw(plot)
    hover(canvas, centre(canvas))
    assert canvas._crosshair.isVisible()
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert not canvas._crosshair.isVisible()


def test_a_zoomed_plot_stays_where_it_is_while_losses_come(plot):
    plot.start(0, 10_000)
    plot.add_losses(0, falling(10_000)[:5000])
    canvas = draw(plot)
    QApplication.processEvents()
    wheel(canvas, 3)
    before = canvas.view.viewRange()
    plot.add_losses(5000, 100 * falling(10_000)[5000:])
    plot.finish()
    draw(plot)
    assert canvas.view.viewRange() == before


def test_a_double_click_shows_the_whole_run_again(plot):
    plot.start(0, 1000)
    plot.add_losses(0, falling(1000))
    plot.finish()
    canvas = draw(plot)
    QApplication.processEvents()
    whole = canvas.view.viewRange()
    wheel(canvas, 5)
    assert canvas.view.viewRange() != whole
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=centre(canvas))
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=centre(canvas))
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=centre(canvas))
    draw(plot)
    assert np.allclose(canvas.view.viewRange(), whole)


def test_a_run_that_goes_on_is_drawn_on(plot):
    plot.start(0, 100)
    plot.add_losses(0, falling(100))
    plot.finish()
    plot.start(100, 200)
    plot.add_losses(100, falling(100))
    assert len(data(draw(plot).curves["raw"])[0]) == 200


def test_a_new_run_replaces_the_one_before(plot):
    plot.start(0, 100)
    plot.add_losses(0, falling(100))
    plot.add_evaluation("validation", 100, 0.3)
    plot.start(0, 50)
    plot.add_losses(0, falling(50)[:10])
    canvas = draw(plot)
    assert len(data(canvas.curves["raw"])[0]) == 10
    assert len(canvas.points["validation"].getData()[0]) == 0


def test_a_past_run_is_shown_and_cleared(plot):
    evaluations = (Evaluation(100, "validation", 0.25), Evaluation(100, "test", 0.26))
    plot.show_run(RunRecord(3, "", 0, "cpu", 55, 0, falling(100), evaluations))
    canvas = draw(plot)
    assert len(data(canvas.curves["raw"])[0]) == 100
    assert data(canvas.points["test"])[1].tolist() == [0.26]
    plot.clear()
    plot.redraw()
    assert plot.empty.isVisible()


def test_changes_made_while_a_run_went_are_marked_and_named(plot):
    changes = (Change(40, "learning_rate", 0.01), Change(41, "b1", 0.5), Change(70, "learning_rate", 0.001))
    plot.show_run(RunRecord(1, "", 0, "cpu", 5, 0, falling(100), changes=changes))
    marks = draw(plot).marks
    assert [line.value() for line in marks.lines if line.isVisible()] == [40, 41, 70]
    # the first has no room beside the second
    assert [label.text() for label in marks.labels if label.isVisible()] == ["b1 0.5", "learning_rate 0.001"]
    QApplication.processEvents()
    hover(plot.canvas, centre(plot.canvas))
    assert "0.01 since step 40" in plot.canvas._box.textItem.toPlainText()
    plot.add_changes([Change(90, "b1", 0.6)])
    assert sum(line.isVisible() for line in draw(plot).marks.lines) == 4
    plot.show_run(RunRecord(2, "", 0, "cpu", 5, 0, falling(100)))
    assert not any(line.isVisible() for line in draw(plot).marks.lines)


def test_the_plot_takes_the_colours_of_another_theme(plot):
    plot.start(0, 100)
    plot.add_losses(0, falling(100))
    canvas = draw(plot)
    plot.set_tokens(DARK)
    assert canvas.backgroundBrush().color().name().upper() == DARK.panel
    assert canvas.curves["smoothed"].opts["pen"].color().name().upper() == DARK.accent


def test_the_menu_chooses_axes_and_smoothing(plot):
    plot.start(0, 1000)
    plot.add_losses(0, falling(1000))
    draw(plot)
    menu = plot.menu()
    by_text = {action.text(): action for action in menu.actions()}
    by_text["Log axis of loss"].trigger()
    by_text["Log axis of steps"].trigger()
    smoothings = {action.text(): action for action in by_text["Smoothing"].menu().actions()}
    smoothings["Strong"].trigger()
    assert plot.axes == Axes(log_step=True, log_loss=True)
    assert plot.controls.smoothing == "strong"
    steps = data(draw(plot).curves["raw"])[0]
    assert steps[-1] == pytest.approx(math.log10(999), rel=0.01)
    menu.deleteLater()


def test_a_right_click_opens_the_plots_own_menu(plot, monkeypatch):
    opened = []
    monkeypatch.setattr(plot, "menu", lambda: opened.append(1) or type("Menu", (), {"popup": lambda *_: None})())
    plot.start(0, 100)
    plot.add_losses(0, falling(100))
    canvas = draw(plot)
    QApplication.processEvents()
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.RightButton, pos=centre(canvas))
    assert opened == [1]


def test_values_are_saved_as_a_table(plot, tmp_path, monkeypatch):
    plot.start(5, 8)
    plot.add_losses(5, losses(3, 2, 0.1))
    plot.add_evaluation("validation", 8, 0.5)
    draw(plot)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "loss.csv"), ""))
    menu = plot.menu()
    next(action for action in menu.actions() if action.text() == "Save values…").trigger()
    menu.deleteLater()
    rows = list(csv.reader((tmp_path / "loss.csv").read_text().splitlines()))
    assert rows[1:] == [["train", "5", "3.0"], ["train", "6", "2.0"], ["train", "7", "0.1"], ["validation", "8", "0.5"]]


@pytest.mark.parametrize("name", ["loss.png", "loss.svg", "loss"])
def test_the_picture_is_saved_as_png_or_svg(plot, tmp_path, monkeypatch, name):
    plot.start(0, 100)
    plot.add_losses(0, falling(100))
    canvas = draw(plot)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / name), "PNG picture (*.png)"))
    menu = plot.menu()
    next(action for action in menu.actions() if action.text() == "Save picture…").trigger()
    menu.deleteLater()
    if name.endswith("svg"):
        paths = [e for e in ET.parse(tmp_path / name).iter() if e.tag.endswith(("path", "polyline"))]
        assert len(paths) > 5
        return
    image = QImage(str(tmp_path / "loss.png"))
    assert image.width() == 2 * canvas.width()
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert LIGHT.accent.lower() in colors


def test_a_file_that_cannot_be_written_is_told_in_the_plot(plot, tmp_path, monkeypatch):
    plot.start(0, 100)
    plot.add_losses(0, falling(100))
    draw(plot)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "none" / "loss.csv"), ""))
    menu = plot.menu()
    next(action for action in menu.actions() if action.text() == "Save values…").trigger()
    menu.deleteLater()
    assert "loss.csv could not be written" in plot._message.text()


def test_the_panel_is_there_without_loading_pyqtgraph_or_jax():
    code = (
        "import sys; import flaxstudio.gui.panels.training, flaxstudio.gui.panels.data, flaxstudio.gui.panels.runs;"
        "print([name for name in ('jax', 'flax', 'optax', 'pyqtgraph') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_final_loss_on_the_training_split_leaves_the_training_curve_alone():
    curves = RunCurves(0, 10)
    curves.series.append(0, np.linspace(2, 1, 10, dtype=np.float32))
    curves.add_evaluation("train", 10, 0.001)
    curves.add_evaluation("test", 10, 0.5)
    assert set(curves.evaluations) == {"test"}


def test_the_legend_follows_a_change_of_theme(qtbot):
    plot = LossPlot(LIGHT)
    qtbot.addWidget(plot)
    plot.start(0, 10)
    plot.add_losses(0, np.linspace(2, 1, 10, dtype=np.float32))
    plot.show()
    canvas = lambda: plot.findChild(LossCanvas)  # noqa: E731 - made with the first loss
    qtbot.waitUntil(lambda: canvas() is not None and len(canvas().legend.items) > 0)
    plot.set_tokens(DARK)
    html = canvas().legend.items[0][1].item.toHtml()
    assert DARK.text.lower() in html.lower()


def test_a_metric_of_the_evaluations_is_drawn_in_place_of_the_loss(plot):
    plot.start(0, 100)
    plot.add_losses(0, falling(100))
    plot.add_evaluation("train", 50, 1.0, {"accuracy": 0.5, "f1": 0.1})
    plot.add_evaluation("validation", 50, 1.0, {"accuracy": 0.5, "f1": 0.25})
    plot.add_evaluation("validation", 100, 0.5, {"accuracy": 0.75, "f1": 0.5})
    canvas = draw(plot)
    box = plot.controls.quantity
    assert [box.itemText(index) for index in range(box.count())] == ["Loss", "Accuracy", "F1"]
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Down)
    draw(plot)
    assert plot.quantity == "f1"
    assert [list(values) for values in data(canvas.curves["validation"])] == [[50, 100], [0.25, 0.5]]
    assert len(data(canvas.curves["raw"])[0]) == 0
    assert [label.text for _, label in canvas.legend.items] == ["Validation"]
    QTest.keyClick(box, Qt.Key.Key_Home)
    draw(plot)
    assert len(data(canvas.curves["raw"])[0]) > 0
    assert [label.text for _, label in canvas.legend.items] == ["Training", "Validation"]


def test_a_run_without_the_metric_chosen_is_drawn_by_its_loss(plot):
    plot.show_run(RunRecord(1, "", 0, "cpu", 5, 0, falling(9), (Evaluation(9, "test", 1.0, {"mae": 2.0}),)))
    draw(plot)
    plot.controls.quantity.setFocus()
    QTest.keyClick(plot.controls.quantity, Qt.Key.Key_End)
    draw(plot)
    assert plot.quantity == "mae"
    plot.start(0, 10)
    plot.add_losses(0, falling(10))
    draw(plot)
    assert plot.quantity == "loss"
    assert not plot.controls.quantity.isVisible()


def test_losses_that_are_recorded_elsewhere_are_read_there_until_another_run_goes_on():
    recorded, values = Growing(np.float32), falling(100)
    series = LossSeries(0, recorded)
    for start in (0, 50):
        recorded.append(values[start : start + 50])
        series.append(start, values[start : start + 50])
    assert np.shares_memory(series.losses, recorded.values)
    series.stand_alone()
    series.append(100, values[:7])
    assert (len(series), len(recorded)) == (107, 100)
    np.testing.assert_array_equal(series.losses, np.append(values, values[:7]))
    assert series.smoothed(np.array([103]), 3)[0] == pytest.approx(values[:7].mean(), rel=1e-6)
