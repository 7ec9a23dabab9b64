"""Fields for attributes that are neither one number nor one of a few words: text, padding, formulas."""

import ast
from typing import Any, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from flaxstudio.graph.formula import evaluate, fault_of_formula, names_in
from flaxstudio.graph.graph import Formula, Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.initializer_field import InitializerField
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.theme import code_font
from flaxstudio.gui.tokens import Tokens

EACH = "each of "
"""Begins the text of a formula that takes a field's numbers one by one."""


class TextField(QLineEdit):
    """A short text; empty stands for the default, or for None if optional."""

    committed = Signal()
    edited = Signal()

    def __init__(self, spec: AttributeSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = spec
        self.setPlaceholderText("" if spec.is_optional else str(spec.default))
        self.textEdited.connect(self.edited)
        self.editingFinished.connect(self.committed)

    def show_value(self, value: Value) -> None:
        self.setText("" if value is None or value == self._spec.default else str(value))

    def value(self) -> Value:
        """Return what is typed."""
        return self.text().strip() or (None if self._spec.is_optional else self._spec.default)


class PaddingField(ChoiceBox):
    """One of the words for a padding, or numbers that are typed: "1, 1" or "(1, 2), (1, 2)"."""

    committed = Signal()
    edited = Signal()

    def __init__(self, spec: AttributeSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_paired = spec.is_paired
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.addItems(spec.choices)
        self.setMinimumContentsLength(6)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setCompleter(None)  # type: ignore[arg-type]
        edit = cast(QLineEdit, self.lineEdit())  # an editable box has one
        edit.textEdited.connect(self.edited)
        edit.editingFinished.connect(self.committed)
        self.activated.connect(lambda _: self.committed.emit())

    def show_value(self, value: Value) -> None:
        self.setEditText(_padding_text(value))

    def value(self) -> Value:
        """Return the word or the numbers; text that is neither as it stands, for the spec to refuse."""
        text = self.currentText().strip()
        if text.upper() in {self.itemText(index) for index in range(self.count())}:
            return text.upper()
        try:
            found = ast.literal_eval(f"({text.removesuffix(',')},)")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return text
        return found if text.endswith(",") else self._without_brackets(found)

    def _without_brackets(self, found: tuple[Any, ...]) -> Value:
        """Return the numbers of "(1, 1)", which says the same as "1, 1" where it is not the pair of one dimension."""
        only = found[0] if len(found) == 1 and isinstance(found[0], tuple) else None
        is_around = only is not None and (not self._is_paired or all(isinstance(item, tuple) for item in only))
        return only if is_around else found


class NodeField(ChoiceBox):
    """Another node, or none. The names that can be chosen are given by what holds the field."""

    committed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] | None = None
        self.setMinimumContentsLength(6)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(lambda _: self.committed.emit())
        self.show_names(())

    def show_names(self, names: tuple[str, ...]) -> None:
        """Offer these nodes."""
        if names != self._names:
            value = self.currentData()
            self._names = names
            self.clear()
            self.addItem(self.tr("nobody"), "")
            for name in names:
                self.addItem(name, name)
            self.show_value(value or "")

    def show_value(self, value: Value) -> None:
        if self.findData(value) < 0:
            self.addItem(str(value), value)
        self.setCurrentIndex(self.findData(value))

    def value(self) -> Value:
        """Return the chosen node's name, "" for none."""
        return self.currentData() or ""


class FormulaField(QLineEdit):
    """A formula of the class's fields. Empty stands for the default; a mere number is one."""

    committed = Signal()
    edited = Signal()

    def __init__(self, spec: AttributeSpec, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = spec
        self._mark = self.addAction(icon("square-function", tokens, tokens.accent), QLineEdit.ActionPosition.LeadingPosition)
        self.setFont(code_font())
        self.setMinimumHeight(t.CONTROL_HEIGHT)
        self.setPlaceholderText(self.tr("such as 4 * features"))
        self.textEdited.connect(self.edited)
        self.editingFinished.connect(self.committed)

    def show_value(self, value: Value) -> None:
        if isinstance(value, Formula):
            self.setText(f"{EACH}{value.formula}" if value.is_each else value.formula)
        else:
            self.setText("" if value is None else str(value))

    def value(self) -> Value:
        """Return the formula, or the value that it stands for where it names no field."""
        text = self.text().strip()
        if not text:
            return self._spec.default
        formula = Formula(text.removeprefix(EACH).strip(), is_each=text.startswith(EACH))
        if not names_in(formula) and fault_of_formula(formula, ()) is None:
            try:
                return evaluate(formula, {})
            except ValueError:
                return formula
        return formula

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._mark.setIcon(icon("square-function", tokens, tokens.accent))


def _padding_text(value: Value) -> str:
    if not isinstance(value, tuple):
        return str(value)
    text = ", ".join(map(str, value))
    return f"{text}," if len(value) == 1 and isinstance(value[0], tuple) else text  # a pair for one dimension


Special = TextField | PaddingField | InitializerField | NodeField | FormulaField


def special_field(spec: AttributeSpec, parent: QWidget | None = None) -> Special | None:
    """Return the field for an attribute of a special type, or None for one that is a number, numbers, a tick or a choice."""
    match spec.type:
        case "text":
            return TextField(spec, parent)
        case "padding":
            return PaddingField(spec, parent)
        case "initializer":
            return InitializerField(spec, parent)
        case "node":
            return NodeField(parent)
        case _:
            return None
