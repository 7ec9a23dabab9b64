import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.data.goal_facts import GoalFacts
from flaxstudio.gui.panels.metrics_form import MetricsForm
from flaxstudio.gui.tokens import LIGHT
from flaxstudio.project.config import TrainConfig, check_training
from flaxstudio.project.metrics import METRICS

CLASSES, NUMBERS = GoalFacts("sort", "classes"), GoalFacts("size", "numbers")


@pytest.fixture
def form(qtbot):
    view = MetricsForm(LIGHT)
    qtbot.addWidget(view)
    view.resize(300, 400)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    view.shown = TrainConfig("cross_entropy")
    view.told = []

    def answer(training, words):
        view.shown = training
        view.told.append(words)
        view.display(training, (CLASSES,))

    view.training_changed.connect(answer)
    view.display(view.shown, (CLASSES,))
    QTest.mouseClick(view.more, Qt.MouseButton.LeftButton)
    QApplication.processEvents()  # lays out what has just been unfolded
    return view


def test_metrics_are_ticked_by_mouse_and_by_keys(form):
    QTest.mouseClick(form.ticks["f1"], Qt.MouseButton.LeftButton, pos=QPoint(8, form.ticks["f1"].height() // 2))
    form.ticks["iou"].setFocus()
    QTest.mouseMove(form.ticks["iou"])
    QApplication.processEvents()
    assert form.help.text() == METRICS["classes"]["iou"]
    QTest.keyClick(form.ticks["iou"], Qt.Key.Key_Space)
    assert form.shown.metrics == ("f1", "iou")
    assert form.more.text() == "Metrics · 2 more"
    QTest.keyClick(form.ticks["iou"], Qt.Key.Key_Space)
    assert form.shown.metrics == ("f1",)
    assert form.told == ["Measure F1", "Measure IoU", "Do not measure IoU"]


def test_only_what_suits_the_targets_is_offered_and_the_usual_is_always_measured(form):
    def offered():
        return [name for name, tick in form.ticks.items() if tick.isVisible()]

    assert offered() == list(METRICS["classes"])
    assert form.ticks["accuracy"].isChecked()
    assert not form.ticks["accuracy"].isEnabled()
    form.display(TrainConfig(), (NUMBERS,))
    assert sorted(offered()) == sorted(METRICS["numbers"])
    assert not form.averaging.isVisible()
    form.display(TrainConfig(losses={"sort": "cross_entropy"}), (NUMBERS, CLASSES))
    assert set(offered()) == set(METRICS["classes"]) | set(METRICS["numbers"])


def test_how_classes_are_averaged_is_asked_where_it_matters(form):
    assert not form.averaging.isVisible()
    form.ticks["recall"].setFocus()
    QTest.keyClick(form.ticks["recall"], Qt.Key.Key_Space)
    assert form.averaging.isVisible()
    form.averaging.setFocus()
    QTest.keyClick(form.averaging, Qt.Key.Key_Down)
    assert form.shown.averaging == "micro"
    assert check_training(form.shown) == ()


def test_k_of_top_k_is_set(form):
    assert not form.top.isVisible()
    form.ticks["top_5"].setFocus()
    QTest.keyClick(form.ticks["top_5"], Qt.Key.Key_Space)
    line = form.top.field.lineEdit()
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "3")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert form.shown.metrics == ("top_3",)
    assert form.ticks["top_5"].isChecked()
    QTest.keyClick(form.ticks["top_5"], Qt.Key.Key_Space)
    assert form.shown.metrics == ()
