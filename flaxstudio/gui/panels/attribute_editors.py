"""A form generated from AttributeSpecs: a row for each attribute and, in a place of its own, the help of the one in focus."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.attribute_fields import Field, IntsField, NumberField, field_for, value_text
from flaxstudio.gui.tokens import Tokens


class AttributeForm(QWidget):
    """Edits the attributes of one thing (a node, an optimizer); emits only values that their specs accept."""

    attribute_changed = Signal(str, object)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._of = ""
        self._specs: tuple[AttributeSpec, ...] = ()
        self._rows: dict[str, AttributeRow] = {}
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        self._help = QLabel()
        self._help.setProperty("role", "caption")
        self._help.setWordWrap(True)
        self._help.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._help.setMinimumHeight(3 * 15)  # room for three lines, so that nothing below moves when the focus does
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._lines)
        layout.addWidget(self._help)

    def display(self, of: str, specs: tuple[AttributeSpec, ...], values: Mapping[str, Value]) -> None:
        """Show the attributes of the thing named `of`; the same widgets stay while the specs do."""
        if specs != self._specs:
            self._build(specs)
        for name, row in self._rows.items():
            value = values.get(name, row.spec.default)
            row.display(value) if of == self._of else row.reset(value)
        self._of = of

    def row(self, name: str) -> "AttributeRow":
        """Return an attribute's row; KeyError if there is none."""
        return self._rows[name]

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        for row in self._rows.values():
            row.set_tokens(tokens)

    def _build(self, specs: tuple[AttributeSpec, ...]) -> None:
        for row in self._rows.values():
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._specs, self._of = specs, ""
        self._rows = {spec.name: AttributeRow(spec, self._tokens, self) for spec in specs}
        width = max((row.label.sizeHint().width() for row in self._rows.values()), default=0)
        for row in self._rows.values():
            row.label.setFixedWidth(width)
            row.value_changed.connect(self.attribute_changed)
            row.focused.connect(self._show_help)
            self._lines.addWidget(row)
        self._help.clear()
        self._help.setVisible(bool(specs))

    def _show_help(self, name: str) -> None:
        self._help.setText(help_text(self._rows[name].spec, self.tr("From {} to {}."), self.tr("At least {}.")))


class AttributeRow(QWidget):
    """An attribute's label, field and reset button, and under them why a value was refused."""

    value_changed = Signal(str, object)
    focused = Signal(str)

    def __init__(self, spec: AttributeSpec, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self._value: Value = spec.default
        self.label = QLabel(spec.name)
        self.label.setProperty("role", "secondary")
        self.field: Field = field_for(spec, self)
        self.fault = QLabel()
        self.reset_button = QToolButton()
        self._build(tokens)
        self._connect()
        self.reset(spec.default)

    def display(self, value: Value) -> None:
        """Show the project's value. What the user is typing stays, unless the value itself has changed."""
        if value != self._value or type(value) is not type(self._value):
            self.reset(value)

    def reset(self, value: Value) -> None:
        """Show a value and forget what was typed."""
        self._value = value
        self.field.show_value(value)
        self._show_fault("")
        self._show_difference()

    def commit(self) -> None:
        """Take what the field holds: emit it, or say in place why it cannot be."""
        value = self.field.value()
        fault = self.spec.fault(value)
        self._show_fault(fault or "")
        if fault is None and value != self._value:
            self._value = value
            self._show_difference()
            self.value_changed.emit(self.spec.name, value)

    def set_tokens(self, tokens: Tokens) -> None:
        self.reset_button.setIcon(icon("rotate-ccw", tokens, tokens.secondary))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self.focused.emit(self.spec.name)
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.reset(self._value)
            return True
        return super().eventFilter(watched, event)

    def _build(self, tokens: Tokens) -> None:
        self.label.setBuddy(self.field)
        self.field.setObjectName(self.spec.name)
        self.field.setAccessibleName(self.spec.name)
        self.field.setMinimumWidth(64)
        self.setToolTip(self.spec.help)
        self.reset_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reset_button.setIconSize(QSize(14, 14))
        self.reset_button.setProperty("compact", True)
        self.reset_button.setToolTip(self.tr("Back to the default, {}").format(value_text(self.spec.default)))
        self.reset_button.setAccessibleName(self.tr("Reset {}").format(self.spec.name))
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        self.fault.setProperty("role", "error")
        self.fault.setWordWrap(True)
        self.set_tokens(tokens)
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(self.label)
        line.addWidget(self.field, 1)
        line.addWidget(self.reset_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self.fault)

    def _connect(self) -> None:
        self.field.installEventFilter(self)
        self.field.committed.connect(self.commit)
        self.reset_button.clicked.connect(self._reset_to_default)
        if isinstance(self.field, NumberField | IntsField):
            self.field.edited.connect(self._clear_mended_fault)

    def _reset_to_default(self) -> None:
        self.field.show_value(self.spec.default)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.commit()

    def _clear_mended_fault(self) -> None:
        if self.fault.isVisibleTo(self) and self.spec.fault(self.field.value()) is None:
            self._show_fault("")

    def _show_fault(self, fault: str) -> None:
        self.fault.setText(f"{self.spec.name} {fault}." if fault else "")
        self.fault.setVisible(bool(fault))
        if bool(self.field.property("fault")) != bool(fault):
            self.field.setProperty("fault", bool(fault))
            self.field.style().unpolish(self.field)
            self.field.style().polish(self.field)

    def _show_difference(self) -> None:
        self.reset_button.setVisible(self._value != self.spec.default)


def help_text(spec: AttributeSpec, between: str, at_least: str) -> str:
    """Return an attribute's help with its range; `between` and `at_least` are the translated patterns."""
    if spec.minimum is not None and spec.maximum is not None:
        return f"{spec.help} {between.format(f'{spec.minimum:,g}', f'{spec.maximum:,g}')}"
    return f"{spec.help} {at_least.format(f'{spec.minimum:g}')}" if spec.minimum is not None else spec.help
