"""Anything by its name, with the keyboard alone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flaxstudio.gui.fuzzy import fit
from tests.end_to_end.studio_driver import Driver

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def driver(qtbot, tmp_path) -> Driver:
    driver = Driver(qtbot, tmp_path)
    driver.do("new")
    driver.window.canvas.setFocus()
    return driver


def open_palette(driver):
    QTest.keyClick(driver.window.canvas.view, Qt.Key.Key_P, CTRL_SHIFT)
    popup = driver.studio.palette.popup
    assert popup.isVisible()
    return popup


def choose(driver, query: str) -> None:
    popup = open_palette(driver)
    QTest.keyClicks(popup.field, query)
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert not popup.isVisible()


def rows(popup) -> list[str]:
    return [popup._model.item(row).text() for row in range(popup._model.rowCount())]


def entry(popup, text: str):
    return next(e for e in popup._entries if e.text == text)


def names(driver) -> tuple[str, ...]:
    return tuple(driver.known.project.graph.names())


def test_a_better_fit_has_more_points():
    texts = ("Tidy", "Tidy the selection", "Go tidy", "Untidy", "To indeed yes", "Zoom")
    points = [fit("tidy", text) for text in texts]
    assert points[:4] == sorted(points[:4], reverse=True)
    assert points[-1] == 0
    assert fit("sa", "Save as") > fit("sa", "Go to the sea")
    assert fit("zoom view", "Zoom in", "View") > 0
    assert fit("zoom file", "Zoom in", "View") == 0
    assert fit("", "Anything") > 0


def test_letters_and_enter_carry_out_a_command(driver):
    driver.drop("Dense", 100.0, 100.0)
    choose(driver, "undo add")
    assert names(driver) == ()


def test_a_layer_is_added_and_a_node_found_by_name(driver):
    choose(driver, "add dense")
    choose(driver, "add relu")
    assert names(driver) == ("dense_1", "relu_1")
    assert driver.window.selected == ("relu_1",)
    choose(driver, "go dense_1")
    assert driver.window.selected == ("dense_1",)
    assert driver.window.focusWidget() is driver.window.canvas.view


def test_keys_and_places_are_shown(driver):
    popup = open_palette(driver)
    found = entry(popup, "Tidy")
    assert (found.place, found.keys) == ("Arrange", "Ctrl+Shift+L")


def test_what_cannot_be_done_says_why_and_does_nothing(driver):
    popup = open_palette(driver)
    assert entry(popup, "Stop").reason == "No run is under way"
    assert entry(popup, "Duplicate").reason == "Select a node first"
    assert entry(popup, "Undo").reason == "Nothing to undo"
    QTest.keyClicks(popup.field, "duplicate")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_a_command_with_a_need_is_grey_until_it_is_met(driver):
    duplicate = driver.window.actions_by_name["duplicate"]
    assert not duplicate.isEnabled()
    driver.drop("Dense", 100.0, 100.0)
    assert duplicate.isEnabled()
    QTest.keyClick(driver.window.canvas.view, Qt.Key.Key_Escape)
    assert not duplicate.isEnabled()


def test_what_was_done_last_comes_first_also_after_a_restart(driver, qtbot, tmp_path):
    choose(driver, "zoom to 100")
    choose(driver, "add dropout")
    assert rows(open_palette(driver))[:2] == ["Add Dropout", "Zoom to 100 %"]
    driver.studio.palette.popup.close()
    driver.do("undo")
    assert driver.close()
    second = Driver(qtbot, tmp_path)
    second.do("new")
    second.do("palette")
    assert rows(second.studio.palette.popup)[:2] == ["Add Dropout", "Zoom to 100 %"]


def test_templates_and_panels_are_there_and_arrows_choose(driver):
    popup = open_palette(driver)
    QTest.keyClicks(popup.field, "go to problems")
    assert rows(popup)[0] == "Problems"
    popup.field.clear()
    QTest.keyClicks(popup.field, "new from")
    first, second = rows(popup)[:2]
    QTest.keyClick(popup.field, Qt.Key.Key_Down)
    assert popup.list.currentIndex().data() == second
    QTest.keyClick(popup.field, Qt.Key.Key_Up)
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert first.startswith("New from")
    assert len(names(driver)) > 2


def test_the_start_page_offers_nothing_of_the_canvas(qtbot, tmp_path):
    driver = Driver(qtbot, tmp_path)
    driver.do("palette")
    texts = {entry.text for entry in driver.studio.palette.popup._entries}
    assert "Open" in texts
    assert not {"Fit all", "Add Dense", "Duplicate"} & texts


def test_an_unknown_word_is_answered_in_words(driver):
    popup = open_palette(driver)
    QTest.keyClicks(popup.field, "qqqq")
    assert popup._nothing.isVisible()
