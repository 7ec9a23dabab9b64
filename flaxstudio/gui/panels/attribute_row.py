"""One row of an attribute form: label, field or formula, what can be done with it, and why a value was refused."""

from functools import cached_property

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Formula, Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.attribute_context import FormContext
from flaxstudio.gui.panels.attribute_fields import Field, field_for, value_text
from flaxstudio.gui.panels.special_fields import FormulaField, NodeField
from flaxstudio.gui.tokens import Tokens

_NO_CONTEXT = FormContext()
_LEAST_FIELD = 64


class AttributeRow(QWidget):
    """An attribute's label, field and buttons. With a context its value may be a formula, or become a field of the class."""

    value_changed = Signal(str, object)
    expose_requested = Signal(str)

    def __init__(self, spec: AttributeSpec, tokens: Tokens, parent: QWidget | None = None, title: str = "") -> None:
        super().__init__(parent)
        self.spec = spec
        self._tokens = tokens
        self._context: FormContext | None = None
        self._value: Value = spec.default
        self.label = QLabel(title or spec.name, self)
        self.label.setProperty("role", "secondary")
        self.plain: Field = field_for(spec, self)
        self.formula: FormulaField | None = None
        self._line, self._lines = QHBoxLayout(), QVBoxLayout(self)
        self._build()
        self._connect(self.plain)
        self.reset(spec.default)

    # few rows ever need all of these, and each takes as long to make and style as the field itself

    @cached_property
    def menu_button(self) -> QToolButton:
        """What else can be done with the value; in sight where there is a context."""
        button = self._button(self.tr("Formula, expose, reset"), self.tr("More for {}").format(self.label.text()))
        button.setIcon(icon("ellipsis", self._tokens, self._tokens.secondary))
        button.clicked.connect(self._open_menu)
        self._line.insertWidget(self._line.indexOf(self.reset_button), button)
        return button

    @cached_property
    def result(self) -> QLabel:
        """What the formula is worth."""
        return self._text_at(1, "caption")

    @cached_property
    def fault(self) -> QLabel:
        """Why what was typed was refused."""
        return self._text_at(self._lines.count(), "error")

    @property
    def field(self) -> Field:
        """The field in sight: the formula's where the value is one."""
        return self.formula if self.formula is not None and self.formula.isVisibleTo(self) else self.plain

    def set_context(self, context: FormContext | None) -> None:
        """Know what the value can be tied to."""
        self._context = context
        if isinstance(self.plain, NodeField) and context is not None:
            self.plain.show_names(context.nodes)
        is_locked = context is not None and bool(context.locked) and self.spec.type != "node"
        self.setEnabled(not is_locked)
        if context is not None or self._has("menu_button"):
            policy = self.menu_button.sizePolicy()
            policy.setRetainSizeWhenHidden(context is not None)
            self.menu_button.setSizePolicy(policy)
            self.menu_button.setVisible(context is not None and self.spec.type != "node")
        self._show_result()

    def display(self, value: Value) -> None:
        """Show the project's value. What the user is typing stays, unless the value itself has changed."""
        if value != self._value or type(value) is not type(self._value):
            self.reset(value)

    def reset(self, value: Value) -> None:
        """Show a value and forget what was typed."""
        self._value = value
        self._show_formula(isinstance(value, Formula))
        self.field.show_value(value)
        self._show_fault("")
        self._show_difference()
        self._show_result()

    def commit(self) -> None:
        """Take what the field holds: emit it, or say in place why it cannot be."""
        value = self.field.value()
        fault = (self._context or _NO_CONTEXT).fault(value, self.spec)
        self._show_fault(fault or "")
        if fault is not None:
            return
        if value != self._value:
            self._value = value
            self._show_difference()
            self.value_changed.emit(self.spec.name, value)
        if isinstance(value, Formula) != (self.field is self.formula):
            self.reset(value)
        self._show_result()

    def use_formula(self, text: str = "") -> None:
        """Let the user type a formula; `text` is set at once."""
        start = text or ("" if self._value is None else value_text(self._value))
        self._show_formula(True)
        assert self.formula is not None
        self.formula.setText(start)
        self.formula.selectAll()
        self.formula.setFocus(Qt.FocusReason.OtherFocusReason)
        if text:
            self.commit()

    def actions_menu(self) -> QMenu:
        """Return the menu of what can be done with the value."""
        menu = QMenu(self.menu_button)
        context = self._context or _NO_CONTEXT
        if isinstance(self._value, Formula):
            value = self._worth()
            menu.addAction(self.tr("Use a value")).triggered.connect(lambda: self._take(value))
        else:
            menu.addAction(self.tr("Use a formula…")).triggered.connect(lambda: self.use_formula())
        if self.spec.name in context.repeatable:
            for name in context.sequences():
                text = self.tr("Repeat, once for each of {0}").format(name)
                menu.addAction(text).triggered.connect(lambda _=False, name=name: self.use_formula(f"each of {name}"))
        if self.spec.name in context.exposable:
            menu.addAction(self.tr("Expose as attribute…")).triggered.connect(
                lambda: self.expose_requested.emit(self.spec.name)
            )
        if self._value != self.spec.default:
            menu.addSeparator()
            menu.addAction(self.tr("Reset to {0}").format(value_text(self.spec.default))).triggered.connect(
                self._reset_to_default
            )
        return menu

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.reset_button.setIcon(icon("rotate-ccw", tokens, tokens.secondary))
        if self._has("menu_button"):
            self.menu_button.setIcon(icon("ellipsis", tokens, tokens.secondary))
        if self.formula is not None:
            self.formula.set_tokens(tokens)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:  # no field wants it
            self.reset(self._value)
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self.label.setBuddy(self.plain)
        self.plain.setObjectName(self.spec.name)
        self.plain.setAccessibleName(self.label.text())
        self.plain.setMinimumWidth(_LEAST_FIELD)
        self.setToolTip(self.spec.help)
        tip = self.tr("Back to the default, {}").format(value_text(self.spec.default))
        self.reset_button = self._button(tip, self.tr("Reset {}").format(self.label.text()))
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        self.reset_button.clicked.connect(self._reset_to_default)
        self.set_tokens(self._tokens)
        self._line.setSpacing(t.GAP)
        self._line.addWidget(self.label)
        self._line.addWidget(self.plain, 1)
        self._line.addWidget(self.reset_button)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(2)
        self._lines.addLayout(self._line)

    def _has(self, part: str) -> bool:
        """Return whether one of the parts that are made where they are needed has been made."""
        return part in self.__dict__

    def _button(self, tip: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(tip)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setIconSize(QSize(14, 14))
        button.setProperty("compact", True)
        return button

    def _text_at(self, line: int, role: str) -> QLabel:
        text = QLabel(self)
        text.setProperty("role", role)
        text.setWordWrap(True)
        text.hide()
        self._lines.insertWidget(line, text)
        return text

    def _connect(self, field: Field) -> None:
        field.committed.connect(self.commit)
        if hasattr(field, "edited"):
            field.edited.connect(self._clear_mended_fault)

    def _open_menu(self) -> None:
        self.actions_menu().popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))

    def _show_formula(self, is_formula: bool) -> None:
        if is_formula and self.formula is None:
            self.formula = FormulaField(self.spec, self._tokens, self)
            self.formula.setAccessibleName(self.tr("Formula of {}").format(self.label.text()))
            self._line.insertWidget(2, self.formula, 1)
            self._connect(self.formula)
        self.plain.setVisible(not is_formula)
        if self.formula is not None:
            self.formula.setVisible(is_formula)

    def _worth(self) -> Value:
        """Return what the formula is worth, or the default where it is worth nothing."""
        context = self._context or _NO_CONTEXT
        if isinstance(self._value, Formula) and context.fault(self._value, self.spec) is None:
            return context.results(self._value)[0] if context.results(self._value) else self.spec.default
        return self.spec.default

    def _show_result(self) -> None:
        text, context = "", self._context or _NO_CONTEXT
        if isinstance(self._value, Formula) and context.fault(self._value, self.spec) is None:
            results = context.results(self._value)
            text = ", ".join(value_text(value) for value in results)
            text = (
                self.tr("{0} modules: {1}").format(len(results), text)
                if self._value.is_each
                else self.tr("= {0} with the defaults").format(text)
            )
        if text or self._has("result"):
            self.result.setText(text)
            self.result.setVisible(bool(text))

    def _take(self, value: Value) -> None:
        """Set a value as if it had been typed."""
        self._show_formula(False)
        self.plain.show_value(value)
        self.commit()

    def _reset_to_default(self) -> None:
        self._take(self.spec.default)
        self.plain.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clear_mended_fault(self) -> None:
        context = self._context or _NO_CONTEXT
        if self._has("fault") and self.fault.isVisibleTo(self) and context.fault(self.field.value(), self.spec) is None:
            self._show_fault("")

    def refuse(self, sentence: str) -> None:
        """Say that another one refused what was typed, in its own words."""
        self._show_sentence(sentence)

    def _show_fault(self, fault: str) -> None:
        self._show_sentence(f"{self.label.text()} {fault}." if fault else "")

    def _show_sentence(self, fault: str) -> None:
        if fault or self._has("fault"):
            self.fault.setText(fault)
            self.fault.setVisible(bool(fault))
        if bool(self.field.property("fault")) != bool(fault):
            self.field.setProperty("fault", bool(fault))
            self.field.style().unpolish(self.field)
            self.field.style().polish(self.field)

    def _show_difference(self) -> None:
        self.reset_button.setVisible(self._value != self.spec.default)
