"""The optimizer panel by real keys and mouse: chains, schedules, groups, what is around; each edit one named step."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.gui.panels.data_state import RowCounts
from flaxstudio.gui.panels.run_state import RunState
from flaxstudio.gui.panels.training import TrainingPanel
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project import optim_links
from flaxstudio.project.config import TrainConfig, check_training
from flaxstudio.project.optim_optimizers import OPTIMIZERS
from flaxstudio.project.optimizer import CHAIN, RATE, Group, Link, OptimizerSpec, Schedule

ROWS = RowCounts(1000, 100, 200)
CONFIG = TrainConfig("cross_entropy", OptimizerSpec("adamw", 0.01), 50, 400)
LINKS = (Link("clip_by_global_norm"), Link("scale_by_adam"), Link("scale_by_learning_rate"))
COMPOSED = replace(CONFIG, optimizer=OptimizerSpec(CHAIN, 0.01, links=LINKS))


@pytest.fixture
def panel(qtbot):
    view = TrainingPanel(LIGHT)
    qtbot.addWidget(view)
    view.resize(1200, 1800)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    view.display(CONFIG, ROWS, RunState())
    for toggle in view.optimizer.toggles.values():
        QTest.mouseClick(toggle, Qt.MouseButton.LeftButton)
    return view


@pytest.fixture
def changes(panel):
    """What the panel asked for; each change comes back as the new config, as it does in the window."""
    told = []

    def answer(config, text):
        told.append((config.optimizer, text))
        assert [problem for problem in check_training(config) if problem.severity == "error"] == []
        panel.display(config, ROWS, RunState())

    panel.training_changed.connect(answer)
    return told


def type_into(row, text):
    field = row.field if not hasattr(row.field, "lineEdit") else row.field.lineEdit()
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()


def choose(combo, text):
    combo.setFocus()
    index = next(i for i in range(combo.count()) if combo.itemText(i) == text)
    QTest.keyClick(combo, Qt.Key.Key_Home)
    while combo.currentIndex() != index:
        QTest.keyClick(combo, Qt.Key.Key_Down)


def pick(box, text):
    """Pick an entry of a box by keys, in its list."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.view().isVisible()
    row = next(i for i in range(box.count()) if box.itemText(i) == text)
    QTest.keyClick(box.view(), Qt.Key.Key_Home)
    for _ in range(row):
        QTest.keyClick(box.view(), Qt.Key.Key_Down)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)


def names(spec):
    return [link.name for link in spec.chain]


def test_one_tick_keeps_weight_decay_from_biases_and_norms(panel, changes):
    tick = panel.optimizer.core.decays_kernels_only
    QTest.mouseClick(tick, Qt.MouseButton.LeftButton, pos=QPoint(8, tick.height() // 2))
    assert changes[-1][0].arguments == {"mask": "!*/bias, !*/scale"}
    assert changes[-1][1] == "Keep weight decay from biases and norms"
    QTest.mouseClick(tick, Qt.MouseButton.LeftButton, pos=QPoint(8, tick.height() // 2))
    assert changes[-1][0] == CONFIG.optimizer


def test_a_link_is_found_by_a_part_of_its_name_and_makes_a_chain(panel, changes):
    line = panel.optimizer.core.links.add.lineEdit()
    line.setFocus()
    QTest.keyClicks(line, "clip_by_global_norm")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert names(changes[-1][0]) == ["clip_by_global_norm", "adamw"]
    assert changes[-1][1] == "Add clip_by_global_norm"
    assert panel.form.optimizer.currentText() == "Chain of links"
    type_into(panel.optimizer.core.arguments.row("max_norm"), "0.5")
    assert changes[-1][0].links[0].arguments == {"max_norm": 0.5}


def test_links_are_moved_switched_off_and_removed_by_keys(panel, changes):
    panel.display(COMPOSED, ROWS, RunState())
    view = panel.optimizer.core.links.list
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert names(changes[-1][0]) == ["scale_by_adam", "clip_by_global_norm", "scale_by_learning_rate"]
    assert changes[-1][1] == "Move scale_by_adam"
    assert view.currentRow() == 0
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert [link.is_on for link in changes[-1][0].links] == [True, False, True]
    assert changes[-1][1] == "Switch off clip_by_global_norm"
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert names(changes[-1][0]) == ["scale_by_adam", "scale_by_learning_rate"]


@pytest.mark.parametrize(("source", "onto", "expected"), [(0, 2, [1, 0, 2]), (2, 0, [2, 0, 1]), (0, None, [1, 2, 0])])
def test_a_link_that_is_dragged_lands_where_it_is_dropped(panel, changes, source, onto, expected):
    panel.display(COMPOSED, ROWS, RunState())
    view = panel.optimizer.core.links.list
    view.setCurrentRow(source)
    place = view.visualItemRect(view.item(onto)).topLeft() + QPoint(9, 1) if onto is not None else QPoint(9, view.height() - 3)
    # the platform's own drag cannot be driven without a display; what it ends in can
    rest = Qt.DropAction.MoveAction, QMimeData(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    view.dragMoveEvent(QDragMoveEvent(place, *rest))
    assert view.shown_landing == (3 if onto is None else onto)
    view.dropEvent(QDropEvent(QPointF(place), *rest))
    assert view.shown_landing is None
    assert names(changes[-1][0]) == [LINKS[index].name for index in expected]


def test_the_last_link_left_is_that_optimizer_again(panel, changes):
    panel.display(replace(CONFIG, optimizer=OptimizerSpec(CHAIN, 0.01, links=(Link("clip"), Link("adam")))), ROWS, RunState())
    view = panel.optimizer.core.links.list
    view.setFocus()
    view.setCurrentRow(0)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert changes[-1][0] == OptimizerSpec("adam", 0.01)
    assert panel.form.optimizer.currentText() == "Adam"


def test_a_schedule_is_chosen_set_and_drawn_over_the_run(panel, changes):
    form = panel.optimizer.core.schedule
    assert not form.curve.isVisible()
    choose(form.kind, "Cosine")
    assert changes[-1][0].schedules == {RATE: Schedule("cosine_decay_schedule")}
    assert changes[-1][1] == "Let learning rate follow Cosine"
    assert (form.curve.values[0], round(form.curve.values[-1], 9)) == (0.01, 0.0)
    type_into(form.arguments.row("alpha"), "0.5")
    assert form.curve.values[-1] == pytest.approx(0.005)
    choose(form.number, "b1")
    assert form.kind.currentText() == "No schedule"
    choose(form.kind, "Linear")
    assert set(changes[-1][0].schedules) == {RATE, "b1"}
    choose(form.kind, "No schedule")
    assert set(changes[-1][0].schedules) == {RATE}


def parts_of(spec):
    return [(part.name, part.steps) for part in spec.schedules[RATE].parts]


def rows_of(view):
    return [view.item(row).text() for row in range(view.count())]


def test_a_joined_schedule_s_parts_are_added_set_moved_and_removed(panel, changes):
    form = panel.optimizer.core.schedule
    choose(form.kind, "One after the other")
    assert parts_of(changes[-1][0]) == [("linear_schedule", 40), ("cosine_decay_schedule", None)]
    assert rows_of(form.parts.list) == ["Linear · steps 0 to 40", "Cosine · steps 40 to 400"]
    pick(form.parts.add, "Constant")
    assert parts_of(changes[-1][0])[-1] == ("constant_schedule", None)
    assert changes[-1][1] == "Add Constant to the schedule"
    assert form.part_kind.currentText() == "Constant"
    type_into(form.arguments.row("steps"), "100")
    assert rows_of(form.parts.list) == ["Linear · steps 0 to 40", "Cosine · steps 40 to 300", "Constant · steps 300 to 400"]
    form.parts.list.setFocus()
    QTest.keyClick(form.parts.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert parts_of(changes[-1][0]) == [("linear_schedule", 40), ("constant_schedule", 100), ("cosine_decay_schedule", None)]
    assert changes[-1][1] == "Move Constant in the schedule"
    choose(form.part_kind, "Linear")
    assert parts_of(changes[-1][0])[1] == ("linear_schedule", 100)
    QTest.keyClick(form.parts.list, Qt.Key.Key_Delete)
    assert parts_of(changes[-1][0]) == [("linear_schedule", 40), ("cosine_decay_schedule", None)]
    QTest.keyClick(form.parts.list, Qt.Key.Key_End)
    type_into(form.arguments.row("alpha"), "0.25")
    assert changes[-1][0].schedules[RATE].parts[1].arguments == {"alpha": 0.25}
    assert form.curve.values[-1] == pytest.approx(0.0025)


def test_a_part_ends_where_its_boundary_is_dragged_to(panel, changes):
    form = panel.optimizer.core.schedule
    choose(form.kind, "One after the other")
    curve, count = form.curve, len(changes)
    before = curve.values
    start, end = (QPoint(round(curve.x_of(step)), curve.height() // 2) for step in (40, 200))
    QTest.mousePress(curve, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(curve, end)
    assert curve.values != before
    assert len(changes) == count
    QTest.mouseRelease(curve, Qt.MouseButton.LeftButton, pos=end)
    assert len(changes) == count + 1
    (name, steps), rest = parts_of(changes[-1][0])
    assert name == "linear_schedule"
    assert abs(steps - 200) <= 2
    assert rest == ("cosine_decay_schedule", None)
    assert changes[-1][1] == f"Let Linear end at step {steps}"


def test_warm_restarts_are_of_one_kind(panel, changes):
    form = panel.optimizer.core.schedule
    choose(form.kind, "Warm restarts")
    assert not form.part_kind.isVisible()
    pick(form.parts.add, "Warm-up, then cosine")
    assert rows_of(form.parts.list)[-1] == "Warm-up, then cosine · steps 266 to 399"
    for _ in range(3):
        form.parts.list.setFocus()
        QTest.keyClick(form.parts.list, Qt.Key.Key_Delete)
    assert len(changes[-1][0].schedules[RATE].parts) == 1


def test_the_box_of_links_offers_every_transformation(panel, changes):
    box = panel.optimizer.core.links.add
    offered = {box.itemData(index) for index in range(box.count())}
    assert offered == {option.name for option in (*optim_links.LINKS, *OPTIMIZERS)}


def test_gathering_means_and_ticks_stand_around_the_optimizer(panel, changes):
    form = panel.optimizer.around.form
    type_into(form.row("Mean of the params"), "0.99")
    type_into(form.row("Gather gradients"), "4")
    assert [(link.name, dict(link.arguments)) for link in changes[-1][0].around] == [
        ("MultiSteps", {"every_k_schedule": 4}),
        ("ema_of_params", {"decay": 0.99}),
    ]
    QTest.keyClick(form.row("Flatten").field, Qt.Key.Key_Space)
    assert changes[-1][0].around[0].name == "flatten"
    type_into(form.row("Gather gradients"), "")
    type_into(form.row("Gather gradients"), " ")
    assert "MultiSteps" not in [link.name for link in changes[-1][0].around]


def tick(row):
    row.field.setFocus()
    QTest.keyClick(row.field, Qt.Key.Key_Space)


def test_groups_are_added_named_given_paths_and_removed(panel, changes):
    form = panel.optimizer.groups
    QTest.mouseClick(form.add, Qt.MouseButton.LeftButton)
    type_into(form.form.row("name"), "head")
    type_into(form.form.row("params"), "dense_2, */bias")
    type_into(form.form.row("rate"), "0.1")
    assert rows_of(form.list) == ["head · × 0.1"]
    tick(form.form.row("frozen"))
    assert changes[-1][0].groups == (Group("head", ("dense_2", "*/bias"), 0.1, True),)
    assert rows_of(form.list) == ["head · frozen"]
    assert not form.form.row("rate").isVisible()
    QTest.mouseClick(form.remove, Qt.MouseButton.LeftButton)
    assert changes[-1][0] == CONFIG.optimizer
    assert changes[-1][1] == "Remove the group head"


def test_a_group_s_own_optimizer_begins_as_the_common_one_and_has_the_same_form(panel, changes):
    form = panel.optimizer.groups
    QTest.mouseClick(form.add, Qt.MouseButton.LeftButton)
    tick(form.form.row("own optimizer"))
    assert changes[-1][0].groups[0].optimizer == CONFIG.optimizer
    own = form.own
    choose(own.choice, "Gradient descent")
    assert changes[-1][1] == "Choose optimizer Gradient descent in the group group_1"
    type_into(own.arguments.row("learning_rate"), "0.5")
    type_into(own.arguments.row("momentum"), "0.9")
    assert changes[-1][1] == "Set momentum in the group group_1"
    assert changes[-1][0].groups[0].optimizer == OptimizerSpec("sgd", 0.5, {"momentum": 0.9})
    QTest.mouseClick(own.core.toggles["schedule"], Qt.MouseButton.LeftButton)
    choose(own.core.schedule.kind, "Warm-up, then cosine")
    assert set(changes[-1][0].groups[0].optimizer.schedules) == {RATE}
    assert own.core.schedule.curve.isVisible()
    QTest.mouseClick(own.core.toggles["chain"], Qt.MouseButton.LeftButton)
    line = own.core.links.add.lineEdit()
    line.setFocus()
    QTest.keyClicks(line, "clip_by_global_norm")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert names(changes[-1][0].groups[0].optimizer) == ["clip_by_global_norm", "sgd"]
    assert changes[-1][0].name == "adamw"
    tick(form.form.row("own optimizer"))
    assert changes[-1][0].groups == (Group("group_1", ("*/bias",)),)
    assert not own.isVisible()


def test_groups_are_tried_in_the_order_of_their_list(panel, changes):
    groups = (Group("one", ("dense_*",)), Group("two", ("dense_1",)))
    panel.display(replace(CONFIG, optimizer=replace(CONFIG.optimizer, groups=groups)), ROWS, RunState())
    view = panel.optimizer.groups.list
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [group.name for group in changes[-1][0].groups] == ["two", "one"]
    assert changes[-1][1] == "Move the group two"
    assert view.currentRow() == 0
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert [group.name for group in changes[-1][0].groups] == ["one"]


def test_a_click_on_a_group_asks_for_its_layers(panel, qtbot):
    groups = (Group("one", ("dense_*",)), Group("two", ("conv_1",)))
    panel.display(replace(CONFIG, optimizer=replace(CONFIG.optimizer, groups=groups)), ROWS, RunState())
    form = panel.optimizer.groups
    with qtbot.waitSignal(form.members_requested) as asked:
        at = form.list.visualItemRect(form.list.item(1)).center()
        QTest.mouseClick(form.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert asked.args == ["two"]
    assert form.form.row("name").field.text() == "two"


def test_the_form_is_no_wider_than_its_panel_in_either_theme(panel):
    whole = replace(COMPOSED, optimizer=replace(COMPOSED.optimizer, schedules={RATE: Schedule("warmup_cosine_decay_schedule")}))
    for tokens in (DARK, LIGHT):
        panel.set_tokens(tokens)
        panel.display(whole, ROWS, RunState())
        QApplication.processEvents()
        assert panel.optimizer.minimumSizeHint().width() <= 286


def test_what_a_foreign_file_names_is_shown_without_a_fault(panel):
    odd = OptimizerSpec(CHAIN, 0.01, schedules={RATE: Schedule("magic")}, links=(Link("magic"),), around=(Link("magic"),))
    panel.display(replace(CONFIG, optimizer=odd), ROWS, RunState())
    panel.display(replace(CONFIG, optimizer=OptimizerSpec("magic")), ROWS, RunState())
    assert panel.optimizer.core.links.list.count() == 1
