"""What is seen of the layers of a run: bounded, true to the histograms, told in words and signs, and joined to the canvas."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QSignalSpy, QTest

from flaxstudio.gui.panels.layer_list import STRIP_ROLE, WORDS_ROLE
from flaxstudio.gui.panels.layer_words import dead_word, move_word
from flaxstudio.gui.panels.training import TrainingPanel
from flaxstudio.gui.plots.density import column_of_pixels, levels, value_range
from flaxstudio.gui.plots.layer_history import MOST, LayerHistory, Strip, node_of
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project.results import RunRecord
from flaxstudio.training.events import Distribution, LayerSeen, Observed, RunStarted
from flaxstudio.training.members import PopulationStarted


def told(values):
    counts, _ = np.histogram(values, 64)
    return Distribution(float(np.min(values)), float(np.max(values)), counts.astype(np.int32))


def seen(step, **more):
    random = np.random.default_rng(step)
    dense = LayerSeen(told(random.normal(size=500)), told(random.normal(0, 1e-4, 500)), told(random.normal(1, 3, 500)), 0.5, 64)
    layers = {"dense_1": dense, "relu_1": LayerSeen(outputs=told(random.random(500))), "dense_2": LayerSeen(dense.params)}
    return Observed(step, 1.0, {"dense_1": 1e-3, "dense_2": 0.5}, 0, layers | more)


def started(when="2026-01-01T00:00:00"):
    return RunStarted(1, 0, "cpu", 10, 5000, 0, 10.0, when)


@pytest.fixture
def panel(qtbot):
    view = TrainingPanel(LIGHT)
    qtbot.addWidget(view)
    view.resize(1280, 480)
    view.show()
    qtbot.waitExposed(view)
    view.views.tabs.setFocus()
    QTest.keyClick(view.views.tabs, Qt.Key.Key_Right)
    return view


def fed(panel, qtbot, count=5):
    panel.on_event(started())
    for step in range(0, 100 * count, 100):
        panel.on_event(seen(step))
    qtbot.waitUntil(lambda: panel.layers.model.rowCount() == 3 and panel.layers.detail.isVisible())
    return panel.layers


def test_of_many_observations_every_so_many_are_kept_and_always_the_newest():
    history = LayerHistory()
    for step in range(3 * MOST + 5):
        history.add(seen(step))
    assert MOST // 2 <= history.count <= MOST
    assert history.steps[-1] == 3 * MOST + 4
    assert len(set(np.diff(history.steps[:-1]))) == 1
    strip = history.layers["dense_1"].strips["params"].first(history.count)
    column = history.count // 2
    expected = seen(int(history.steps[column])).layers["dense_1"].params
    np.testing.assert_array_equal(strip.counts[column], expected.counts)


def test_the_memory_of_very_many_layers_is_bounded():
    history = LayerHistory()
    many = {f"dense_{n}": LayerSeen(told(np.arange(5.0))) for n in range(600)}
    for step in range(80):
        history.add(Observed(step, 1.0, {}, 0, many))
    assert sum(array.nbytes for series in history.layers.values() for array in series.arrays()) < 20e6


def test_heat_is_densest_where_the_values_lie():
    random = np.random.default_rng(0)
    parts = [told(random.normal(mean, 1, 4000)) for mean in (-4.0, 4.0)] + [told(np.full(10, 3.0))]
    strip = Strip(*(np.array([getattr(one, end) for one in parts], np.float32) for end in ("low", "high")),
                  np.array([one.counts for one in parts], np.uint16))  # fmt: skip
    bottom, top = value_range(strip)
    found = levels(strip, bottom, top, 100)
    middles = top - (np.arange(100) + 0.5) / 100 * (top - bottom)
    assert middles[found.argmax(axis=0)] == pytest.approx([-4.0, 4.0, 3.0], abs=0.5)
    assert list(found.max(axis=0)) == [255, 255, 255]


def test_a_few_odd_columns_do_not_flatten_all_others():
    random = np.random.default_rng(0)
    parts = [told(random.normal(0, 1000 if n == 0 else 1, 2000)) for n in range(40)]
    strip = Strip(*(np.array([getattr(one, end) for one in parts], np.float32) for end in ("low", "high")),
                  np.array([one.counts for one in parts], np.uint16))  # fmt: skip
    bottom, top = value_range(strip)
    assert -6 < bottom < -2 < 2 < top < 6


def test_a_pixel_shows_the_newest_column_up_to_its_step():
    assert list(column_of_pixels(np.array([0, 10, 100]), 11)) == [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]
    assert list(column_of_pixels(np.array([7]), 3)) == [0, 0, 0]


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_colours_of_density_go_one_way_in_lightness(tokens):
    lightness = np.diff([_luminance(name) for name in tokens.density])
    assert (lightness > 0).all() if tokens.is_dark else (lightness < 0).all()


def _luminance(name):
    parts = np.array(QColor(name).getRgbF()[:3]) ** 2.2
    return float(parts @ [0.2126, 0.7152, 0.0722])


def test_words_tell_what_is_worth_a_look():
    assert move_word(1e-3).short == "1.0e-03 usual"
    assert move_word(0.5).is_warning
    assert move_word(1e-8).short == "1.0e-08 hardly moves"
    assert move_word(float("nan")) is None
    assert dead_word(0.5, 64).sentence == "32 of 64 units (50.0 %) are dead: they gave 0 for every sample."
    assert dead_word(0.5, 64).is_warning
    assert not dead_word(0.0, 64).is_warning


def test_a_layer_belongs_to_the_node_that_is_repeated_or_holds_it():
    layers = ["block_1", "block_1_0", "dense_1"]
    assert node_of("block_1_0", layers) == "block_1"
    assert node_of("block_1/conv_1", layers) == "block_1"
    assert node_of("dense_1", layers) == "dense_1"


def test_without_a_run_it_says_how_to_get_one(panel):
    layers = panel.layers
    assert layers.empty.isVisible()
    assert layers.empty.text().startswith("Train a model to see")
    panel.on_event(started())
    assert layers.empty.text().startswith("The layers of this run will be seen")
    panel.clear()
    assert layers.empty.text().startswith("Train a model to see")


def test_of_past_runs_and_of_several_it_says_that_nothing_is_kept(panel, qtbot):
    layers = fed(panel, qtbot)
    sentence = "The layers of past runs, and of several runs trained together, are not kept."
    panel.show_run(RunRecord(1, "2025-12-24T00:00:00", 0, "cpu", 10, 0, np.ones(3, np.float32)))
    assert layers.empty.isVisible()
    assert layers.empty.text().startswith(sentence)
    panel.on_event(started())
    assert not layers.empty.text().startswith(sentence)
    panel.on_event(PopulationStarted((started(),)))
    assert layers.empty.text().startswith(sentence)
    panel.on_event(started())
    panel.show_last([RunRecord(number, "", number, "cpu", 10, 0, np.ones(3, np.float32), group=1) for number in (1, 2)])
    assert layers.empty.text().startswith(sentence)


def test_layers_are_listed_with_words_a_sign_and_a_strip_and_the_first_is_at_large(panel, qtbot):
    layers = fed(panel, qtbot)
    index = layers.model.index(0)
    assert index.data() == "dense_1"
    assert index.data(WORDS_ROLE).line == "1.0e-03 usual · 32 of 64 dead"
    assert index.data(WORDS_ROLE).is_warning
    assert index.data(STRIP_ROLE).width() == 64
    assert "32 of 64 units" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    detail = layers.detail
    assert detail.name.text() == "dense_1"
    assert "⚠ 32 of 64 units" in detail.words.text()
    assert all(plot.isVisible() for plot in detail.plots)
    picture = detail.heats["gradients"].grab().toImage()
    assert len({picture.pixel(picture.width() // 2, y) for y in range(picture.height())}) > 10


def test_what_a_layer_has_not_gives_its_room_to_the_rest(panel, qtbot):
    layers = fed(panel, qtbot)
    layers.list.setFocus()
    QTest.keyClick(layers.list, Qt.Key.Key_Down)
    assert layers.detail.name.text() == "relu_1"
    assert [plot.isVisible() for plot in layers.detail.plots] == [False, False, True, False, False]


def test_a_click_or_return_asks_for_the_node_and_a_selected_node_shows_its_layer(panel, qtbot):
    layers = fed(panel, qtbot)
    asked = QSignalSpy(panel.node_requested)
    QTest.mouseClick(
        layers.list.viewport(), Qt.MouseButton.LeftButton, pos=layers.list.visualRect(layers.model.index(2)).center()
    )
    assert [asked.at(n)[0] for n in range(asked.count())] == ["dense_2"]
    layers.list.setFocus()
    QTest.keyClick(layers.list, Qt.Key.Key_Up)
    QTest.keyClick(layers.list, Qt.Key.Key_Return)
    assert asked.at(asked.count() - 1)[0] == "relu_1"
    panel.mark_nodes(("dense_1",))
    assert layers.detail.name.text() == "dense_1"


def test_arrow_keys_point_at_a_step_in_all_plots(panel, qtbot):
    layers = fed(panel, qtbot)
    plot = layers.detail.ratio
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Home)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.reading() == "step 100: 1.0e-03"
    assert layers.detail.heats["params"].reading().startswith("step 100: ")
    assert layers.detail.heats["params"].accessibleDescription().startswith("step 100: ")


def test_nothing_is_drawn_while_it_is_behind_the_losses_and_all_is_once_it_comes_to_the_front(panel, qtbot):
    panel.views.tabs.setCurrentIndex(0)
    panel.on_event(started())
    panel.on_event(seen(0))
    panel.layers.refresh()
    assert panel.layers.model.rowCount() == 0
    panel.views.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: panel.layers.model.rowCount() == 3)


def test_what_was_seen_stays_after_the_run_and_goes_with_another(panel, qtbot):
    layers = fed(panel, qtbot)
    layers.show_run(started().started)
    assert layers.history.count == 5
    layers.show_run("another")
    assert layers.empty.isVisible()
    fed(panel, qtbot)
    panel.set_tokens(DARK)
    assert not layers.detail.dead.grab().isNull()
