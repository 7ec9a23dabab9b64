from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QPushButton, QToolButton

from flaxstudio.graph.problem import Problem, setting
from flaxstudio.gui.panels.problems import ProblemsPanel
from flaxstudio.gui.tokens import DARK, LIGHT
from tests.gui.networks import FIX, PROBLEMS


@pytest.fixture
def panel(qtbot):
    view = ProblemsPanel(LIGHT)
    qtbot.addWidget(view)
    view.resize(900, 240)
    view.show()
    qtbot.waitExposed(view)
    return view


def click_row(panel, number):
    box = panel.list.visualItemRect(panel.list.topLevelItem(number))
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def test_without_problems_it_says_so(panel):
    assert panel.empty_text.isVisible()
    panel.display(PROBLEMS)
    assert not panel.empty_text.isVisible()
    panel.display(())
    assert panel.empty_text.isVisible()


def test_each_problem_is_a_row_with_its_severity_in_words(panel):
    panel.display(PROBLEMS)
    rows = [panel.list.topLevelItem(number) for number in range(panel.list.topLevelItemCount())]
    assert [row.text(0) for row in rows] == [str(problem) for problem in PROBLEMS]
    spoken = [row.data(0, Qt.ItemDataRole.AccessibleTextRole) for row in rows]
    assert [text.split(":")[0] for text in spoken] == ["Error", "Warning", "Error"]


def test_a_click_or_enter_asks_for_the_problems_node(panel):
    panel.display(PROBLEMS)
    spy = QSignalSpy(panel.node_requested)
    click_row(panel, 1)
    assert spy.at(0) == ["dense_2", ""]
    panel.list.setFocus()
    panel.list.setCurrentItem(panel.list.topLevelItem(0))
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert spy.at(spy.count() - 1) == ["conv_1", ""]


def test_a_problem_inside_a_block_says_so_and_asks_for_that_place(panel):
    panel.display((replace(PROBLEMS[0], block="Residual"),))
    assert panel.list.topLevelItem(0).text(1) == "Residual › conv_1"
    spies = QSignalSpy(panel.node_requested), QSignalSpy(panel.fix_requested)
    click_row(panel, 0)
    (button,) = panel.list.findChildren(QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [spy.at(0) for spy in spies] == [["conv_1", "Residual"], [FIX, "Residual"]]


def test_a_problem_of_the_whole_graph_asks_for_no_node(panel):
    panel.display(PROBLEMS)
    spy = QSignalSpy(panel.node_requested)
    click_row(panel, 2)
    assert spy.count() == 0


def test_the_repair_of_one_click_is_asked_for_and_its_row_may_go_meanwhile(panel):
    panel.display(PROBLEMS)
    spy = QSignalSpy(panel.fix_requested)
    panel.fix_requested.connect(lambda *_: panel.display(PROBLEMS[1:]))
    (button,) = panel.list.findChildren(QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert spy.at(0) == [FIX, ""]
    assert panel.list.topLevelItemCount() == 2


def test_a_theme_switch_keeps_the_list(panel):
    panel.display(PROBLEMS)
    panel.set_tokens(DARK)
    assert panel.list.topLevelItemCount() == 3


def test_each_repair_has_a_button_the_best_first(panel):
    other = setting("Set it to 32", "conv_1", "features", 32)
    panel.display((replace(PROBLEMS[0], fixes=(FIX, other)),))
    spy = QSignalSpy(panel.fix_requested)
    buttons = panel.list.findChildren(QPushButton)
    assert [button.text() for button in buttons] == [FIX.label, "Set it to 32"]
    QTest.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert spy.at(0) == [other, ""]


def test_repairs_that_would_take_the_words_their_room_stand_in_a_menu(panel):
    others = tuple(setting(f"Set the number of features to {n}", "conv_1", "features", n) for n in range(6))
    panel.display((replace(PROBLEMS[0], fixes=(FIX, *others)),))
    shown = [button for button in panel.list.findChildren(QPushButton) if button.isVisible()]
    assert 1 < len(shown) < 7
    assert panel.list.columnWidth(0) > 900 * 0.3
    spy = QSignalSpy(panel.fix_requested)
    (more,) = panel.list.findChildren(QToolButton)
    assert len(shown) + len(more.menu().actions()) == 7
    more.menu().actions()[-1].trigger()
    assert spy.at(0) == [others[-1], ""]


def test_a_wider_panel_has_more_buttons(panel, qtbot):
    others = tuple(setting(f"Set the number of features to {n}", "conv_1", "features", n) for n in range(6))
    panel.display((replace(PROBLEMS[0], fixes=(FIX, *others)), *many(30)))

    def shown():
        return len(panel.list.itemWidget(panel.list.topLevelItem(0), 2).findChildren(QPushButton))

    few = shown()
    panel.resize(3000, 240)
    qtbot.waitUntil(lambda: shown() == 7)
    panel.resize(900, 240)
    qtbot.waitUntil(lambda: shown() == few)
    qtbot.waitUntil(lambda: all(panel.list.itemWidget(panel.list.topLevelItem(row), 2) for row in range(31)))


def test_a_problem_can_be_marked_and_the_chosen_one_is_told(panel):
    panel.display(PROBLEMS)
    panel.mark(PROBLEMS[2])
    assert panel.chosen() == PROBLEMS[2]
    spy = QSignalSpy(panel.chosen_changed)
    click_row(panel, 1)
    assert spy.at(0) == [PROBLEMS[1]]
    panel.display(())
    assert panel.chosen() is None


def test_a_warning_is_dismissed_by_its_menu_and_brought_back_at_the_foot(panel):
    warning = Problem("relu_1", "It is odd.", "Look.", "warning", rule="odd")
    panel.display((warning, PROBLEMS[2]))
    spies = QSignalSpy(panel.dismiss_requested), QSignalSpy(panel.return_requested)
    (more,) = panel.list.findChildren(QToolButton)  # an error has none
    action = more.menu().actions()[-1]
    assert action.text() == "Dismiss this warning"
    action.trigger()
    assert not panel.foot.isVisible()
    panel.display((PROBLEMS[2],), (warning,))
    assert panel.foot.text.text() == "1 warning is dismissed."
    panel.foot.button.menu().actions()[0].trigger()
    assert [spy.at(0) for spy in spies] == [[warning], [warning]]
    panel.display((warning,))
    assert not panel.foot.isVisible()


def many(count):
    return tuple(replace(PROBLEMS[0], node=f"conv_{number}", what=f"conv_{number} is wrong.") for number in range(count))


def texts(panel):
    return [panel.list.topLevelItem(row).text(0) for row in range(panel.list.topLevelItemCount())]


def test_rows_of_problems_that_stay_are_kept(panel):
    problems = many(60)
    panel.display(problems)
    first, last = panel.list.topLevelItem(0), panel.list.topLevelItem(59)
    new = replace(PROBLEMS[0], node="dense_9", what="dense_9 is wrong.")
    panel.display((*problems[:30], new, *problems[31:]))
    assert texts(panel) == [str(problem) for problem in (*problems[:30], new, *problems[31:])]
    assert panel.list.topLevelItem(0) is first
    assert panel.list.topLevelItem(59) is last
    panel.display(problems[1:])
    assert texts(panel) == [str(problem) for problem in problems[1:]]


def test_buttons_out_of_sight_come_a_few_at_a_time_until_each_repair_has_one(panel, qtbot):
    panel.display(many(100))
    assert len(panel.list.findChildren(QPushButton)) < 50
    panel.display(many(90))
    qtbot.waitUntil(lambda: len(panel.list.findChildren(QPushButton)) == 90)


def test_problems_that_nobody_would_read_are_counted(panel):
    panel.display(many(250))
    assert texts(panel)[-1] == "50 more"
    assert len(texts(panel)) == 201
    panel.display(many(230))
    assert texts(panel)[-1] == "30 more"
    assert len(texts(panel)) == 201
    panel.display(many(200))
    assert len(texts(panel)) == 200
    panel.display(many(210))
    assert texts(panel)[-1] == "10 more"
