from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flaxstudio.data.goal_facts import GoalFacts
from flaxstudio.gui.panels.watch_form import WatchForm
from flaxstudio.gui.tokens import LIGHT
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.watch import EarlyStopping, Watch


@pytest.fixture
def form(qtbot):
    view = WatchForm(LIGHT)
    qtbot.addWidget(view)
    view.training_changed.connect(lambda config, _: view.display(config))
    return view


def test_early_stopping_is_ticked_and_its_patience_set(form, qtbot):
    assert not form.rows["patience"].isEnabled()
    with qtbot.waitSignal(form.training_changed):
        form.is_stopping.click()
    assert form.rows["patience"].isEnabled()
    with qtbot.waitSignal(form.training_changed) as told:
        form.rows["patience"].value_changed.emit("patience", 3)
    assert told.args[0].watch.early_stopping == EarlyStopping(patience=3)


def test_what_is_shown_is_the_configs_own(form):
    config = TrainConfig(watch=Watch(evaluation_steps=7, keep_best=2, stops_at_spikes=False, metric="accuracy"))
    form.display(config)
    assert form.rows["evaluation_steps"].field.value() == 7
    assert form.rows["keep_best"].field.value() == 2
    assert form.compared_by.currentText() == "Accuracy"
    assert not form.stops_at_spikes.isChecked()
    form.display(replace(config, watch=Watch()))
    assert form.rows["evaluation_steps"].field.value() is None


def test_evaluations_are_compared_by_what_they_tell(form, qtbot):
    two = (GoalFacts("size", "numbers"), GoalFacts("sort", "classes"))
    config = TrainConfig(losses={"sort": "cross_entropy"}, metrics=("f1",), watch=Watch(metric="beauty"))
    form.display(config, two)
    offered = [form.compared_by.itemData(index) for index in range(form.compared_by.count())]
    assert offered == [
        "loss", "size.loss", "size.mae", "size.rmse", "size.r2", "size.f1", "sort.loss", "sort.accuracy", "sort.f1", "beauty",
    ]  # fmt: skip
    assert form.compared_by.currentText() == "Beauty"
    form.compared_by.setFocus()
    with qtbot.waitSignal(form.training_changed) as told:
        QTest.keyClick(form.compared_by, Qt.Key.Key_Home)
    assert told.args[0].watch.metric == "loss"
