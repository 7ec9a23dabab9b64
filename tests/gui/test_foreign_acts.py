import sys

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QWidget

from flaxstudio.graph.graph import Field
from flaxstudio.graph.library import Block, Code, Imported
from flaxstudio.gui import foreign_acts
from flaxstudio.gui import trust as trust_module
from flaxstudio.gui.dialogs.foreign_layer import ForeignLayerDialog, Offer
from flaxstudio.gui.foreign_acts import ForeignActs
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.tokens import LIGHT
from flaxstudio.layers.code_layer import spec_of_code
from flaxstudio.project.block_edits import set_definition
from tests.gui.code_desk import Answers, Desk, make_trust
from tests.layers.layer_texts import SIMPLE_DENSE

NET = "import flax.linen as nn\nclass ANet(nn.Module):\n    features: int\n    def __call__(self, x): return x\n"
NAME = "somebodys_nets"


@pytest.fixture
def answers(monkeypatch):
    given = Answers()
    monkeypatch.setattr(trust_module, "ask_consent", given)
    return given


@pytest.fixture
def placed():
    return []


@pytest.fixture
def acts(qtbot, tmp_path, monkeypatch, answers, placed):
    monkeypatch.syspath_prepend(tmp_path / "lib")
    (tmp_path / "lib" / NAME).mkdir(parents=True)
    (tmp_path / "lib" / NAME / "__init__.py").write_text(NET)
    monkeypatch.setattr(foreign_acts, "packages_with_flax", lambda: (NAME,))
    window = QWidget()
    qtbot.addWidget(window)
    settings = Settings(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    desk = Desk()
    acts = ForeignActs(
        desk, make_trust(tmp_path, window, []), settings, window, lambda: LIGHT, lambda: None, lambda *a: placed.append(a)
    )
    acts.desk, acts.window = desk, window
    yield acts
    acts.close()
    sys.modules.pop(NAME, None)


@pytest.fixture
def dialog(qtbot):
    dialog = ForeignLayerDialog(["one", "two"], LIGHT)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def open_dialog(acts, qtbot):
    acts.on_take()
    (dialog,) = acts.window.findChildren(ForeignLayerDialog)
    qtbot.waitUntil(lambda: dialog.package.count() == 1)
    return dialog


def find(acts, dialog, qtbot, name=NAME):
    dialog.package.setEditText(name)
    QTest.mouseClick(dialog.find_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.tree.topLevelItemCount() == 1, timeout=10_000)


def test_a_class_is_found_agreed_to_set_and_placed(acts, qtbot, answers, placed):
    dialog = open_dialog(acts, qtbot)
    find(acts, dialog, qtbot)
    assert NAME not in sys.modules
    QTest.mouseClick(dialog.choose_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.place_button.isEnabled, timeout=20_000)
    assert (answers.asked[0].module, answers.asked[0].text) == (NAME, NET)
    field = dialog.form.row("features").field
    field.setFocus()
    QTest.keyClicks(field, "9")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.mouseClick(dialog.place_button, Qt.MouseButton.LeftButton)
    imported = Imported("ANet", NAME, (Field("features", "int", 64),), ("x",))
    assert acts.desk.document.project.library.imports == (imported,)
    assert placed == [("ANet", {"features": 9})]
    assert not dialog.isVisible()


def test_nothing_is_imported_after_a_no(acts, qtbot, answers):
    answers.answer = False
    dialog = open_dialog(acts, qtbot)
    find(acts, dialog, qtbot)
    QTest.mouseClick(dialog.choose_button, Qt.MouseButton.LeftButton)
    assert len(answers.asked) == 1
    assert NAME not in sys.modules
    assert not dialog.place_button.isEnabled()


def test_a_class_of_a_file_becomes_code(acts, qtbot, tmp_path, answers, placed):
    (tmp_path / "mine.py").write_text(SIMPLE_DENSE)
    dialog = open_dialog(acts, qtbot)
    acts.on_file_chosen(str(tmp_path / "mine.py"))
    qtbot.waitUntil(lambda: dialog.tree.topLevelItemCount() == 1)
    dialog.tree.setFocus()
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    QTest.mouseClick(dialog.place_button, Qt.MouseButton.LeftButton)
    assert [code.name for code in acts.desk.document.project.library.codes] == ["SimpleDense"]
    assert answers.asked[0].origin.endswith("mine.py")
    assert placed == [("SimpleDense", {})]


@pytest.mark.parametrize("name", ["no_such_package_at_all", "not a name"])
def test_what_cannot_be_found_is_said_in_place(acts, qtbot, name):
    dialog = open_dialog(acts, qtbot)
    acts.on_package_requested(name)
    qtbot.waitUntil(lambda: dialog.note.property("role") == "error")
    assert name in dialog.note.text()


def test_a_package_that_fails_to_import_is_said_in_place(acts, qtbot, tmp_path):
    (tmp_path / "lib" / NAME / "__init__.py").write_text(NET + "raise RuntimeError('too old')\n")
    dialog = open_dialog(acts, qtbot)
    find(acts, dialog, qtbot)
    QTest.mouseClick(dialog.choose_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "too old" in dialog.note.text(), timeout=20_000)


def test_another_layer_of_that_name_is_not_overwritten(acts, qtbot, placed):
    acts.desk.edit(set_definition(Block("SimpleDense")))
    dialog = open_dialog(acts, qtbot)
    for name in ("SimpleDense", "Dense", acts.desk.document.project.name):
        acts.on_layer_taken(Code(name, SIMPLE_DENSE), {})
        assert f"another layer {name}" in dialog.note.text()
    assert placed == []


def test_the_same_layer_again_is_only_placed(acts, placed):
    acts.desk.edit(set_definition(Code("SimpleDense", SIMPLE_DENSE)))
    acts.on_layer_taken(Code("SimpleDense", SIMPLE_DENSE), {})
    assert placed == [("SimpleDense", {})]


def test_the_search_narrows_the_list_by_every_word(dialog):
    dialog.show_offers([Offer("ResNet", "nets.res", "deep", 1), Offer("VGG", "nets.vgg", "wide", 2)])
    QTest.keyClicks(dialog.search, "nets wide")
    shown = [dialog.tree.topLevelItem(row).isHidden() for row in range(2)]
    assert shown == [True, False]


def test_an_offer_is_asked_for_once_selected(dialog):
    dialog.show_offers([Offer("A", "m", "", "key a"), Offer("B", "m", "", "key b")])
    assert not dialog.choose_button.isVisible()
    dialog.tree.setFocus()
    QTest.keyClick(dialog.tree, Qt.Key.Key_Down)
    spy = QSignalSpy(dialog.offer_chosen)
    QTest.mouseClick(dialog.choose_button, Qt.MouseButton.LeftButton)
    assert spy.at(0) == [dialog.chosen().key]


def test_choosing_another_class_takes_the_form_away(dialog):
    dialog.show_offers([Offer("A", "m", "", 1), Offer("B", "m", "", 2)])
    dialog.tree.setCurrentItem(dialog.tree.topLevelItem(0))
    code = Code("SimpleDense", SIMPLE_DENSE)
    dialog.show_form(code, spec_of_code(code, True))
    assert dialog.form.isVisible()
    dialog.tree.setCurrentItem(dialog.tree.topLevelItem(1))
    assert not dialog.form.isVisible()
    assert not dialog.place_button.isEnabled()


def test_a_typed_package_stays_when_the_list_arrives(dialog):
    dialog.package.setEditText("my_own")
    dialog.show_packages(["a", "b"])
    assert dialog.package.currentText() == "my_own"
    spy = QSignalSpy(dialog.package_requested)
    dialog.package.setFocus()
    QTest.keyClick(dialog.package.lineEdit(), Qt.Key.Key_Return)
    assert spy.at(0) == ["my_own"]
    assert dialog.isVisible()
