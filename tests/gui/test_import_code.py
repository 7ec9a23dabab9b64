import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget

from flaxstudio.codegen.imported_project import Asks
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.gui.dialogs.import_code import ImportCodeDialog
from flaxstudio.gui.import_code_acts import ImportCodeActs
from flaxstudio.gui.settings import Settings
from flaxstudio.layers import catalogue

TEXT = """\
import flax.linen as nn


class Small(nn.Module):
    @nn.compact
    def __call__(self, x, train: bool = False):
        return nn.Dense(3)(x)


class Odd(nn.Module):
    @nn.compact
    def __call__(self, words, mask=None):
        return self.param("a", nn.initializers.zeros, (3,)) + words
"""
MODULES = {"Small": Asks((("x", True),), ("features",)), "Odd": Asks((("words", True), ("mask", False)))}


def click(button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def dialog(qtbot):
    found = ImportCodeDialog("model.py", MODULES)
    qtbot.addWidget(found)
    found.show()
    return found


@pytest.fixture
def window(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def desk(window, tmp_path):
    opened, complaints = [], []
    settings = Settings(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    acts = ImportCodeActs(catalogue(), settings, window, lambda: None, opened.append, complaints.append)
    acts.opened, acts.complaints = opened, complaints
    yield acts
    acts.cancel()


def test_the_last_class_is_offered_first_with_a_line_for_each_input(dialog):
    assert dialog.classes.currentText() == "Odd"
    assert list(dialog.shapes) == ["words", "mask"]
    dialog.classes.setCurrentText("Small")
    assert list(dialog.shapes) == ["x"]


def test_all_fields_begin_at_one_line(dialog):
    dialog.classes.setCurrentText("Small")
    QApplication.processEvents()
    fields = (dialog.classes, dialog.shapes["x"], dialog.values["features"])
    assert len({field.mapTo(dialog, QPoint(0, 0)).x() for field in fields}) == 1


def test_import_asks_for_the_class_with_the_shapes_that_were_typed(dialog):
    spy = QSignalSpy(dialog.read_requested)
    QTest.keyClicks(dialog.shapes["words"], "28, 28")
    dialog.types["words"].setCurrentText("int32")
    click(dialog.import_button)
    assert spy.at(0) == ["Odd", (ArrayShape((28, 28), "int32"),)]


@pytest.mark.parametrize(
    ("words", "mask", "told"),
    [
        ("", "", "Give the shape of words."),
        ("", "3", "Give the shape of words."),
        ("3,a", "", "is no shape"),
        ("0", "", "is no shape"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_place(dialog, words, mask, told):
    spy = QSignalSpy(dialog.read_requested)
    dialog.shapes["words"].setText(words)
    dialog.shapes["mask"].setText(mask)
    click(dialog.import_button)
    assert spy.count() == 0
    assert told in dialog.status.text()


def test_fields_without_a_default_are_asked_for_and_given_to_the_class(dialog):
    dialog.classes.setCurrentText("Small")
    spy = QSignalSpy(dialog.read_requested)
    dialog.shapes["x"].setText("8")
    click(dialog.import_button)
    QTest.keyClicks(dialog.values["features"], "(8, 3)")
    click(dialog.import_button)
    assert [spy.at(0)[0], spy.at(1)[0]] == ["Small", "Small(features=(8, 3))"]


def test_notes_are_shown_before_the_graph_is_opened_and_gone_when_something_is_changed(dialog):
    spy = QSignalSpy(dialog.open_requested)
    dialog.show_notes(("One thing.", "Another."))
    assert dialog.notes.text() == "One thing.\n\nAnother."
    assert dialog.area.isVisible()
    click(dialog.import_button)
    assert spy.count() == 1
    dialog.shapes["words"].setText("4")
    assert not dialog.area.isVisible()
    assert dialog.import_button.text() == "Import"


def test_a_file_without_modules_offers_nothing_to_import(qtbot):
    dialog = ImportCodeDialog("empty.py", {})
    qtbot.addWidget(dialog)
    assert not dialog.import_button.isEnabled()
    assert "no linen Module" in dialog.status.text()


def test_a_readable_class_is_opened_as_a_project_at_once(qtbot, desk, tmp_path):
    file = tmp_path / "model.py"
    file.write_text(TEXT)
    dialog = desk.import_from(file)
    dialog.classes.setCurrentText("Small")
    dialog.shapes["x"].setText("8")
    click(dialog.import_button)
    qtbot.waitUntil(lambda: bool(desk.opened), timeout=30_000)
    (project,) = desk.opened
    assert project.name == "Small"
    assert project.graph.names() == ("input_1", "dense_1", "output_1")
    assert desk.complaints == []


def test_a_class_that_becomes_code_is_told_before_it_is_opened(qtbot, desk, tmp_path):
    file = tmp_path / "model.py"
    file.write_text(TEXT)
    dialog = desk.import_from(file)
    dialog.shapes["words"].setText("3")
    click(dialog.import_button)
    qtbot.waitUntil(lambda: dialog.area.isVisible(), timeout=30_000)
    assert "Odd is kept as one node of code: line 13" in dialog.notes.text()
    assert desk.opened == []
    click(dialog.import_button)
    assert desk.opened[0].library.codes[0].name == "Odd"


def test_a_file_that_is_no_python_is_said_at_once(desk, tmp_path):
    file = tmp_path / "model.py"
    file.write_text("class (")
    assert desk.import_from(file) is None
    assert desk.import_from(tmp_path / "none.py") is None
    assert "Line 1 is no Python" in desk.complaints[0]
    assert "cannot be read" in desk.complaints[1]
