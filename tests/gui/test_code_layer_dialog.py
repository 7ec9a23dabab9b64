import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from flaxstudio.codegen.layer_finding import KEYS, NOT_TESTED, Finding, LayerQuestion
from flaxstudio.graph.library import Code
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.gui.dialogs.code_layer import CodeLayerDialog
from flaxstudio.gui.dialogs.code_layer_editor import CodeEditor
from flaxstudio.gui.dialogs.code_layer_reading import read_code
from flaxstudio.gui.dialogs.code_layer_texts import STARTING_TEXTS
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.layers.code_layer import fault_of_code, missing_imports
from tests.layers.layer_texts import BIAS_ADDER, SIMPLE_DENSE


@pytest.fixture
def editor(qtbot):
    view = CodeEditor(LIGHT)
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def make_dialog(qtbot):
    made = []

    def make(code=None, taken=()):
        dialog = CodeLayerDialog(LIGHT, code, lambda: frozenset(taken))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        made.append(dialog)
        qtbot.addWidget(dialog, before_close_func=lambda d: d.editor.document().setModified(False))
        dialog.show()
        return dialog

    return make


def click(button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def type_in(widget, text):
    keys = {"\n": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab}
    for letter in text:
        QTest.keyClick(widget, keys.get(letter, letter))


def write(dialog, text):
    dialog.editor.replace_text(text)
    dialog.examine()


def caret(editor, line, column):
    editor.go_to(line)
    cursor = editor.textCursor()
    cursor.setPosition(cursor.block().position() + column)
    editor.setTextCursor(cursor)


def color_at(editor, word):
    cursor = editor.document().find(word)
    column = cursor.selectionStart() - cursor.block().position()
    spans = cursor.block().layout().formats()
    return next((s.format.foreground().color() for s in spans if s.start <= column < s.start + s.length), None)


# the editor


def test_enter_keeps_the_indentation_and_a_colon_adds_one(editor):
    type_in(editor, "class A:\ndef f(self):\nx = 1\ny")
    assert editor.toPlainText() == "class A:\n    def f(self):\n        x = 1\n        y"


def test_tab_and_backspace_go_by_steps_of_four(editor):
    type_in(editor, "\t\tx")
    assert editor.toPlainText() == "        x"
    caret(editor, 1, 8)
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    assert editor.toPlainText() == "    x"
    caret(editor, 1, 2)
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText() == "      x"


def test_a_text_of_two_spaces_is_continued_by_two(editor):
    editor.set_text("class A:\n  x = 1")
    caret(editor, 1, 8)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    type_in(editor, "y = 2")
    assert editor.toPlainText() == "class A:\n  y = 2\n  x = 1"


def test_selected_lines_move_right_and_left_together_as_one_step(editor):
    editor.set_text("a\n\nb\nc")
    cursor = editor.textCursor()
    cursor.setPosition(0)
    cursor.setPosition(4, cursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText() == "    a\n\n    b\nc"
    QTest.keyClick(editor, Qt.Key.Key_Backtab)
    assert editor.toPlainText() == "a\n\nb\nc"
    editor.undo()
    assert editor.toPlainText() == "    a\n\n    b\nc"


def test_words_are_coloured_as_they_are_typed(editor):
    type_in(editor, "import jax")
    assert color_at(editor, "import") == QColor(LIGHT.code["keyword"])
    editor.set_tokens(DARK)
    assert color_at(editor, "import") == QColor(DARK.code["keyword"])


def test_every_change_is_told_once_and_colouring_is_none(editor):
    spy = QSignalSpy(editor.text_edited)
    type_in(editor, "ab")
    editor.set_tokens(DARK)
    assert spy.count() == 2


def test_the_numbers_column_grows_with_the_lines(editor):
    narrow = editor.viewportMargins().left()
    editor.set_text("x\n" * 1200)
    assert editor.viewportMargins().left() > narrow
    assert editor.viewportMargins().left() == editor.gutter_width()


def test_faulty_lines_are_tinted_and_mended_ones_no_longer(editor):
    editor.set_text("a\nb\nc")
    editor.show_faults([(2, "wrong"), (2, "also wrong")])
    assert [mark.cursor.blockNumber() for mark in editor.extraSelections()] == [1]
    picture = editor.grab().toImage()
    editor.show_faults([])
    assert editor.extraSelections() == []
    assert editor.grab().toImage() != picture


def test_replacing_the_text_can_be_undone(editor):
    editor.set_text("old")
    editor.replace_text("new\ntext")
    editor.undo()
    assert editor.toPlainText() == "old"


# reading


@pytest.mark.parametrize("name", list(STARTING_TEXTS))
def test_the_starting_texts_are_whole_layers(name):
    text = STARTING_TEXTS[name]
    assert fault_of_code(text, name) == []
    assert missing_imports(text) == ()


def test_the_notebooks_texts_stand_unchanged_in_the_starting_texts():
    assert STARTING_TEXTS["SimpleDense"].endswith(SIMPLE_DENSE)
    assert STARTING_TEXTS["BiasAdderWithRunningMean"].endswith(BIAS_ADDER)


@pytest.mark.parametrize(
    ("text", "taken", "words"),
    [
        ("", (), "There is no layer in the text"),
        ("x = (", (), "Python cannot read this line"),
        ("class A:\n  pass\n", (), "A is no linen Module"),
        (SIMPLE_DENSE, ("SimpleDense",), "There is another layer SimpleDense"),
        (SIMPLE_DENSE.replace("SimpleDense", "simple_dense"), (), "The class name simple_dense must be letters"),
    ],
)
def test_what_is_no_layer_has_a_fault_and_no_spec(text, taken, words):
    found = read_code(text, "SimpleDense", taken)
    assert found.spec is None
    assert words in found.faults[0].sentence


def test_another_class_is_taken_when_the_wanted_one_is_gone():
    text = SIMPLE_DENSE + "\n\nclass Other(SimpleDense):\n  pass\n"
    assert read_code(text, "SimpleDense").name == "SimpleDense"
    assert read_code(text, "Gone").name == "Other"


# the window


def test_a_new_layer_begins_with_a_text_that_can_be_saved(make_dialog):
    dialog = make_dialog()
    spy = QSignalSpy(dialog.code_saved)
    click(dialog.save_button)
    assert spy.at(0)[0] == Code("MyLayer", STARTING_TEXTS["MyLayer"])


def test_typing_a_fault_marks_its_line_once_the_typing_pauses(make_dialog, qtbot):
    dialog = make_dialog(Code("SimpleDense", SIMPLE_DENSE))
    caret(dialog.editor, 1, 0)
    type_in(dialog.editor, "(")
    qtbot.waitUntil(lambda: not dialog.save_button.isEnabled())
    assert dialog.status.text().startswith("Line 1: Python cannot read")
    assert [mark.cursor.blockNumber() for mark in dialog.editor.extraSelections()] == [0]
    QTest.keyClick(dialog.editor, Qt.Key.Key_Backspace)
    qtbot.waitUntil(dialog.save_button.isEnabled)


def test_what_was_read_is_shown_beside(make_dialog):
    dialog = make_dialog(Code("SimpleDense", SIMPLE_DENSE))
    assert dialog.facts.texts() == {
        "Inputs": "in",
        "Outputs": "out",
        "features": "int, 64 to begin with",
        "kernel_init": "initializer, lecun_normal by default",
        "bias_init": "initializer, zeros by default",
    }
    write(dialog, BIAS_ADDER)
    assert dialog.facts.texts()["Keeps"] == "batch_stats"
    write(dialog, "class (")
    assert dialog.facts.texts() == {}


def test_a_bare_cell_is_saved_with_its_imports(make_dialog):
    dialog = make_dialog()
    write(dialog, SIMPLE_DENSE)
    assert "lax" in dialog.status.text()
    assert dialog.imports_button.isVisible()
    spy = QSignalSpy(dialog.code_saved)
    click(dialog.save_button)
    saved = spy.at(0)[0]
    assert saved.name == "SimpleDense"
    assert missing_imports(saved.text) == ()
    assert saved.text.endswith(SIMPLE_DENSE)
    assert dialog.editor.toPlainText() == saved.text


def test_a_name_that_another_layer_has_cannot_be_saved(make_dialog):
    dialog = make_dialog(taken=("Dense",))
    write(dialog, SIMPLE_DENSE.replace("SimpleDense", "Dense"))
    assert not dialog.save_button.isEnabled()
    spy = QSignalSpy(dialog.code_saved)
    QTest.keySequence(dialog, "Ctrl+S")
    assert spy.count() == 0


def test_of_several_classes_one_is_chosen(make_dialog):
    dialog = make_dialog()
    write(dialog, SIMPLE_DENSE + "\n\nclass Other(SimpleDense):\n  pass\n")
    assert dialog.name == "Other"
    dialog.choice.setFocus()
    QTest.keyClick(dialog.choice, Qt.Key.Key_Up)
    dialog.examine()
    spy = QSignalSpy(dialog.code_saved)
    click(dialog.save_button)
    assert spy.at(0)[0].name == "SimpleDense"


def test_a_new_layer_begins_under_a_name_that_is_free(make_dialog):
    dialog = make_dialog(taken=("MyLayer", "MyLayer2", "SimpleDense"))
    assert (dialog.name, dialog.save_button.isEnabled()) == ("MyLayer3", True)
    dialog.beginnings.setFocus()
    QTest.keyClick(dialog.beginnings, Qt.Key.Key_Down)
    assert (dialog.name, dialog.save_button.isEnabled()) == ("SimpleDense2", True)


def test_another_beginning_can_be_chosen_and_undone(make_dialog):
    dialog = make_dialog()
    dialog.beginnings.setFocus()
    QTest.keyClick(dialog.beginnings, Qt.Key.Key_Down)
    assert dialog.editor.toPlainText() == STARTING_TEXTS["SimpleDense"]
    dialog.editor.undo()
    assert dialog.editor.toPlainText() == STARTING_TEXTS["MyLayer"]


def test_the_fault_button_leads_to_the_line(make_dialog):
    dialog = make_dialog()
    write(dialog, "x = 1\n" * 300 + "(")
    click(dialog.fault_button)
    assert dialog.editor.textCursor().blockNumber() == 300


def test_a_check_asks_with_the_values_of_the_form(make_dialog):
    dialog = make_dialog(Code("SimpleDense", SIMPLE_DENSE))
    field = dialog.check.form.row("features").field
    field.setFocus()
    QTest.keyClicks(field, "7")
    QTest.keyClick(field, Qt.Key.Key_Return)
    dialog.check.shape.selectAll()
    QTest.keyClicks(dialog.check.shape, "4, 5")
    spy = QSignalSpy(dialog.check_requested)
    click(dialog.check.button)
    assert spy.at(0)[0] == LayerQuestion(SIMPLE_DENSE, "SimpleDense", {"features": 7}, (ArrayShape((4, 5)),))


@pytest.mark.parametrize("text", ["0", "-3", "a", "3,,4"])
def test_a_shape_that_is_none_cannot_be_checked(make_dialog, text):
    dialog = make_dialog(Code("SimpleDense", SIMPLE_DENSE))
    dialog.check.shape.selectAll()
    QTest.keyClicks(dialog.check.shape, text)
    assert not dialog.check.button.isEnabled()
    assert dialog.check.shape.property("fault") is True


def test_findings_are_ticks_or_sentences_and_go_when_the_text_changes(make_dialog):
    dialog = make_dialog(Code("SimpleDense", SIMPLE_DENSE))
    dialog.check.show_running()
    assert dialog.check.button.text() == "Cancel"
    dialog.check.show_findings((Finding("builds", True), Finding("shapes", False, "Line 3 fails.")))
    texts = dialog.check.findings.texts()
    assert (texts["Builds"], texts["Gives out arrays"], texts["Works under jit"]) == (
        "Holds",
        "Does not hold Line 3 fails.",
        "Open",
    )
    assert dialog.check.note.text() == "1 check does not hold."
    type_in(dialog.editor, "#")
    assert set(dialog.check.findings.texts().values()) == {"Open"}


def test_a_check_that_could_not_be_made_has_no_tick(make_dialog):
    dialog = make_dialog()
    dialog.check.show_findings((Finding("independent", True, f"{NOT_TESTED}it draws random numbers at every call."),))
    shown = dialog.check.findings.texts()["Samples do not affect each other"]
    assert shown == "Not tested Not tested: it draws random numbers at every call."


def test_all_findings_together_are_summed_up(make_dialog):
    dialog = make_dialog()
    dialog.check.show_findings(tuple(Finding(key, True) for key in KEYS))
    assert dialog.check.note.text() == "All checks hold."


def test_a_running_check_can_be_cancelled(make_dialog):
    dialog = make_dialog()
    dialog.check.show_running()
    spy = QSignalSpy(dialog.cancel_requested)
    click(dialog.check.button)
    assert spy.count() == 1


@pytest.mark.parametrize(("label", "is_open", "is_saved"), [("Save", False, 1), ("Don't save", False, 0), ("Cancel", True, 0)])
def test_unsaved_text_is_asked_about_before_closing(make_dialog, label, is_open, is_saved):
    dialog = make_dialog()
    type_in(dialog.editor, "# mine\n")
    spy = QSignalSpy(dialog.code_saved)

    def press():
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        click(next(button for button in box.buttons() if button.text() == label))

    QTimer.singleShot(0, press)
    dialog.close()
    assert (dialog.isVisible(), spy.count()) == (is_open, is_saved)


def test_what_was_saved_closes_without_a_question(make_dialog):
    dialog = make_dialog()
    type_in(dialog.editor, "# mine\n")
    click(dialog.save_button)
    click(dialog.close_button)
    assert not dialog.isVisible()


def test_the_theme_can_change_while_it_is_open(make_dialog):
    dialog = make_dialog()
    dialog.set_tokens(DARK)
    assert color_at(dialog.editor, "class") == QColor(DARK.code["keyword"])
    assert dialog.findChild(QLabel) is not None
