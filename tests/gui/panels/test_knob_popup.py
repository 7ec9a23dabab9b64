"""The numbers of a run's optimizer, changed by hand while it goes."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flaxstudio.gui.panels.run_bar import RunBar
from flaxstudio.gui.panels.run_state import RunState
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project.optim_steering import knobs_in_force
from flaxstudio.project.optimizer import CHAIN, Link, OptimizerSpec
from flaxstudio.project.results import Standing

CHAINED = OptimizerSpec(CHAIN, 0.05, links=(Link("clip", {"max_delta": 0.5}), Link("adamw", {"weight_decay": 0.01})))
KNOBS = knobs_in_force(CHAINED, Standing(rate=0.02, rate_base=0.05))
RUNNING = RunState("running", 10, 100, knobs=KNOBS)


@pytest.fixture
def bar(qtbot):
    view = RunBar(LIGHT)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    view.display(RUNNING)
    return view


def type_into(row, text):
    row.plain.setFocus()
    row.plain.selectAll()
    QTest.keyClicks(row.plain, text)
    QTest.keyClick(row.plain, Qt.Key.Key_Return)


def shown(bar, name):
    return bar.knobs.rows[name].plain.lineEdit().text()


def test_numbers_can_be_changed_only_while_a_run_goes_or_is_held(bar):
    assert bar.change.isVisible()
    bar.display(replace(RUNNING, status="paused"))
    assert bar.change.isVisible()
    for state in (RunState(), RunState("starting", knobs=KNOBS), RunState("running", members=3)):
        bar.display(state)
        assert not bar.change.isVisible()


def test_each_number_stands_there_with_the_value_that_holds(bar, qtbot):
    qtbot.mouseClick(bar.change, Qt.MouseButton.LeftButton)
    assert {name: shown(bar, name) for name in ("learning_rate", "clip.max_delta", "adamw.weight_decay", "adamw.b1")} == {
        "learning_rate": "0.02",
        "clip.max_delta": "0.5",
        "adamw.weight_decay": "0.01",
        "adamw.b1": "0.9",
    }
    assert bar.knobs.rows["learning_rate"].plain.hasFocus()
    bar.set_tokens(DARK)


def test_enter_asks_for_a_new_value_once_and_it_stays_while_the_run_goes_on(bar, qtbot):
    told = []
    bar.number_changed.connect(lambda *one: told.append(one))
    qtbot.mouseClick(bar.change, Qt.MouseButton.LeftButton)
    type_into(bar.knobs.rows["adamw.weight_decay"], "0.2")
    bar.knobs.rows["adamw.b1"].plain.setFocus()
    bar.display(replace(RUNNING, step=20))
    assert told == [("adamw.weight_decay", 0.2)]
    assert shown(bar, "adamw.weight_decay") == "0.2"


def test_what_cannot_be_is_told_in_words_and_esc_forgets_it(bar, qtbot):
    told = []
    bar.number_changed.connect(lambda *one: told.append(one))
    qtbot.mouseClick(bar.change, Qt.MouseButton.LeftButton)
    row = bar.knobs.rows["clip.max_delta"]
    type_into(row, "much")
    assert row.fault.text() == "max_delta must be a number."
    type_into(row, "")
    QTest.keyClick(row.plain, Qt.Key.Key_Escape)
    assert not bar.knobs.isVisible()
    assert told == []
    bar.open_knobs()
    assert (shown(bar, "clip.max_delta"), row.fault.isVisible()) == ("0.5", False)


def test_the_popup_goes_with_the_run(bar, qtbot):
    qtbot.mouseClick(bar.change, Qt.MouseButton.LeftButton)
    bar.display(RunState(step=100, steps=100))
    assert not bar.knobs.isVisible()


def test_what_a_run_goes_on_with_is_what_was_set_while_it_went():
    standing = Standing(rate=0.02, rate_base=0.05, values={"adamw.b1": (0.5, 0.9)})
    values = {knob.name: (knob.value, knob.spec.default) for knob in knobs_in_force(CHAINED, standing)}
    assert values["learning_rate"] == (0.02, 0.05)
    assert values["adamw.b1"] == (0.5, 0.9)
    assert values["adamw.b2"] == (0.999, 0.999)
