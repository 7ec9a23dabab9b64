from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QWidget

from flaxstudio.gui.dialogs.about import show_about, versions
from flaxstudio.gui.dialogs.export import ExportDialog
from flaxstudio.gui.dialogs.export_formats import ExportState, export_formats
from flaxstudio.gui.dialogs.fault import show_fault
from flaxstudio.gui.dialogs.unsaved import ask_unsaved
from flaxstudio.gui.tokens import LIGHT


def type_over(edit, text):
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)


def click(button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def window(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def make_dialog(qtbot, tmp_path):
    def make(**state):
        dialog = ExportDialog(ExportState("digits", str(tmp_path), **state), LIGHT)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return make


def choose(dialog, name):
    dialog.choices[name].setFocus()
    QTest.keyClick(dialog.choices[name], Qt.Key.Key_Space)


def test_export_asks_for_the_chosen_format_at_the_path_typed(make_dialog, tmp_path):
    dialog = make_dialog()
    spy = QSignalSpy(dialog.export_requested)
    choose(dialog, "saved-model")
    type_over(dialog.path, str(tmp_path / "served"))
    click(dialog.export_button)
    assert spy.at(0) == ["saved-model", str(tmp_path / "served")]


def test_the_offered_path_follows_the_format(make_dialog, tmp_path):
    dialog = make_dialog()
    assert dialog.path.text() == str(tmp_path / "digits_params.msgpack")
    choose(dialog, "source")
    assert dialog.path.text() == str(tmp_path / "digits.py")
    choose(dialog, "saved-model")
    assert dialog.path.text() == str(tmp_path / "digits_saved_model")


def test_a_typed_path_only_changes_its_ending_with_the_format(make_dialog, tmp_path):
    dialog = make_dialog()
    type_over(dialog.path, str(tmp_path / "mine.msgpack"))
    choose(dialog, "params-safetensors")
    assert dialog.path.text() == str(tmp_path / "mine.safetensors")


def test_a_path_without_the_formats_ending_gets_it(make_dialog, tmp_path):
    dialog = make_dialog()
    spy = QSignalSpy(dialog.export_requested)
    type_over(dialog.path, str(tmp_path / "params"))
    click(dialog.export_button)
    assert spy.at(0) == ["params-msgpack", str(tmp_path / "params.msgpack")]


def test_without_a_path_nothing_can_be_exported(make_dialog):
    dialog = make_dialog()
    type_over(dialog.path, " ")
    assert not dialog.export_button.isEnabled()


def test_what_would_be_replaced_is_said_beforehand(make_dialog, tmp_path):
    (tmp_path / "old.msgpack").write_bytes(b"x")
    dialog = make_dialog()
    assert dialog.note.text() == ""
    type_over(dialog.path, str(tmp_path / "old"))
    assert dialog.note.text() == "old.msgpack exists and will be replaced."


def test_an_untrained_model_offers_only_its_source_and_says_why(make_dialog):
    dialog = make_dialog(model_fault="Train the model first.")
    assert dialog.chosen().name == "source"
    assert [name for name, choice in dialog.choices.items() if choice.isEnabled()] == ["source"]
    assert sum(label.text() == "Train the model first." for label in dialog.findChildren(QLabel)) == 3


def test_missing_libraries_are_named_with_the_command_that_installs_them():
    missing = {form.name: form.missing for form in export_formats(ExportState("a", "", has_tensorflow=False))}
    assert missing["saved-model"] == ('TensorFlow is not installed. Install it with pip install "flaxstudio[tensorflow]".')
    assert [name for name, text in missing.items() if text] == ["saved-model"]


def test_where_nothing_can_be_exported_the_button_is_off(make_dialog):
    dialog = make_dialog(model_fault="Train the model first.", source_fault="The graph has no Output node.")
    assert not dialog.export_button.isEnabled()


def test_progress_can_be_cancelled_and_the_dialog_stays(make_dialog):
    dialog = make_dialog()
    spy = QSignalSpy(dialog.cancel_requested)
    dialog.show_progress("Writing…")
    assert dialog.bar.isVisible()
    assert not dialog.export_button.isEnabled()
    assert not dialog.path.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert spy.count() == 1
    assert dialog.isVisible()
    assert dialog.export_button.isEnabled()
    assert dialog.outcome.text() == "Cancelled. Nothing was written."
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert spy.count() == 1


def test_the_report_is_shown_in_place_and_leads_to_the_folder(make_dialog):
    dialog = make_dialog()
    dialog.show_progress("Writing…")
    assert not dialog.show_button.isVisible()
    dialog.show_report("Saved digits.msgpack, 13,214 bytes.")
    assert dialog.outcome.text() == "Saved digits.msgpack, 13,214 bytes."
    assert dialog.show_button.isVisible()
    assert not dialog.bar.isVisible()
    assert dialog.export_button.isEnabled()


def test_a_refused_export_says_why_and_can_be_tried_again(make_dialog):
    dialog = make_dialog(has_tensorflow=False)
    dialog.show_progress("Writing…")
    dialog.show_fault("There is no room on the disk.")
    assert dialog.outcome.text() == "There is no room on the disk."
    assert dialog.export_button.isEnabled()
    assert not dialog.choices["saved-model"].isEnabled()


@pytest.mark.parametrize(("label", "answer"), [("Save", "save"), ("Don't save", "discard"), ("Cancel", "cancel")])
def test_unsaved_work_has_three_answers(window, label, answer):
    def press():
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        assert "digits" in box.text()
        click(next(button for button in box.buttons() if button.text() == label))

    QTimer.singleShot(0, press)
    assert ask_unsaved(window, "digits") == answer


@pytest.mark.parametrize(("key", "answer"), [(Qt.Key.Key_Return, "save"), (Qt.Key.Key_Escape, "cancel")])
def test_enter_saves_and_escape_cancels(window, key, answer):
    QTimer.singleShot(0, lambda: QTest.keyClick(QApplication.activeModalWidget(), key))
    assert ask_unsaved(window, "digits") == answer


def test_a_fault_tells_where_the_work_is_and_copies_its_details(window):
    dialog = show_fault(window, "KeyError: 'x'", "Traceback\nKeyError: 'x'", Path("/data/digits.rescued.msgpack"))
    assert "/data/digits.rescued.msgpack" in dialog.saved.text()
    assert not dialog.details.isVisible()
    click(dialog.details_button)
    assert dialog.details.isVisible()
    click(dialog.copy_button)
    assert QGuiApplication.clipboard().text() == "Traceback\nKeyError: 'x'"
    dialog.close()


def test_a_second_fault_joins_the_open_dialog(window):
    first = show_fault(window, "KeyError: 'x'", "one", None)
    second = show_fault(window, "ValueError: y", "two", None)
    assert second is first
    assert first.details.toPlainText().split() == ["one", "two"]
    first.close()


def test_a_fault_after_the_first_was_closed_is_shown_anew(window, qtbot):
    first = show_fault(window, "KeyError: 'x'", "one", None)
    with qtbot.waitSignal(first.destroyed):
        first.close()
    second = show_fault(window, "ValueError: y", "two", None)
    assert second.isVisible()
    assert second.details.toPlainText() == "two"
    second.close()


def test_about_shows_the_versions_that_are_installed(window):
    dialog = show_about(window)
    shown = dialog.facts.texts()
    assert shown == dict(versions())
    assert {"flaxstudio", "jax", "flax"} <= set(shown)
    click(dialog.copy_button)
    assert f"jax {shown['jax']}" in QGuiApplication.clipboard().text().splitlines()
    dialog.close()
