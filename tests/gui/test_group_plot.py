"""Several runs in the loss plot: a line each, their median, a band, and the bands of older groups."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flaxstudio.gui.plots.group_curves import GroupCurves, MemberName
from flaxstudio.gui.plots.loss_curves import Axes
from flaxstudio.gui.plots.loss_plot import LossPlot
from flaxstudio.gui.plots.loss_saving import save_members
from flaxstudio.gui.plots.shown_runs import Group
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project.results import Evaluation, RunRecord

NAMES = [MemberName(f"seed {n}") for n in range(5)]
RATES = [MemberName(f"lr {rate}", is_shown=True) for rate in (0.1, 0.01)]
STEPS = np.arange(100)
LOSSES = np.stack([np.full(100, value) for value in (1.0, 2.0, 3.0, 4.0, 10.0)], axis=1).astype(np.float32)


@pytest.fixture
def plot(qtbot):
    view = LossPlot(LIGHT)
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    qtbot.waitExposed(view)
    return view


def legend(plot):
    return [label.text for _, label in plot.canvas.legend.items]


def curves(losses=LOSSES, names=NAMES):
    made = GroupCurves(names, 0, len(losses))
    for run, column in zip(made.runs, losses.T, strict=True):
        run.series.append(0, column)
    return made


def drawn(made, smoothing="none", axes=Axes()):
    return made.drawing(0, 100, 600, smoothing, axes)


def test_the_median_and_the_band_are_those_of_the_members():
    made = curves()
    drawing = drawn(made)
    assert drawing.members == 5
    np.testing.assert_allclose(drawing.smoothed[1], 3.0)
    np.testing.assert_allclose(drawing.band.low[1], np.quantile(LOSSES[0], 0.1))
    np.testing.assert_allclose(drawing.band.high[1], np.quantile(LOSSES[0], 0.9))
    made.band = "extremes"
    assert (drawn(made).band.low[1].max(), drawn(made).band.high[1].min()) == (1.0, 10.0)
    made.band = "none"
    assert drawn(made).band is None


def test_a_member_that_ended_counts_no_more():
    losses = LOSSES.copy()
    losses[50:, 4] = np.nan
    median = drawn(curves(losses)).smoothed[1]
    np.testing.assert_allclose(median[:50], 3.0)
    np.testing.assert_allclose(median[50:], 2.5)


def test_each_member_has_a_line_of_its_own():
    _, losses = drawn(curves()).lines
    pieces = np.split(losses, np.flatnonzero(np.isnan(losses)) + 1)
    assert [piece[0] for piece in pieces if len(piece)] == [1.0, 2.0, 3.0, 4.0, 10.0]


def test_many_members_of_many_steps_stay_few_points():
    made = GroupCurves([MemberName("")] * 200, 0, 50_000)
    for run in made.runs:
        run.series.append(0, np.linspace(2, 1, 50_000, dtype=np.float32))
    drawing = made.drawing(0, 50_000, 1500, "light", Axes())
    assert len(drawing.lines[0]) < 100_000
    np.testing.assert_allclose(drawing.smoothed[1][0], 2.0, atol=0.01)


def test_a_failed_member_leaves_the_picture_and_the_others_stay_in_sight():
    losses = LOSSES.copy()
    losses[:, 4] = 1e9
    made = curves(losses)
    assert made.loss_range(is_log=False) == (1.0, 1e9)
    made.failed.add(4)
    assert made.loss_range(is_log=False) == (1.0, 40.0)
    assert not made.spans_decades()


def test_the_values_at_the_crosshair_stand_by_name_the_least_first():
    reading = curves().reading(20.2, "none")
    assert (reading.step, reading.smoothed, reading.count) == (20, 3.0, 5)
    assert reading.members[0] == ("seed 0", 1.0)
    assert reading.members[-1] == ("seed 4", 10.0)


def test_the_validation_is_the_members_median():
    made = curves()
    for run, loss in zip(made.runs, (1.0, 2.0, 6.0), strict=False):
        run.add_evaluation("validation", 10, loss)
    assert [list(values) for values in drawn(made).evaluations["validation"]] == [[10.0], [2.0]]


def test_a_population_is_drawn_as_it_goes_on_and_a_band_is_chosen_by_keys(plot):
    plot.start_members(NAMES, 0, 100)
    plot.add_losses(0, LOSSES)
    plot.redraw()
    assert legend(plot) == ["Median: training", "5 runs", "10–90 % of the runs"]
    choice = plot.controls.band_choice
    assert choice.isVisible()
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Down)
    plot.redraw()
    assert legend(plot)[-1] == "Least to greatest"
    QTest.keyClick(choice, Qt.Key.Key_Down)
    plot.redraw()
    assert legend(plot) == ["Median: training", "5 runs"]


def test_a_single_run_after_it_has_neither_band_nor_choice(plot):
    plot.start_members(NAMES, 0, 100)
    plot.add_losses(0, LOSSES)
    plot.redraw()
    plot.start(0, 100)
    plot.add_losses(0, LOSSES[:, 0])
    plot.redraw()
    assert legend(plot) == ["Training"]
    assert not plot.controls.band_choice.isVisible()


def test_learning_rates_stand_at_the_ends_of_their_lines_in_the_picture(plot):
    plot.start_members(RATES, 0, 100)
    plot.add_losses(0, LOSSES[:, :2])
    plot.redraw()
    labels = {label.text(): label for label in plot.canvas.edge_labels.values() if label.isVisible()}
    assert {"lr 0.1", "lr 0.01"} <= set(labels)
    tops = sorted(label.y() for label in labels.values())
    assert min(np.diff(tops)) >= 15
    assert tops[-1] <= plot.canvas.view.geometry().bottom()
    assert labels["lr 0.1"].y() > labels["lr 0.01"].y()
    right = max(label.mapRectToScene(label.boundingRect()).right() for label in labels.values())
    assert right <= plot.canvas.sceneRect().right()


def records(group):
    made = RunRecord(group, "", 0, "cpu", 1, 0, LOSSES[:, 0] * group, (Evaluation(100, "test", 1.0),))
    return [replace(made, number=group + n, group=group, losses=LOSSES[:, n] * group) for n in range(3)]


def test_older_groups_are_bands_with_patterns_of_their_own(plot):
    groups = [Group(f"Runs {group}", records(group), NAMES[:3]) for group in (1, 4, 7)]
    plot.show_groups(groups)
    plot.redraw()
    assert legend(plot)[-2:] == ["Runs 4", "Runs 7"]
    patterns = {sample.item.opts["brush"].style() for sample, label in plot.canvas.legend.items if "Runs" in label.text}
    assert len(patterns) == 2
    assert Qt.BrushStyle.SolidPattern not in patterns
    np.testing.assert_allclose(plot.curves.drawing(0, 100, 600, "none", Axes()).beside[0][1].median[1], 8.0)


def test_a_group_is_drawn_in_another_theme_too(plot):
    plot.start_members(NAMES, 0, 100)
    plot.add_losses(0, LOSSES)
    plot.redraw()
    plot.set_tokens(DARK)
    plot.redraw()
    assert plot.canvas.isVisible()


def test_a_metric_of_the_members_has_lines_and_a_band_too(plot, qtbot):
    plot.start_members(NAMES[:3], 0, 100)
    plot.add_losses(0, LOSSES[:, :3])
    for member, accuracy in enumerate((0.5, 0.7, 0.6)):
        plot.add_evaluation("validation", 50, 1.0, {"accuracy": accuracy}, member)
        plot.add_evaluation("validation", 100, 1.0, {"accuracy": accuracy + 0.1}, member)
    plot.redraw()
    quantity = plot.controls.quantity
    quantity.setFocus()
    QTest.keyClick(quantity, Qt.Key.Key_Down)
    plot.redraw()
    assert plot.quantity == "accuracy"
    assert legend(plot) == ["Median: validation", "3 runs", "10–90 % of the runs"]
    drawing = drawn(plot.curves)
    np.testing.assert_allclose(drawing.evaluations["validation"][1], [0.6, 0.7])
    assert plot.curves.reading(48, "none").members[0] == ("seed 0", 0.5)


def test_the_values_of_all_members_are_saved_by_name(tmp_path):
    made = curves(LOSSES[:2, :2], NAMES[:2])
    save_members([(name.text, run, {}) for name, run in zip(made.names, made.runs, strict=True)], tmp_path / "v.csv")
    lines = (tmp_path / "v.csv").read_text().splitlines()
    assert lines == [
        "run,split,step,loss",
        "seed 0,train,0,1.0",
        "seed 0,train,1,1.0",
        "seed 1,train,0,2.0",
        "seed 1,train,1,2.0",
    ]
