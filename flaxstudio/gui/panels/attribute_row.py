"""One row of an attribute form: label, field or formula, what can be done with it, and why a value was refused."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Formula, Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.attribute_context import FormContext
from flaxstudio.gui.panels.attribute_fields import Field, field_for, value_text
from flaxstudio.gui.panels.initializer_field import InitializerField
from flaxstudio.gui.panels.special_fields import FormulaField, NodeField
from flaxstudio.gui.tokens import Tokens

_NO_CONTEXT = FormContext()
_LEAST_FIELD = 64


class AttributeRow(QWidget):
    """An attribute's label, field and buttons. With a context its value may be a formula, or become a field of the class."""

    value_changed = Signal(str, object)
    expose_requested = Signal(str)
    focused = Signal(str)

    def __init__(self, spec: AttributeSpec, tokens: Tokens, parent: QWidget | None = None, title: str = "") -> None:
        super().__init__(parent)
        self.spec = spec
        self._tokens = tokens
        self._context: FormContext | None = None
        self._value: Value = spec.default
        self.label = QLabel(title or spec.name)
        self.label.setProperty("role", "secondary")
        self.plain: Field = field_for(spec, self)
        self.formula: FormulaField | None = None
        self.result, self.fault = QLabel(), QLabel()
        self.menu_button, self.reset_button = QToolButton(), QToolButton()
        self._line = QHBoxLayout()
        self._build()
        self._connect(self.plain)
        self.reset(spec.default)

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
        self.menu_button.setIcon(icon("ellipsis", tokens, tokens.secondary))
        if self.formula is not None:
            self.formula.set_tokens(tokens)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self.focused.emit(self.spec.name)
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.reset(self._value)
            return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        self.label.setBuddy(self.plain)
        self.plain.setObjectName(self.spec.name)
        self.plain.setAccessibleName(self.label.text())
        self.plain.setMinimumWidth(_LEAST_FIELD)
        self.setToolTip(self.spec.help)
        self.reset_button.setToolTip(self.tr("Back to the default, {}").format(value_text(self.spec.default)))
        self.reset_button.setAccessibleName(self.tr("Reset {}").format(self.label.text()))
        self.menu_button.setToolTip(self.tr("Formula, expose, reset"))
        self.menu_button.setAccessibleName(self.tr("More for {}").format(self.label.text()))
        for button in (self.menu_button, self.reset_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setIconSize(QSize(14, 14))
            button.setProperty("compact", True)
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        self.menu_button.hide()
        self.menu_button.clicked.connect(self._open_menu)
        self.reset_button.clicked.connect(self._reset_to_default)
        self.fault.setProperty("role", "error")
        self.result.setProperty("role", "caption")
        for label in (self.fault, self.result):
            label.setWordWrap(True)
            label.hide()
        self.set_tokens(self._tokens)
        self._line.setSpacing(t.GAP)
        self._line.addWidget(self.label)
        self._line.addWidget(self.plain, 1)
        self._line.addWidget(self.menu_button)
        self._line.addWidget(self.reset_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self._line)
        layout.addWidget(self.result)
        layout.addWidget(self.fault)

    def _connect(self, field: Field) -> None:
        for part in (field, *(field.findChildren(QWidget) if isinstance(field, InitializerField) else ())):
            part.installEventFilter(self)
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
        if self.fault.isVisibleTo(self) and (self._context or _NO_CONTEXT).fault(self.field.value(), self.spec) is None:
            self._show_fault("")

    def _show_fault(self, fault: str) -> None:
        self.fault.setText(f"{self.label.text()} {fault}." if fault else "")
        self.fault.setVisible(bool(fault))
        if bool(self.field.property("fault")) != bool(fault):
            self.field.setProperty("fault", bool(fault))
            self.field.style().unpolish(self.field)
            self.field.style().polish(self.field)

    def _show_difference(self) -> None:
        self.reset_button.setVisible(self._value != self.spec.default)
