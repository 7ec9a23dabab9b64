"""Keys of one's own: presets, recording, clashes, resets, and that all of it is kept."""

import json

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest

from flaxstudio.gui.commands.keymap import KeyMap
from flaxstudio.gui.commands.presets import PRESETS, KeyChoice, key_choice_of
from flaxstudio.gui.commands.switches import SWITCHES
from flaxstudio.gui.commands.table import commands
from flaxstudio.gui.settings import Settings
from tests.end_to_end.studio_driver import Driver

CTRL = Qt.KeyboardModifier.ControlModifier
NAMES = {command.name for command in commands()}


@pytest.fixture
def driver(qtbot, tmp_path) -> Driver:
    driver = Driver(qtbot, tmp_path)
    driver.do("new")
    return driver


@pytest.fixture
def page(driver):
    driver.do("preferences")
    return driver.studio.preferences.dialog.keys


def clashes(keys: KeyMap) -> list[tuple[str, str]]:
    return [(command.name, key) for command in commands() for key in keys.keys[command.name] if keys.clashes(command.name, key)]


def record(page, name: str, key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    """Choose a command and press a key into the recorder."""
    page.select(name)
    QTest.mouseClick(page.recorder, Qt.MouseButton.LeftButton)
    QTest.keyClick(page.recorder, key, modifiers)


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_gives_one_key_to_two_commands(preset):
    assert set(PRESETS[preset][1]) <= NAMES
    assert clashes(KeyChoice(preset).keys()) == []


def test_a_key_given_to_one_command_is_taken_from_the_other():
    choice = KeyChoice().with_keys("tidy", ("Ctrl+D",))
    assert choice.keys().keys["tidy"] == ("Ctrl+D",)
    assert choice.keys().keys["duplicate"] == ()
    again = choice.with_keys("stop", ("Ctrl+D",))
    assert (again.keys().keys["stop"], again.keys().keys["tidy"]) == (("Ctrl+D",), ())
    assert again.without("stop").keys().keys["stop"] == ("Ctrl+.",)


def test_keys_that_are_the_preset_s_anyway_are_not_own():
    assert KeyChoice().with_keys("tidy", ("Ctrl+Shift+L",)).own == {}


def test_a_choice_survives_the_settings_and_nonsense_there_does_no_harm(tmp_path):
    settings = Settings(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    choice = KeyChoice("blender").with_keys("tidy", ("Ctrl+Alt+,", "L"))
    settings.key_choice = choice
    assert settings.key_choice == choice
    for text in ("", "nonsense", "[]", '{"preset": 3, "own": 4}', json.dumps({"own": {"tidy": 1, "no such": ["A"]}})):
        assert key_choice_of(text) == KeyChoice()
    assert key_choice_of(json.dumps({"own": {"tidy": ["what", 7, "J"]}})).keys().keys["tidy"] == ("J",)


def test_a_recorded_key_works_at_once_and_after_the_next_start(driver, page, qtbot, tmp_path):
    record(page, "zoom_reset", Qt.Key.Key_J, CTRL)
    assert "Ctrl+J" in page._items["zoom_reset"].text(1)
    page.window().accept()
    canvas = driver.window.canvas
    canvas.view.zoom_to(0.5, canvas.view.viewport().rect().center())
    canvas.setFocus()
    QTest.keyClick(canvas.view, Qt.Key.Key_J, CTRL)
    assert canvas.view.zoom() == 1.0
    assert driver.close()
    second = Driver(qtbot, tmp_path)
    assert "Ctrl+J" in [key.toString() for key in second.window.actions_by_name["zoom_reset"].shortcuts()]


def test_tab_and_letters_can_be_recorded_and_escape_stops(page):
    record(page, "tidy", Qt.Key.Key_T)
    assert page._choice.keys().keys["tidy"] == ("Ctrl+Shift+L", "T")
    record(page, "tidy", Qt.Key.Key_Escape)
    assert page._choice.keys().keys["tidy"] == ("Ctrl+Shift+L", "T")
    assert not page.recorder.isChecked()
    record(page, "tidy", Qt.Key.Key_Tab, CTRL)
    assert page._choice.keys().keys["tidy"] == ("Ctrl+Shift+L", "T", "Ctrl+Tab")
    record(page, "tidy", Qt.Key.Key_Space)
    assert "Space" in page.note.text()


def test_a_taken_key_says_what_it_does_now_and_asks(page):
    record(page, "tidy", Qt.Key.Key_D, CTRL)
    assert page.note.text() == "Ctrl+D now does: Duplicate."
    assert page._choice == KeyChoice()
    QTest.mouseClick(page.leave_button, Qt.MouseButton.LeftButton)
    assert page._choice == KeyChoice()
    record(page, "tidy", Qt.Key.Key_D, CTRL)
    QTest.keyClick(page.take_button, Qt.Key.Key_Space)
    assert page._choice.keys().keys["duplicate"] == ()
    assert page._choice.keys().keys["tidy"] == ("Ctrl+Shift+L", "Ctrl+D")


def test_a_key_that_depends_on_the_selection_is_told(page):
    record(page, "fit", Qt.Key.Key_M)
    assert page._choice.keys().keys["mute"] == ("M",)
    assert page.note.text() == "Depending on what is selected, M also does: Mute."


def test_the_empty_canvas_names_the_key_that_holds(driver):
    hint = driver.window.canvas._hint
    assert hint.text().startswith("Press Tab to add a layer")
    driver.window.set_keys(KeyMap().changed({"add": ("K",)}))
    assert hint.text().startswith("Press K to add a layer")
    driver.window.set_keys(KeyMap().changed({"add": ()}))
    assert hint.text().startswith("Use the Graph menu to add")


def test_a_key_is_removed_and_reset_one_or_all(page):
    page.select("redo")
    QTest.mouseClick(page._chips[0], Qt.MouseButton.LeftButton)
    assert page._choice.keys().keys["redo"] == ("Ctrl+Y",)
    assert page._items["redo"].text(2) == "changed"
    QTest.mouseClick(page.reset_button, Qt.MouseButton.LeftButton)
    assert page._choice == KeyChoice()
    record(page, "tidy", Qt.Key.Key_T)
    record(page, "stop", Qt.Key.Key_W)
    QTest.mouseClick(page.reset_all_button, Qt.MouseButton.LeftButton)
    assert page._choice == KeyChoice()


def test_a_preset_is_taken_and_holds(driver, page):
    page.preset.setCurrentIndex(page.preset.findData("blender"))
    page.preset.activated.emit(page.preset.currentIndex())
    page.window().accept()
    driver.drop("Dense", 100.0, 100.0)
    canvas = driver.window.canvas
    canvas.setFocus()
    QTest.keyClick(canvas.view, Qt.Key.Key_X)
    assert not driver.known.project.graph.nodes
    assert driver.window.actions_by_name["add"].shortcut().toString() == "Shift+A"


def test_commands_are_found_by_words_and_by_key(page):
    page.search.setText("ctrl+d")
    assert [name for name, item in page._items.items() if not item.isHidden()] == ["duplicate"]
    page.search.setText("zoom 100")
    assert [name for name, item in page._items.items() if not item.isHidden()] == ["zoom_reset"]


def test_every_switch_is_a_checkable_command():
    checkable = {command.name for command in commands() if command.is_checkable}
    assert {name for section in SWITCHES for name in section.names} == checkable


def test_a_box_of_the_preferences_and_the_menu_are_one(driver):
    driver.do("preferences")
    boxes = driver.studio.preferences.dialog.switches.boxes
    boxes["theme_dark"].click()
    assert driver.studio.tokens.is_dark
    assert driver.window.actions_by_name["theme_dark"].isChecked()
    driver.do("theme_light")
    assert boxes["theme_light"].isChecked()
    assert not boxes["theme_dark"].isChecked()


def test_the_devices_page_tells_what_jax_sees_and_what_a_gpu_needs(driver, qtbot):
    driver.do("preferences")
    page = driver.studio.preferences.dialog.devices
    qtbot.waitUntil(lambda: page.advice.text() != "", timeout=60_000)
    assert any(name.startswith("cpu") and "GiB" in value for name, value in page.facts.texts().items())
