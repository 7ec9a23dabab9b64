import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.problem import Fix, Problem
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui.panels.attribute_editors import AttributeRow
from flaxstudio.gui.panels.attribute_fields import parse_ints
from flaxstudio.gui.panels.inspector import Inspector
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.layers import catalogue
from flaxstudio.project import edits
from flaxstudio.project.project import Project
from tests.gui.networks import FIX, PROBLEMS, PROJECT, SHAPES, with_attribute


@pytest.fixture
def inspector(qtbot):
    view = Inspector(catalogue(), LIGHT)
    qtbot.addWidget(view)
    view.resize(300, 900)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    return view


def select(inspector, *names, project=PROJECT, problems=()):
    inspector.display(project, names, problems, SHAPES)
    for _ in range(5):
        QApplication.processEvents()  # lays it out, from the inside outwards


def field(inspector, name):
    return inspector.node_page.form.row(name).field


def type_into(widget, text):
    widget.setFocus()
    widget.selectAll()
    QTest.keyClicks(widget, text)


def turn_wheel(inspector, over, angle=120):
    """Turn the wheel as the window system tells it, which also gives the focus to what takes it by the wheel."""
    place = QPointF(over.mapTo(inspector, over.rect().center()))
    QTest.wheelEvent(inspector.windowHandle(), place, QPoint(0, angle))
    QApplication.processEvents()


def emitted(spy):
    return [tuple(spy.at(number)) for number in range(spy.count())]


def test_typing_a_number_and_enter_asks_for_that_value(inspector):
    select(inspector, "dense_1")
    spy = QSignalSpy(inspector.attribute_changed)
    type_into(field(inspector, "features"), "128")
    assert spy.count() == 0
    QTest.keyClick(field(inspector, "features"), Qt.Key.Key_Return)
    assert emitted(spy) == [("dense_1", "features", 128)]


def test_leaving_a_field_after_enter_does_not_ask_again(inspector):
    select(inspector, "dense_1")
    spy = QSignalSpy(inspector.attribute_changed)
    type_into(field(inspector, "features"), "128")
    QTest.keyClick(field(inspector, "features"), Qt.Key.Key_Return)
    inspector.node_page.name_field.edit.setFocus()
    assert spy.count() == 1


def test_a_value_that_the_spec_refuses_is_said_in_place_and_not_asked_for(inspector):
    select(inspector, "dense_1")
    spy = QSignalSpy(inspector.attribute_changed)
    row = inspector.node_page.form.row("features")
    for text, end in (("0", "at least 1."), ("abc", "whole number."), ("1.5", "whole number.")):
        type_into(row.field, text)
        QTest.keyClick(row.field, Qt.Key.Key_Return)
        assert row.fault.isVisible()
        assert row.fault.text().startswith("features must be a whole number")
        assert row.fault.text().endswith(end)
        assert row.field.property("fault") is True
    assert spy.count() == 0


def test_a_fault_goes_away_as_soon_as_what_is_typed_is_right(inspector):
    select(inspector, "dense_1")
    row = inspector.node_page.form.row("features")
    type_into(row.field, "0")
    QTest.keyClick(row.field, Qt.Key.Key_Return)
    type_into(row.field, "5")
    assert not row.fault.isVisible()
    assert row.field.property("fault") is False


def test_escape_takes_typing_back(inspector):
    select(inspector, "dense_1")
    spy = QSignalSpy(inspector.attribute_changed)
    type_into(field(inspector, "features"), "7")
    QTest.keyClick(field(inspector, "features"), Qt.Key.Key_Escape)
    assert field(inspector, "features").value() == 1000
    inspector.node_page.name_field.edit.setFocus()
    assert spy.count() == 0


def test_stepping_a_number_asks_at_once_and_stays_in_range(inspector):
    select(inspector, "dropout_1")
    spy = QSignalSpy(inspector.attribute_changed)
    field(inspector, "rate").setFocus()
    QTest.keyClick(field(inspector, "rate"), Qt.Key.Key_Up)
    assert emitted(spy) == [("dropout_1", "rate", 0.26)]
    for _ in range(9):
        field(inspector, "rate").stepBy(10)
    assert field(inspector, "rate").value() == 1.0


def test_stepping_an_empty_number_starts_from_its_default(inspector):
    select(inspector, "dense_1", project=with_attribute(PROJECT, "dense_1", "features", 64))
    spy = QSignalSpy(inspector.attribute_changed)
    assert field(inspector, "features").lineEdit().text() == ""
    assert field(inspector, "features").lineEdit().placeholderText() == "64"
    QTest.keyClick(field(inspector, "features"), Qt.Key.Key_Up)
    assert emitted(spy) == [("dense_1", "features", 65)]


def test_the_wheel_leaves_a_number_alone_that_has_no_focus(inspector):
    select(inspector, "dense_1")
    spy = QSignalSpy(inspector.attribute_changed)
    inspector.node_page.name_field.edit.setFocus()

    def turn():
        turn_wheel(inspector, field(inspector, "features"))

    turn()
    assert spy.count() == 0
    field(inspector, "features").setFocus()
    turn()
    assert spy.count() == 1


def test_scrolling_the_inspector_by_the_wheel_changes_no_value_that_comes_under_the_mouse(inspector):
    select(inspector, "conv_1")
    inspector.node_page.form.section("more").toggle.click()
    for _ in range(5):
        QApplication.processEvents()
    spy = QSignalSpy(inspector.attribute_changed)
    for row in ("features", "padding", "dtype", "kernel_init"):
        for _ in range(3):
            shown = field(inspector, row)
            turn_wheel(inspector, shown.choice if row == "kernel_init" else shown, -120)
    assert spy.count() == 0


def test_a_toggle_asks_at_once_and_other_typing_is_committed_first(inspector):
    select(inspector, "dense_1")
    spy = QSignalSpy(inspector.attribute_changed)
    type_into(field(inspector, "features"), "12")
    QTest.mouseClick(field(inspector, "use_bias"), Qt.MouseButton.LeftButton, pos=QPoint(8, 12))
    assert emitted(spy) == [("dense_1", "features", 12), ("dense_1", "use_bias", False)]


def test_a_choice_asks_at_once(inspector):
    select(inspector, "conv_1")
    spy = QSignalSpy(inspector.attribute_changed)
    field(inspector, "padding").setFocus()
    QTest.keyClick(field(inspector, "padding"), Qt.Key.Key_Down)
    assert emitted(spy) == [("conv_1", "padding", "VALID")]


@pytest.mark.parametrize("text", ["5, 4", "5x4", "(5, 4)", "5 4", "5X4", "5 × 4"])
def test_sizes_may_be_written_in_several_ways(text):
    assert parse_ints(text) == (5, 4)


@pytest.mark.parametrize("text", ["", "3,,3", "3.5", "a", "3x"])
def test_what_is_no_list_of_whole_numbers_is_refused(text):
    assert parse_ints(text) is None


def test_an_optional_attribute_emptied_becomes_none(inspector):
    project = with_attribute(PROJECT, "conv_1", "strides", (2, 2))
    select(inspector, "conv_1", project=project)
    spy = QSignalSpy(inspector.attribute_changed)
    assert field(inspector, "strides").text() == "2, 2"
    field(inspector, "strides").setFocus()
    field(inspector, "strides").selectAll()
    QTest.keyClick(field(inspector, "strides"), Qt.Key.Key_Delete)
    QTest.keyClick(field(inspector, "strides"), Qt.Key.Key_Return)
    assert emitted(spy) == [("conv_1", "strides", None)]


def test_an_optional_number_with_a_default_shows_none_and_the_default_apart(qtbot):
    spec = AttributeSpec("decay", "float", 0.9, "Share that is kept.", is_optional=True)
    row = AttributeRow(spec, LIGHT)
    qtbot.addWidget(row)
    assert row.field.lineEdit().text() == "0.9"
    row.display(None)
    assert row.field.lineEdit().text() == ""
    assert row.field.lineEdit().placeholderText() == "none"


def test_reset_is_offered_where_a_value_differs_and_asks_for_the_default(inspector):
    select(inspector, "conv_1")
    rows = inspector.node_page.form
    assert not rows.row("padding").reset_button.isVisible()
    spy = QSignalSpy(inspector.attribute_changed)
    QTest.mouseClick(rows.row("features").reset_button, Qt.MouseButton.LeftButton)
    assert emitted(spy) == [("conv_1", "features", 64)]
    assert not rows.row("features").reset_button.isVisible()


def test_the_help_of_the_focused_field_is_shown_with_its_range(inspector):
    select(inspector, "dropout_1")
    field(inspector, "rate").setFocus()
    captions = [label.text() for label in inspector.node_page.form.findChildren(QLabel)]
    assert "Share of the values set to zero. From 0 to 1." in captions
    assert inspector.node_page.form.row("rate").toolTip() == "Share of the values set to zero."


def test_a_long_help_moves_nothing_below_it(inspector):
    inspector.resize(300, 900)
    select(inspector, "conv_1")
    form = inspector.node_page.form
    form.section("more").toggle.setChecked(True)
    QApplication.processEvents()

    def places() -> list[int]:
        for _ in range(10):  # a layout comes to rest in several steps
            QApplication.processEvents()
        return [label.mapTo(inspector, QPoint(0, 0)).y() for label in form.findChildren(QLabel) if label.isVisible()]

    form.row("kernel_size").field.setFocus()
    assert form.section("main").help.text()
    before = places()
    for name in (*form.section("main").names, *form.section("more").names):
        form.row(name).field.setFocus()
        assert places() == before, name


def test_displaying_the_typed_value_again_keeps_focus_cursor_and_text(inspector):
    select(inspector, "conv_1")
    edit = field(inspector, "kernel_size")
    type_into(edit, "5x5")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    edit.setCursorPosition(1)
    select(inspector, "conv_1", project=with_attribute(PROJECT, "conv_1", "kernel_size", (5, 5)))
    assert field(inspector, "kernel_size") is edit
    assert edit.hasFocus()
    assert (edit.text(), edit.cursorPosition()) == ("5x5", 1)


def test_a_change_elsewhere_leaves_unfinished_typing_alone(inspector):
    select(inspector, "dense_1")
    type_into(field(inspector, "features"), "77")
    select(inspector, "dense_1", project=with_attribute(PROJECT, "conv_1", "features", 5), problems=PROBLEMS)
    assert field(inspector, "features").value() == 77


def test_undo_replaces_what_a_field_shows(inspector):
    select(inspector, "dense_1")
    type_into(field(inspector, "features"), "77")
    QTest.keyClick(field(inspector, "features"), Qt.Key.Key_Return)
    select(inspector, "dense_1", project=with_attribute(PROJECT, "dense_1", "features", 77))
    select(inspector, "dense_1")
    assert field(inspector, "features").value() == 1000


def test_another_node_of_the_same_layer_keeps_the_widgets_and_shows_its_own_values(inspector):
    select(inspector, "dense_1")
    edit = field(inspector, "features")
    type_into(edit, "0")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    select(inspector, "dense_2")
    assert field(inspector, "features") is edit
    assert edit.value() == 10
    assert not inspector.node_page.form.row("features").fault.isVisible()


def test_renaming_asks_once_with_the_old_and_the_new_name(inspector):
    select(inspector, "dense_1")
    spy = QSignalSpy(inspector.name_changed)
    edit = inspector.node_page.name_field.edit
    type_into(edit, "hidden")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    field(inspector, "features").setFocus()
    assert emitted(spy) == [("dense_1", "hidden")]


def test_a_renamed_node_that_stays_selected_keeps_the_focus_in_its_name(inspector):
    select(inspector, "dense_1")
    edit = inspector.node_page.name_field.edit
    type_into(edit, "hidden")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    edit.setCursorPosition(2)
    select(inspector, "hidden", project=edits.rename_node("dense_1", "hidden").apply(PROJECT))
    assert edit.hasFocus()
    assert (edit.text(), edit.cursorPosition()) == ("hidden", 2)


def test_a_refused_name_is_said_in_place_until_escape(inspector):
    select(inspector, "dense_1")
    inspector.name_changed.connect(lambda old, new: inspector.show_fault(f"“{new}” is taken."))
    name = inspector.node_page.name_field
    type_into(name.edit, "dense_2")
    QTest.keyClick(name.edit, Qt.Key.Key_Return)
    assert name.fault.isVisible()
    assert name.fault.text() == "“dense_2” is taken."
    select(inspector, "dense_1")
    assert name.edit.text() == "dense_2"
    QTest.keyClick(name.edit, Qt.Key.Key_Escape)
    assert name.edit.text() == "dense_1"
    assert not name.fault.isVisible()


def test_focus_name_selects_the_whole_name(inspector):
    select(inspector, "dense_1")
    inspector.focus_name()
    assert inspector.node_page.name_field.edit.hasFocus()
    assert inspector.node_page.name_field.edit.selectedText() == "dense_1"


def test_a_node_shows_its_shapes_and_params(inspector):
    select(inspector, "dense_1")
    assert inspector.node_page.facts.texts() == {
        "Input": "(batch, 2048) float32",
        "Output": "(batch, 1000) float32",
        "Params": "2,049,000",
    }


def test_shapes_that_are_not_computed_are_said_to_be_unknown(inspector):
    inspector.display(PROJECT, ("dense_1",), (), GraphShapes({}))
    assert set(inspector.node_page.facts.texts().values()) == {"not known yet"}


def test_a_node_shows_its_own_problems_and_their_repair(inspector):
    select(inspector, "conv_1", problems=PROBLEMS)
    texts = [label.text() for label in inspector.node_page.problems.findChildren(QLabel)]
    assert PROBLEMS[0].what in texts
    assert PROBLEMS[0].remedy in texts
    assert PROBLEMS[1].what not in texts
    spy = QSignalSpy(inspector.fix_requested)
    (button,) = inspector.node_page.problems.findChildren(QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert emitted(spy) == [(FIX,)]


def test_help_writes_large_numbers_out(inspector):
    select(inspector, "dense_1")
    field(inspector, "features").setFocus()
    assert "From 1 to 1,000,000." in inspector.node_page.form.section("main").help.text()


def test_of_several_problems_one_is_written_out_and_the_others_are_lines_to_click(inspector):
    inspector.resize(316, 476)
    fixes = tuple(Fix(f"Insert a long name of a layer, in the way of number {n}", ()) for n in range(3))
    warning = Problem("conv_1", "conv_1 does not lead to an output.", "Connect it.", "warning", fixes)
    error = Problem("conv_1", "conv_1 expects (batch, height, width, channels).", "Insert a Reshape before it.", fixes=fixes)
    select(inspector, "conv_1", problems=(warning, error))
    notes = inspector.node_page.problems

    def told():
        return [label.text() for label in notes.findChildren(QLabel) if label.isVisible() and label.text()]

    assert told() == [error.what, error.remedy]
    QApplication.processEvents()
    assert notes.height() < inspector.height() / 2
    line = next(b for b in notes.findChildren(QPushButton) if b.isVisible() and b.text() == warning.what)
    assert line.accessibleName() == f"Warning: {warning.what}"
    inspector.show()
    inspector.activateWindow()
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Space)
    assert told() == [warning.what, warning.remedy]
    QApplication.processEvents()
    buttons = [button for button in notes.findChildren(QPushButton) if button.isVisible()]
    assert all(inspector.rect().contains(b.mapTo(inspector, b.rect().bottomRight())) for b in buttons)
    assert [b.toolTip() for b in buttons[:3]] == [fix.label for fix in fixes]
    assert buttons[0].hasFocus()


def test_problems_are_in_sight_however_long_the_form_is(inspector):
    inspector.resize(300, 300)
    select(inspector, "conv_1", problems=PROBLEMS)
    inspector.node_page.form.section("more").toggle.click()
    for _ in range(5):
        QApplication.processEvents()
    notes = inspector.node_page.problems
    assert not notes.visibleRegion().isEmpty()
    assert notes.mapTo(inspector, notes.rect().bottomRight()).y() < inspector.height()
    select(inspector, "conv_1")
    assert not notes.isVisible()


def test_shapes_have_no_heading_where_nothing_is_below_it(inspector):
    graph = Graph((Node("output_1", "Output"),))
    inspector.display(Project("Net", graph), ("output_1",), (), GraphShapes({}))
    texts = [label.text() for label in inspector.node_page.findChildren(QLabel) if label.isVisible()]
    assert "Shapes" not in texts


def test_nothing_is_said_to_be_wrong_with_an_empty_model(inspector):
    select(inspector, project=Project(), problems=PROBLEMS)
    assert "Problems" not in inspector.model_page.facts.texts()


def test_an_input_of_a_block_has_no_shape_of_its_own_to_set(inspector):
    select(inspector, "input_1")
    assert inspector.node_page.form.isVisible()
    inspector.display(PROJECT, ("input_1",), (), SHAPES, users=1)
    assert not inspector.node_page.form.isVisible()


def test_an_unknown_layer_is_shown_without_attributes(inspector):
    project = Project("Digits", Graph((Node("thing_1", "Thing", {"a": 1}),)))
    inspector.display(project, ("thing_1",), (), GraphShapes({}))
    assert not inspector.node_page.form.isVisible()
    assert inspector.node_page.isVisible()


def test_with_nothing_selected_the_model_is_counted(inspector):
    select(inspector, problems=PROBLEMS)
    facts = inspector.model_page.facts.texts()
    assert facts["Nodes"] == "7"
    assert facts["Params"] == "2,059,330"
    assert facts["Output"] == "(batch, 10) float32"
    assert facts["Problems"] == "2 errors, 1 warning"
    assert "2 × Dense" in facts["Layers"]


def test_the_model_can_be_renamed(inspector):
    select(inspector)
    spy = QSignalSpy(inspector.model_renamed)
    type_into(inspector.model_page.name_field.edit, "Letters")
    QTest.keyClick(inspector.model_page.name_field.edit, Qt.Key.Key_Return)
    assert emitted(spy) == [("Letters",)]


def test_several_nodes_show_their_number_and_the_sum_of_their_params(inspector):
    select(inspector, "conv_1", "dense_2", problems=PROBLEMS)
    assert inspector.model_page.title.text() == "2 nodes"
    facts = inspector.model_page.facts.texts()
    assert facts["Params"] == "10,330"
    assert facts["Problems"] == "1 error, 1 warning"


def test_a_selected_node_that_is_gone_counts_as_nothing_selected(inspector):
    select(inspector, "ghost_1")
    assert inspector.model_page.title.text() == "Model"


def test_a_theme_switch_keeps_what_is_typed(inspector):
    select(inspector, "dense_1")
    type_into(field(inspector, "features"), "77")
    inspector.set_tokens(DARK)
    assert field(inspector, "features").value() == 77


def test_no_layer_s_page_is_wider_than_the_inspector(inspector):
    inspector.resize(inspector.minimumWidth(), 900)
    for layer in ("Input", "Dense", "Conv", "BatchNorm", "Einsum", "MultiHeadAttention", "Dropout", "Output"):
        select(inspector, "node_1", project=Project("Net", Graph((Node("node_1", layer),))))
        for section in ("more", "module"):
            inspector.node_page.form.section(section).show_open(True)
        for _ in range(5):
            QApplication.processEvents()
        page = inspector.node_page
        assert page.width() <= page.visibleRegion().boundingRect().width(), layer


def test_a_choice_that_the_page_has_no_room_for_is_whole_in_the_open_list(inspector):
    box = ChoiceBox(inspector)
    box.addItems(["As Dense", "As MultiHeadDotProductAttention.attention_dropout"])
    box.setStyleSheet("combobox-popup: 0;")  # as the theme has it
    box.setFixedWidth(80)
    box.show()
    box.showPopup()
    assert box.view().width() >= box.fontMetrics().horizontalAdvance(box.itemText(1))
    box.hidePopup()
