import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QTextFormat
from PySide6.QtTest import QSignalSpy, QTest

from flaxstudio.codegen.source import generate
from flaxstudio.gui.panels.code import CodePanel
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.layers import catalogue
from tests.gui.networks import PROJECT, with_attribute

LONG = "".join(f"value_{number} = {number}\n" for number in range(300))


def source(project=PROJECT):
    return generate(project.graph, project.name, catalogue())


@pytest.fixture
def panel(qtbot):
    view = CodePanel(LIGHT)
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show()
    qtbot.waitExposed(view)
    return view


def color_at(panel, word):
    """Return the colour the highlighter gave the first occurrence of a word."""
    document = panel.view.document()
    cursor = document.find(word)
    assert not cursor.isNull(), word
    column = cursor.selectionStart() - cursor.block().position()
    for span in cursor.block().layout().formats():
        if span.start <= column < span.start + span.length:
            return span.format.foreground().color()
    return None


def point_of_line(panel, line):
    block = panel.view.document().findBlockByNumber(line - 1)
    box = panel.view.blockBoundingGeometry(block).translated(panel.view.contentOffset())
    return QPoint(80, round(box.center().y()))


def test_the_source_is_shown_as_it_is_and_cannot_be_typed_into(panel):
    panel.display(source().text, ())
    QTest.keyClicks(panel.view, "abc")
    assert panel.view.toPlainText() == source().text


def test_words_have_their_tokens_colours_and_follow_the_theme(panel):
    panel.display(source().text, ())
    assert color_at(panel, "class") == QColor(LIGHT.code["keyword"])
    assert color_at(panel, '"dense_1"') == QColor(LIGHT.code["string"])
    assert color_at(panel, "1000") == QColor(LIGHT.code["number"])
    panel.set_tokens(DARK)
    assert color_at(panel, "class") == QColor(DARK.code["keyword"])


def test_a_string_over_several_lines_is_coloured_to_its_end(panel):
    panel.display('a = """one\ntwo class\nthree"""\nb = 1\n', ())
    assert color_at(panel, "class") == QColor(LIGHT.code["string"])
    assert color_at(panel, "b") is None


def test_colours_stay_right_when_lines_are_inserted_above(panel):
    panel.display("import x\na = 1\n", ())
    panel.display("import x\nimport y\nb = 'text'\na = 1\n", ())
    assert color_at(panel, "'text'") == QColor(LIGHT.code["string"])
    assert color_at(panel, "1") == QColor(LIGHT.code["number"])


def test_the_selected_nodes_lines_are_tinted_over_their_whole_width(panel):
    shown = source()
    panel.display(shown.text, ((2, 3),))
    tints = panel.view.extraSelections()
    assert [tint.cursor.blockNumber() for tint in tints] == [1, 2]
    assert all(tint.format.property(QTextFormat.Property.FullWidthSelection) for tint in tints)
    panel.display(shown.text, ())
    assert panel.view.extraSelections() == []


def test_several_pieces_are_tinted(panel):
    panel.display(LONG, ((2, 3), (7, 7)))
    assert [tint.cursor.blockNumber() for tint in panel.view.extraSelections()] == [1, 2, 6]


def test_a_line_to_be_in_sight_is_gone_to_once(panel):
    panel.display(LONG, (), 200)
    assert panel.view.firstVisibleBlock().blockNumber() > 150
    panel.view.verticalScrollBar().setValue(0)
    panel.display(LONG, (), 200)
    assert panel.view.firstVisibleBlock().blockNumber() == 0


def test_a_model_of_several_methods_has_one_style(panel):
    panel.display(LONG, (), methods=2)
    assert not panel.style_choice.model().item(0).isEnabled()
    assert "setup" in panel.methods_note.text()
    panel.display(LONG, ())
    assert panel.style_choice.model().item(0).isEnabled()
    assert not panel.methods_note.isVisible()


def test_a_click_tells_the_line(panel):
    shown = source()
    panel.display(shown.text, ())
    line = shown.lines["dense_1"][0]
    spy = QSignalSpy(panel.line_clicked)
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=point_of_line(panel, line))
    assert spy.at(0) == [line]
    assert shown.node_at(spy.at(0)[0]) == "dense_1"


def test_a_click_on_a_line_number_tells_the_line(panel):
    panel.display(LONG, ())
    spy = QSignalSpy(panel.line_clicked)
    gutter = panel.view.childAt(QPoint(5, 20))
    QTest.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(5, point_of_line(panel, 4).y()))
    assert spy.at(0) == [4]


def test_selecting_text_with_the_mouse_is_no_click_on_a_line(panel):
    panel.display(LONG, ())
    spy = QSignalSpy(panel.line_clicked)
    QTest.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=point_of_line(panel, 2))
    assert panel.view.textCursor().hasSelection()
    assert spy.count() == 0


def test_an_update_keeps_the_place_scrolled_to_and_the_text_selected(panel):
    panel.display(LONG, ())
    panel.view.verticalScrollBar().setValue(120)
    cursor = panel.view.document().find("value_130")
    panel.view.setTextCursor(cursor)
    place = panel.view.verticalScrollBar().value()
    panel.display(LONG.replace("value_10 = 10", "value_10 = 77"), ())
    assert panel.view.verticalScrollBar().value() == place
    assert panel.view.textCursor().selectedText() == "value_130"
    assert "value_10 = 77" in panel.view.toPlainText()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\nc\n", "a\nx\nc\n"),
        ("a\nb\n", "a\nnew\nb\n"),
        ("a\nb\nc\n", "a\nc\n"),
        ("a\n", ""),
        ("", "a\n"),
        ("a\na\n", "a\na\na\n"),
    ],
)
def test_every_update_ends_with_exactly_the_new_text(panel, old, new):
    panel.display(old, ())
    panel.display(new, ())
    assert panel.view.toPlainText() == new


def test_marking_lines_out_of_sight_brings_them_into_sight_once(panel):
    panel.display(LONG, ())
    panel.display(LONG, ((250, 250),))
    first = panel.view.firstVisibleBlock().blockNumber()
    assert 220 < first < 250
    panel.view.verticalScrollBar().setValue(0)
    panel.display(LONG + "more = 1\n", ((250, 250),))
    assert panel.view.verticalScrollBar().value() == 0


def test_copy_takes_the_whole_source_and_says_so(panel):
    panel.display(source().text, ())
    QTest.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == source().text
    assert panel.note.text() == "Copied"


def test_saving_and_another_style_are_asked_for(panel):
    saved, styles = QSignalSpy(panel.save_requested), QSignalSpy(panel.style_changed)
    QTest.mouseClick(panel.save_button, Qt.MouseButton.LeftButton)
    panel.style_choice.setFocus()
    QTest.keyClick(panel.style_choice, Qt.Key.Key_Down)
    assert saved.count() == 1
    assert styles.at(0) == ["setup"]


def test_the_panel_follows_the_graph(panel):
    panel.display(source().text, ())
    changed = source(with_attribute(PROJECT, "dense_1", "features", 7))
    panel.display(changed.text, changed.lines_of("", "dense_1"))
    assert "features=7," in panel.view.toPlainText()
