import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from flaxstudio.graph.library import Code, Imported
from flaxstudio.gui import trust as trust_module
from flaxstudio.gui.dialogs.consent import ConsentDialog, ConsentRequest, ask_consent
from flaxstudio.gui.tokens import LIGHT
from tests.gui.code_desk import Answers, make_trust
from tests.layers.layer_texts import NOTEBOOK_IMPORTS, SIMPLE_DENSE

REQUEST = ConsentRequest("SimpleDense", NOTEBOOK_IMPORTS + SIMPLE_DENSE, "digits.msgpack")
CODE = Code("SimpleDense", SIMPLE_DENSE)


@pytest.fixture
def window(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def shown_by(qtbot, request):
    dialog = ConsentDialog(request, LIGHT)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_everything_needed_to_decide_is_shown(qtbot):
    dialog = shown_by(qtbot, REQUEST)
    assert dialog.view.toPlainText() == REQUEST.text
    assert dialog.view.isReadOnly()
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for words in ("digits.msgpack", "whatever your own programs can", "It imports flax, jax, typing."):
        assert words in said


def test_odd_imports_are_pointed_out_a_few_at_a_time(qtbot):
    lines = "".join(f"import {name}\n" for name in ("os", "socket", "subprocess", "shutil", "ctypes", "pickle"))
    found = shown_by(qtbot, ConsentRequest("A", lines + REQUEST.text, "a.py")).warnings()
    assert found[0].startswith("Line 1: Imports os")
    assert (len(found), found[-1]) == (5, "… and 2 more.")


def test_a_class_of_a_package_is_named_with_it(qtbot):
    dialog = shown_by(qtbot, ConsentRequest("Net", "class Net: ...", "/lib/nets.py", "nets.models"))
    assert "class of the installed package nets" in dialog.words()[0]
    assert dialog.warnings() == ()


def test_names_from_elsewhere_are_shown_as_plain_text(qtbot):
    dialog = shown_by(qtbot, ConsentRequest("<b>A</b>", "x", "<img src='x'>"))
    labels = [label for label in dialog.findChildren(QLabel) if "<" in label.text()]
    assert labels
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)


@pytest.mark.parametrize(
    ("act", "answer"),
    [
        (lambda dialog: QTest.mouseClick(dialog.run_button, Qt.MouseButton.LeftButton), True),
        (lambda dialog: QTest.mouseClick(dialog.refuse_button, Qt.MouseButton.LeftButton), False),
        (lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Return), False),
        (lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape), False),
        (lambda dialog: dialog.close(), False),
    ],
)
def test_only_the_button_says_yes(window, act, answer):
    QTimer.singleShot(0, lambda: act(QApplication.activeModalWidget()))
    assert ask_consent(window, REQUEST, LIGHT) is answer


def test_a_yes_is_remembered_and_told_and_not_asked_again(window, tmp_path, monkeypatch):
    answers, said = Answers(), []
    monkeypatch.setattr(trust_module, "ask_consent", answers)
    trust, told = make_trust(tmp_path, window, said), []
    trust.changed.connect(told.append)
    assert trust.ask(CODE, "digits.msgpack")
    assert trust.ask(CODE, "digits.msgpack")
    assert [request.origin for request in answers.asked] == ["digits.msgpack"]
    assert told == [frozenset({CODE.hash})]
    assert make_trust(tmp_path, window, said).has(CODE)


def test_a_no_runs_nothing_and_is_asked_again(window, tmp_path, monkeypatch):
    answers = Answers(answer=False)
    monkeypatch.setattr(trust_module, "ask_consent", answers)
    trust = make_trust(tmp_path, window, [])
    assert not trust.ask(CODE, "a")
    assert not trust.ask(CODE, "a")
    assert (len(answers.asked), trust.has(CODE)) == (2, False)


def test_an_imported_class_shows_its_import_or_the_text_given(window, tmp_path, monkeypatch):
    answers = Answers(answer=False)
    monkeypatch.setattr(trust_module, "ask_consent", answers)
    trust = make_trust(tmp_path, window, [])
    trust.ask(Imported("Net", "nets"), "a")
    trust.ask(Imported("Net", "nets"), "a", "class Net: ...")
    assert [(r.text, r.module) for r in answers.asked] == [("from nets import Net\n", "nets"), ("class Net: ...", "nets")]


def test_an_answer_that_cannot_be_written_counts_until_the_end(window, tmp_path, monkeypatch):
    monkeypatch.setattr(trust_module, "ask_consent", Answers())
    (tmp_path / "config").write_text("in the way")
    said = []
    trust = make_trust(tmp_path, window, said)
    assert trust.ask(CODE, "a")
    assert trust.has(CODE)
    assert "cannot be made" in said[0]
