"""The inspector's special values: text, padding, initializers, formulas, sharing, and the attributes of a class."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.graph.graph import Field, Formula, Node
from flaxstudio.graph.library import Block
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.gui.panels.attribute_fields import ChoiceField
from flaxstudio.gui.panels.initializer_field import InitializerField
from flaxstudio.gui.panels.inspector import Inspector
from flaxstudio.gui.panels.special_fields import PaddingField
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.block_edits import inside, set_definition
from flaxstudio.project.field_edits import expose
from flaxstudio.project.grouping import make_block
from flaxstudio.project.project import Project
from flaxstudio.project.sketch import Sketch

BASE = catalogue()


def project() -> Project:
    fields = [Field("width", "int", 8), Field("widths", "ints", (4, 5, 6))]
    sketch = Sketch(BASE, fields)
    x = sketch.add("Conv", sketch.add("Input", shape=(8, 8, 1)), features=8, kernel_size=(3, 3))
    x = sketch.add("Dense", sketch.add("Dense", x, features=Formula("4 * width")), features=32)
    sketch.add("Output", sketch.add("LSTM", sketch.add("LayerNorm", x), features=8))
    return Project("Net", sketch.graph())


@pytest.fixture
def inspector(qtbot):
    view = Inspector(BASE, LIGHT)
    qtbot.addWidget(view)
    view.resize(320, 1200)
    view.show()
    qtbot.waitExposed(view)
    return view


def select(inspector, *names, of=None):
    of = of or project()
    inspector.display(of, names, (), GraphShapes({}), catalogue_of(of.library, BASE))
    QApplication.processEvents()  # shows new rows


def row(inspector, name):
    return inspector.node_page.form.row(name)


def asked(spy):
    return [spy.at(number)[-1] for number in range(spy.count())]


def type_formula(row_, text):
    row_.use_formula()
    row_.formula.setText(text)
    QTest.keyClick(row_.formula, Qt.Key.Key_Return)


def test_common_attributes_come_first_and_rare_ones_can_be_unfolded(inspector):
    select(inspector, "conv_1")
    form = inspector.node_page.form
    assert {"features", "kernel_size", "padding", "use_bias"} <= set(form.section("main").names)
    assert {"dtype", "precision", "kernel_init"} <= set(form.section("more").names)
    assert form.section("module").names == ["shares", "repeat", "between"]
    assert not row(inspector, "dtype").isVisible()
    QTest.mouseClick(form.section("more").toggle, Qt.MouseButton.LeftButton)
    assert row(inspector, "dtype").isVisible()


def test_what_is_set_in_a_folded_section_unfolds_it(inspector):
    sketch = Sketch(BASE)
    sketch.add("Dense", sketch.add("Input"), dtype="bfloat16")
    select(inspector, "dense_1", of=Project("Net", sketch.graph()))
    assert row(inspector, "dtype").isVisible()
    assert inspector.node_page.form.section("more").toggle.text() == "More · 1 set"


def test_an_optional_choice_can_be_none(inspector):
    select(inspector, "dense_2")
    field = row(inspector, "dtype").field
    assert isinstance(field, ChoiceField)
    assert (field.currentText(), field.value()) == ("none", None)
    spy = QSignalSpy(inspector.attribute_changed)
    field.setCurrentIndex(field.findData("bfloat16"))
    field.activated.emit(field.currentIndex())
    field.setCurrentIndex(0)
    field.activated.emit(0)
    assert asked(spy) == ["bfloat16", None]


def test_an_initializer_is_a_name_and_a_number_where_it_takes_one(inspector):
    select(inspector, "dense_2")
    field = row(inspector, "kernel_init").field
    assert isinstance(field, InitializerField)
    inspector.node_page.form.section("more").toggle.click()
    assert not field.number.isVisible()
    spy = QSignalSpy(inspector.attribute_changed)
    field.choice.setCurrentIndex(field.choice.findData("normal"))
    field.choice.activated.emit(field.choice.currentIndex())
    assert field.number.isVisible()
    field.number.setText("0.02")
    QTest.keyClick(field.number, Qt.Key.Key_Return)
    assert asked(spy) == ["normal", "normal(0.02)"]
    field.number.setText("many")
    QTest.keyClick(field.number, Qt.Key.Key_Return)
    assert row(inspector, "kernel_init").fault.isVisible()
    assert spy.count() == 2


def test_an_initializer_with_several_arguments_has_a_field_for_each(inspector):
    select(inspector, "dense_2")
    field = row(inspector, "kernel_init").field
    assert isinstance(field, InitializerField)
    inspector.node_page.form.section("more").toggle.click()
    spy = QSignalSpy(inspector.attribute_changed)
    field.choice.setCurrentIndex(field.choice.findData("variance_scaling"))
    field.choice.activated.emit(field.choice.currentIndex())
    mode, distribution = field.others["mode"], field.others["distribution"]
    assert mode.isVisible()
    assert distribution.isVisible()
    assert not field.others["lower"].isVisible()
    field.number.setText("2")
    QTest.keyClick(field.number, Qt.Key.Key_Return)
    for box, word in ((mode, "fan_avg"), (distribution, "uniform")):
        box.setCurrentIndex(box.findData(word))
        box.activated.emit(box.currentIndex())
    assert asked(spy) == [
        "variance_scaling(1.0, fan_in, truncated_normal)",
        "variance_scaling(2, fan_in, truncated_normal)",
        "variance_scaling(2, fan_avg, truncated_normal)",
        "variance_scaling(2, fan_avg, uniform)",
    ]
    field.number.setText("0")
    QTest.keyClick(field.number, Qt.Key.Key_Return)
    assert "scale above 0" in row(inspector, "kernel_init").fault.text()
    field.show_value("variance_scaling(2.0, fan_out, normal)")
    assert field.value() == "variance_scaling(2, fan_out, normal)"


@pytest.mark.parametrize(
    ("text", "value"),
    [("valid", "VALID"), ("1, 1", (1, 1)), ("(1, 1)", (1, 1)), ("(1, 2), (0, 1)", ((1, 2), (0, 1))), ("(1, 2),", ((1, 2),))],
)
def test_a_padding_is_a_word_or_numbers(inspector, text, value):
    select(inspector, "conv_1")
    field = row(inspector, "padding").field
    assert isinstance(field, PaddingField)
    spy = QSignalSpy(inspector.attribute_changed)
    field.setEditText(text)
    QTest.keyClick(field.lineEdit(), Qt.Key.Key_Return)
    assert asked(spy) == [value]
    field.show_value(value)
    assert field.value() == value


def test_a_padding_that_is_neither_is_refused_in_place(inspector):
    select(inspector, "conv_1")
    field = row(inspector, "padding").field
    spy = QSignalSpy(inspector.attribute_changed)
    for text in ("around", "1, -1", "__import__('os')", "("):
        field.setEditText(text)
        QTest.keyClick(field.lineEdit(), Qt.Key.Key_Return)
        assert row(inspector, "padding").fault.isVisible()
    assert spy.count() == 0


def test_the_method_of_an_output_is_text_checked_by_its_pattern(inspector):
    select(inspector, "output_1")
    field = row(inspector, "method").field
    spy = QSignalSpy(inspector.attribute_changed)
    for text in ("Encode!", "encode"):
        field.setText(text)
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert asked(spy) == ["encode"]


def test_a_formula_is_shown_with_what_it_is_worth(inspector):
    select(inspector, "dense_1")
    features = row(inspector, "features")
    assert features.field is features.formula
    assert features.formula.text() == "4 * width"
    assert features.result.text() == "= 32 with the defaults"


def test_a_formula_is_typed_checked_and_asked_for(inspector):
    select(inspector, "dense_2")
    features = row(inspector, "features")
    spy = QSignalSpy(inspector.attribute_changed)
    for text in ("4 * height", "open('x')", "0 * width", "width // 0", "4 *"):
        type_formula(features, text)
        assert features.fault.isVisible(), text
    assert spy.count() == 0
    type_formula(features, "2 * width")
    type_formula(features, "each of widths")
    assert asked(spy) == [Formula("2 * width"), Formula("widths", is_each=True)]
    assert features.result.text() == "3 modules: 4, 5, 6"
    type_formula(features, "6 * 8")
    assert asked(spy)[-1] == 48
    assert features.field is features.plain


def test_escape_takes_a_formula_that_was_begun_back(inspector):
    select(inspector, "dense_2")
    features = row(inspector, "features")
    features.use_formula()
    QTest.keyClick(features.formula, Qt.Key.Key_Escape)
    assert features.field is features.plain
    assert features.field.value() == 32


def test_the_rows_menu_offers_what_can_be_done(inspector):
    def texts(name):
        return [action.text() for action in row(inspector, name).actions_menu().actions() if action.text()]

    select(inspector, "dense_2")
    assert texts("features") == ["Use a formula…", "Repeat, once for each of widths", "Expose as attribute…", "Reset to 64"]
    select(inspector, "dense_1")
    assert "Use a value" in texts("features")
    select(inspector, "input_1")
    assert "Expose as attribute…" not in texts("shape")


def test_a_value_in_the_place_of_a_formula_is_what_it_was_worth(inspector):
    select(inspector, "dense_1")
    spy = QSignalSpy(inspector.attribute_changed)
    menu = row(inspector, "features").actions_menu()
    next(a for a in menu.actions() if a.text() == "Use a value").trigger()
    assert asked(spy) == [32]


def test_a_node_that_shares_shows_its_owners_attributes_and_can_only_stop(inspector):
    shared = project().graph.with_node_replaced("dense_2", Node("dense_2", "Dense", {"shares": "dense_1"}))
    select(inspector, "dense_2", of=Project("Net", shared))
    assert row(inspector, "features").formula.text() == "4 * width"
    assert not row(inspector, "features").isEnabled()
    assert row(inspector, "shares").isEnabled()
    assert row(inspector, "shares").field.value() == "dense_1"


def test_only_nodes_of_the_same_module_can_be_shared_with(inspector):
    select(inspector, "dense_2")
    field = row(inspector, "shares").field
    assert [field.itemData(i) for i in range(field.count())] == ["", "dense_1"]
    select(inspector, "conv_1")
    field = row(inspector, "shares").field
    assert [field.itemData(i) for i in range(field.count())] == [""]


def test_the_class_has_attributes_that_can_be_added_renamed_set_and_removed(inspector):
    select(inspector)
    fields = inspector.model_page.fields
    spies = [QSignalSpy(s) for s in (inspector.field_changed, inspector.field_renamed, inspector.field_removed)]
    width = fields.row("width")
    assert width.editor.value() == 8
    width.editor.lineEdit().setText("12")
    QTest.keyClick(width.editor.lineEdit(), Qt.Key.Key_Return)
    width.name.edit.setText("size")
    QTest.keyClick(width.name.edit, Qt.Key.Key_Return)
    width.kind.setCurrentIndex(width.kind.findData("ints"))
    width.kind.activated.emit(width.kind.currentIndex())
    QTest.mouseClick(width.remove_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(fields.add_button, Qt.MouseButton.LeftButton)
    assert asked(spies[0]) == [Field("width", "int", 12), Field("width", "ints", (8,)), Field("width_1", "int", 64)]
    assert spies[1].at(0) == ["width", "size"]
    assert asked(spies[2]) == ["width"]


def test_a_default_that_is_none_is_refused_in_place(inspector):
    select(inspector)
    width = inspector.model_page.fields.row("width")
    spy = QSignalSpy(inspector.field_changed)
    width.editor.lineEdit().setText("many")
    QTest.keyClick(width.editor.lineEdit(), Qt.Key.Key_Return)
    assert width.fault.isVisible()
    assert spy.count() == 0


def test_a_blocks_page_tells_its_users_and_help(inspector):
    made = make_block(["dense_2", "layer_norm_1"], "Part", BASE).apply(project())
    own = catalogue_of(made.library, BASE)
    seen = inside(made, "Part")
    inspector.display(seen, (), (), GraphShapes({}), own, users=1)
    page = inspector.model_page
    assert page.title.text() == "Block"
    assert page.name_field.edit.text() == "Part"
    assert page.block.users.text() == "Used by 1 node"
    assert not page.block.remove_button.isEnabled()
    spy = QSignalSpy(inspector.help_changed)
    page.block.help.setFocus()
    page.block.help.setPlainText("Widens and norms.")
    page.name_field.edit.setFocus()
    assert asked(spy) == ["Widens and norms."]
    inspector.display(seen, (), (), GraphShapes({}), own, users=0)
    removed = QSignalSpy(inspector.block_removed)
    QTest.mouseClick(page.block.remove_button, Qt.MouseButton.LeftButton)
    assert asked(removed) == ["Part"]


def test_a_block_node_has_its_fields_and_a_button_that_opens_it(inspector):
    made = make_block(["dense_2"], "Part", BASE).apply(project())
    block = expose("dense_2", "features", "wide", BASE).apply(inside(made, "Part"))
    made = set_definition(Block("Part", block.graph)).apply(made)
    select(inspector, "part_1", of=made)
    assert row(inspector, "wide").field.value() == 32
    assert inspector.node_page.form.section("module").names == ["shares", "repeat", "between", "scan", "remat"]
    spy = QSignalSpy(inspector.open_requested)
    QTest.mouseClick(inspector.node_page.open_button, Qt.MouseButton.LeftButton)
    assert asked(spy) == ["part_1"]


def test_another_theme_keeps_what_is_shown(inspector):
    select(inspector, "dense_1")
    inspector.set_tokens(DARK)
    assert row(inspector, "features").formula.text() == "4 * width"
