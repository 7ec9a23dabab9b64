"""The sheet of keys and gestures, and the help on a layer."""

import re

import pytest
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from flaxstudio.gui.commands.command import translated
from flaxstudio.gui.commands.gestures import GESTURES
from flaxstudio.gui.commands.keymap import KeyMap
from flaxstudio.gui.commands.table import commands
from flaxstudio.gui.dialogs import key_sheet
from flaxstudio.gui.key_sheet import blocks, document, write_pdf
from tests.end_to_end.studio_driver import Driver, choose_file

A4 = QSizeF(538, 785)


@pytest.fixture
def driver(qtbot, tmp_path) -> Driver:
    driver = Driver(qtbot, tmp_path)
    driver.do("new")
    driver.window.canvas.setFocus()
    return driver


def test_the_sheet_has_every_command_and_every_gesture():
    rows = {row[0] for block in blocks(KeyMap()) for row in block.rows}
    assert {translated(command.text).replace("…", "") for command in commands()} <= rows
    assert {translated(gesture.effect) for _, gestures in GESTURES for gesture in gestures} <= rows


def test_the_sheet_shows_the_keys_that_hold_now():
    keys = KeyMap().changed({"tidy": ("Ctrl+Alt+T",)})
    (found,) = blocks(keys, "ctrl+alt+t")
    assert found.rows == (("Tidy", "Ctrl+Alt+T"),)
    assert blocks(keys, "no such words") == ()


def test_the_sheet_fits_one_page(qapp):
    assert document(KeyMap(), A4).pageCount() == 1


def test_the_sheet_is_saved_as_a_pdf_of_one_page(driver, tmp_path, monkeypatch):
    path = tmp_path / "keys.pdf"
    choose_file(monkeypatch, path)
    driver.do("keys")
    driver.press(driver.studio.help.dialog, "Save as PDF…")
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", content)) == 1


def test_a_pdf_that_cannot_be_written_is_told_in_words(driver, tmp_path, monkeypatch):
    with pytest.raises(OSError, match="No such file"):
        write_pdf(KeyMap(), tmp_path / "none" / "keys.pdf")
    choose_file(monkeypatch, tmp_path / "none" / "keys.pdf")
    driver.do("keys")
    driver.press(driver.studio.help.dialog, "Save as PDF…")
    assert "keys.pdf could not be written" in driver.window.notice.text.text()


def test_the_sheet_is_printed_on_one_page(driver, tmp_path, monkeypatch):
    """The system's dialog, which no test can press, chooses a file in a printer's stead."""
    path = tmp_path / "printed.pdf"

    class Chosen:
        DialogCode = QDialog.DialogCode

        def __init__(self, printer: QPrinter, _parent) -> None:
            printer.setOutputFileName(str(path))

        def exec(self) -> QDialog.DialogCode:
            return QDialog.DialogCode.Accepted

    monkeypatch.setattr(key_sheet, "QPrintDialog", Chosen)
    driver.do("keys")
    driver.press(driver.studio.help.dialog, "Print…")
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", content)) == 1


def test_the_sheet_is_searched(driver):
    driver.do("keys")
    sheet = driver.studio.help.dialog
    QTest.keyClicks(sheet.search, "duplicate")
    assert "Ctrl+D" in sheet.view.toPlainText()
    assert "Ctrl+S" not in sheet.view.toPlainText()
    sheet.search.setText("qqq")
    assert sheet.view.toPlainText().startswith("Nothing is called so")


def test_f1_on_a_node_tells_what_its_layer_is_for(driver):
    driver.drop("Dense", 100.0, 100.0)
    QTest.keyClick(driver.window.canvas.view, Qt.Key.Key_F1)
    dialog = driver.studio.help.dialog
    assert dialog.windowTitle() == "Help on Dense"
    assert "features" in dialog.view.toPlainText()
    assert dialog.link_button.toolTip() == driver.studio.session.catalogue["Dense"].doc
    assert "flax" in dialog.link_button.toolTip()


def test_f1_on_nothing_shows_the_keys(driver):
    QTest.keyClick(driver.window.canvas.view, Qt.Key.Key_F1)
    assert driver.studio.help.dialog.windowTitle() == "Keys and gestures"
    driver.studio.help.dialog.accept()
    assert driver.studio.help.dialog is None


def test_validate_lists_problems_or_says_that_there_are_none(driver):
    chord = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    window = driver.window

    def validate() -> str:
        QTest.keyClick(window.canvas.view, Qt.Key.Key_Return, chord)
        assert not window.problems_panel.visibleRegion().isEmpty()
        return window.statusBar().currentMessage()

    assert validate() == "There are no layers yet. Add one with the Graph menu."
    driver.drop("Dense", 100.0, 100.0)
    assert validate() == "The model cannot be trained yet. The list tells why."
    driver.do("undo")
    driver.drop("Input", 100.0, 100.0)
    driver.drop("Output", 400.0, 100.0)
    driver.connect("input_1", "output_1")
    assert validate() == "The model cannot be trained yet. The list tells why."
    assert window._toolbar.problems.text() == "No data yet", "which is no mistake"
    for _ in range(3):
        driver.do("undo")
    driver.studio.files.on_template("linear-regression")
    driver.wait(lambda: driver.known.data.status == "ready" and not driver.known.problems)
    assert validate() == "No problems. The model can be trained."
    assert window.problems_panel.empty_text.isVisible()
