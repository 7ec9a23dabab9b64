"""The one table of commands: whole, without clashes, and what the canvas makes of a key."""

from collections import Counter

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from flaxstudio.gui.commands.command import Command, Menu
from flaxstudio.gui.commands.keymap import KeyMap, is_plain, portable
from flaxstudio.gui.commands.table import MENUS, TOOLBAR, commands
from flaxstudio.gui.wiring import acts_of
from tests.end_to_end.studio_driver import Driver
from tests.gui.canvas_desk import Desk, chain

MOST_ROWS = 15


def menus_of(menu: Menu):
    yield menu
    for entry in menu.entries:
        if isinstance(entry, Menu):
            yield from menus_of(entry)


ALL_MENUS = [inner for menu in MENUS for inner in menus_of(menu)]


@pytest.fixture
def driver(qtbot, tmp_path) -> Driver:
    driver = Driver(qtbot, tmp_path)
    driver.do("new")
    return driver


def test_a_command_has_a_name_of_its_own_and_words():
    names = [command.name for command in commands()]
    assert len(names) == len(set(names))
    assert all(command.text for command in commands())
    assert {name for name in TOOLBAR if name} <= set(names)


def test_every_key_can_be_read_and_is_one_stroke():
    for command in commands():
        for key in command.keys:
            assert QKeySequence(key).count() == 1, key
            assert portable(key), key


def test_a_key_means_one_command_where_the_same_is_selected():
    keys = Counter((key, command.needs) for command in commands() for key in command.keys)
    assert [entry for entry, count in keys.items() if count > 1] == []


def test_menus_are_short():
    for menu in ALL_MENUS:
        rows = [entry for entry in menu.entries if entry is not None]
        assert len(rows) <= MOST_ROWS, menu.title


def test_a_letter_is_plain_and_a_chord_is_not():
    assert all(is_plain(key) for key in ("F", "Shift+A", "Delete", "Tab", "Home", "."))
    assert not any(is_plain(key) for key in ("Ctrl+A", "Alt+Up", "F2", "Shift+F1", "Meta+K"))


def test_every_command_of_the_table_does_something_and_nothing_else_does(driver):
    assert set(acts_of(driver.studio)) == {command.name for command in commands()}


def test_a_menu_shows_the_keys_of_the_canvas_too(driver):
    actions = driver.window.actions_by_name
    assert actions["fit"].shortcut().toString() == "Home"
    assert actions["add"].shortcut().toString() == "Tab"
    assert "(Home)" in actions["fit"].toolTip()


def test_plain_keys_act_on_the_canvas_and_not_while_typing(driver):
    window, canvas = driver.window, driver.window.canvas
    driver.drop("Dense", 100.0, 100.0)
    driver.drop("relu", 400.0, 100.0)
    field = window.palette_panel.findChild(QLineEdit)
    field.setFocus()
    before = canvas.view.zoom(), canvas.view.visible_box()
    for key in (Qt.Key.Key_F, Qt.Key.Key_Delete, Qt.Key.Key_U, Qt.Key.Key_Plus, Qt.Key.Key_Home):
        QTest.keyClick(field, key)
    assert field.text() == "fu+"
    assert (canvas.view.zoom(), canvas.view.visible_box()) == before
    assert len(driver.known.project.graph.nodes) == 2
    canvas.setFocus()
    QTest.keyClick(canvas.view, Qt.Key.Key_Delete)
    assert len(driver.known.project.graph.nodes) == 1


def test_backspace_deletes_what_is_selected_and_else_goes_up(qtbot):
    desk = Desk(qtbot, chain())
    asked = []
    desk.canvas.command_requested.connect(asked.append)
    desk.canvas.select(["dense_1"])
    desk.key(Qt.Key.Key_Backspace)
    desk.canvas.select([])
    desk.key(Qt.Key.Key_Backspace)
    assert asked == ["delete", "leave_block"]


def test_a_sign_that_takes_shift_is_known_without_it(qtbot):
    desk = Desk(qtbot, chain())
    asked = []
    desk.canvas.command_requested.connect(asked.append)
    QTest.keyEvent(QTest.KeyAction.Click, desk.canvas.view, "+", Qt.KeyboardModifier.ShiftModifier)
    desk.key(Qt.Key.Key_Plus, Qt.KeyboardModifier.KeypadModifier)
    assert asked == ["zoom_in", "zoom_in"]


def test_another_map_of_keys_is_used_by_menus_and_canvas_alike(driver):
    window = driver.window
    driver.drop("Dense", 100.0, 100.0)
    window.set_keys(KeyMap({**KeyMap().keys, "tidy": ("L",), "delete": ("X",)}))
    assert window.actions_by_name["delete"].shortcut().toString() == "X"
    window.canvas.setFocus()
    QTest.keyClick(window.canvas.view, Qt.Key.Key_Delete)
    assert len(driver.known.project.graph.nodes) == 1
    QTest.keyClick(window.canvas.view, Qt.Key.Key_X)
    assert not driver.known.project.graph.nodes


def test_the_table_is_data():
    assert all(isinstance(entry, Command | Menu | str | None) for menu in ALL_MENUS for entry in menu.entries)


def test_what_is_on_or_off_has_no_icon_that_would_hide_its_mark():
    assert [command.name for command in commands() if command.is_checkable and command.icon] == []


def test_the_keys_of_every_command_are_understood_whatever_is_selected():
    """Each of its keys finds a command: none of the needs is unknown where keys are looked up."""
    for command in commands():
        for key in KeyMap().keys[command.name]:
            combination = QKeySequence(key)[0]
            event = QKeyEvent(QEvent.Type.KeyPress, combination.key(), combination.keyboardModifiers())
            assert KeyMap().on_canvas(event, lambda _need: True)
