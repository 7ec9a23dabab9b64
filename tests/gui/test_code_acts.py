import pytest
from PySide6.QtWidgets import QWidget

from flaxstudio.codegen.layer_finding import KEYS
from flaxstudio.graph.library import Code, Imported
from flaxstudio.gui import trust as trust_module
from flaxstudio.gui.code_acts import CodeActs
from flaxstudio.gui.dialogs.code_layer import CodeLayerDialog
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project.block_edits import set_definition
from flaxstudio.project.edits import add_node
from tests.gui.code_desk import Answers, Desk, make_trust
from tests.layers.layer_texts import SIMPLE_DENSE

CODE = Code("SimpleDense", SIMPLE_DENSE)


@pytest.fixture
def answers(monkeypatch):
    given = Answers()
    monkeypatch.setattr(trust_module, "ask_consent", given)
    return given


@pytest.fixture
def said():
    return []


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def acts(qtbot, tmp_path, answers, desk, said):
    window = QWidget()
    qtbot.addWidget(window)
    trust = make_trust(tmp_path, window, said)
    acts = CodeActs(desk, trust, tmp_path / "layers", window, lambda: LIGHT, said.append, said.append)
    acts.trust, acts.window = trust, window
    yield acts
    for dialog in window.findChildren(CodeLayerDialog):
        dialog.editor.document().setModified(False)
        dialog.close()
    acts.close()


def editor_of(acts):
    (dialog,) = acts.window.findChildren(CodeLayerDialog)
    return dialog


def drop(acts, name, text):
    acts.watch.folder.mkdir(parents=True, exist_ok=True)
    (acts.watch.folder / name).write_text(text)


def test_a_layer_written_by_the_user_is_kept_and_may_run(acts, desk, answers):
    acts.on_new()
    editor_of(acts).save()
    assert list(desk.codes) == ["MyLayer"]
    assert acts.untrusted() == ()
    assert answers.asked == []


def test_a_saved_layer_can_be_saved_again_under_its_name(acts, desk):
    acts.on_new()
    dialog = editor_of(acts)
    dialog.save()
    dialog.editor.replace_text(dialog.editor.toPlainText() + "# more\n")
    dialog.save()
    assert desk.codes["MyLayer"].endswith("# more\n")


def test_the_name_of_another_layer_or_of_the_model_is_refused(acts, desk):
    acts.on_new()
    dialog = editor_of(acts)
    for name in ("Dense", desk.document.project.name):
        dialog.editor.replace_text(SIMPLE_DENSE.replace("SimpleDense", name))
        dialog.save()
        assert desk.codes == {}


def test_code_from_elsewhere_is_agreed_to_before_it_is_edited(acts, desk, answers):
    desk.edit(set_definition(CODE))
    answers.answer = False
    acts.on_edit("SimpleDense")
    assert acts.window.findChildren(CodeLayerDialog) == []
    answers.answer = True
    acts.on_edit("SimpleDense")
    assert editor_of(acts).editor.toPlainText() == SIMPLE_DENSE
    assert len(answers.asked) == 2


def test_one_layer_has_one_editor(acts, desk):
    desk.edit(set_definition(CODE))
    acts.on_edit("SimpleDense")
    acts.on_edit("SimpleDense")
    assert editor_of(acts).isVisible()


def test_a_project_s_code_is_reviewed_layer_by_layer(acts, desk, answers):
    desk.edit(set_definition(CODE))
    desk.edit(set_definition(Imported("Net", "nets")))
    assert acts.untrusted() == ()  # what the model does not use does not run
    for name, node in (("SimpleDense", "dense"), ("Net", "net")):
        desk.edit(add_node(desk.catalogue[name], node, (0.0, 0.0)))
    assert [definition.name for definition in acts.untrusted()] == ["SimpleDense", "Net"]
    answers.answer = False
    assert not acts.review()
    assert len(answers.asked) == 1
    answers.answer = True
    assert acts.review()
    assert acts.untrusted() == ()


def test_a_check_ends_in_findings(acts, qtbot):
    acts.on_new()
    dialog = editor_of(acts)
    dialog.check.check_requested.emit()
    qtbot.waitUntil(lambda: dialog.check.note.text() == "All checks hold.", timeout=60_000)
    assert len(dialog.check.findings.texts()) == len(KEYS)


def test_a_check_that_would_never_end_is_cancelled(acts, qtbot):
    acts.on_new()
    dialog = editor_of(acts)
    dialog.editor.replace_text(SIMPLE_DENSE.replace("    y = y + bias", "    while True: pass"))
    dialog.check.check_requested.emit()
    assert dialog.check.button.text() == "Cancel"
    dialog.check.button.click()
    assert dialog.check.button.text() == "Check"
    assert dialog.check.note.text() == ""


def test_a_file_dropped_into_the_folder_is_offered_at_once_and_gone_when_removed(acts, qtbot):
    acts.watch.begin()
    with qtbot.waitSignal(acts.plugins_changed, timeout=5000) as caught:
        drop(acts, "dense.py", SIMPLE_DENSE)
    assert [(spec.name, spec.is_trusted) for spec in caught.args[0]] == [("SimpleDense", False)]
    with qtbot.waitSignal(acts.plugins_changed, timeout=5000):
        (acts.watch.folder / "dense.py").write_text(SIMPLE_DENSE.replace("SimpleDense", "Renamed"))
    assert [spec.name for spec in acts.plugins] == ["Renamed"]
    with qtbot.waitSignal(acts.plugins_changed, timeout=5000):
        (acts.watch.folder / "dense.py").unlink()
    assert acts.plugins == ()


def test_a_broken_file_is_one_complaint(acts, qtbot, said):
    drop(acts, "bad.py", "class (")
    drop(acts, "dense.py", SIMPLE_DENSE)
    with qtbot.waitSignal(acts.plugins_changed, timeout=5000):
        acts.watch.begin()
    assert [spec.name for spec in acts.plugins] == ["SimpleDense"]
    assert len(said) == 1
    assert said[0].startswith("bad.py is not used as a layer")
    with qtbot.waitSignal(acts.plugins_changed, timeout=5000):
        (acts.watch.folder / "bad.py").unlink()
    assert said[1:] == [""]  # nothing is complained about any more


def test_a_plugin_is_agreed_to_and_copied_into_the_project_when_first_used(acts, desk, answers, qtbot):
    drop(acts, "dense.py", SIMPLE_DENSE)
    with qtbot.waitSignal(acts.plugins_changed, timeout=5000):
        acts.watch.begin()
    placed = []
    answers.answer = False
    acts.with_layer("SimpleDense", lambda: placed.append("no"))
    qtbot.waitUntil(lambda: len(answers.asked) == 1)
    assert (placed, desk.codes) == ([], {})
    answers.answer = True
    acts.with_layer("SimpleDense", lambda: placed.append("yes"))
    qtbot.waitUntil(lambda: placed == ["yes"])
    assert desk.codes["SimpleDense"].endswith(SIMPLE_DENSE)
    assert answers.asked[-1].origin.endswith("dense.py")
    assert [spec.is_trusted for spec in acts.plugins] == [True]


def test_other_layers_are_used_at_once(acts):
    placed = []
    acts.with_layer("Dense", lambda: placed.append("Dense"))
    assert placed == ["Dense"]


def test_a_folder_that_cannot_be_made_gives_no_plugins(acts):
    acts.watch.folder.parent.joinpath("layers").write_text("in the way")
    acts.watch.begin()
    assert acts.plugins == ()


def test_open_editors_follow_the_theme_and_hold_the_closing(acts, monkeypatch):
    acts.on_new()
    acts.set_tokens(DARK)
    assert acts.may_close()
    acts.on_new()
    monkeypatch.setattr("flaxstudio.gui.dialogs.code_layer.ask_unsaved", lambda *_: "cancel")
    next(d for d in acts.window.findChildren(CodeLayerDialog) if d.isVisible()).editor.replace_text("#")
    assert not acts.may_close()
