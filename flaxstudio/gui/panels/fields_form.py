"""The fields of the class that a graph becomes: a small form for each, with name, kind and default."""

from dataclasses import replace

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from flaxstudio.graph.fields import BASIC_FIELDS, field_spec
from flaxstudio.graph.graph import Field, Value
from flaxstudio.graph.naming import free_name
from flaxstudio.graph.spec import AttributeSpec, Catalogue
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.attribute_fields import Field as Editor
from flaxstudio.gui.panels.attribute_fields import field_for
from flaxstudio.gui.panels.name_field import NameField
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import Tokens


class FieldsForm(QWidget):
    """Edits the fields of one class. What is asked for comes back through `display`."""

    field_changed = Signal(object)  # Field, to be added or set
    field_renamed = Signal(str, str)
    field_removed = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._of = ""
        self._taken: tuple[str, ...] = ()
        self._rows: dict[str, FieldRow] = {}
        self.hint = QLabel(self.tr("None yet. An attribute of the class is used in formulas such as 4 * features."))
        self.hint.setProperty("role", "caption")
        self.hint.setWordWrap(True)
        self.add_button = QPushButton(self.tr("Add attribute"))
        self.add_button.clicked.connect(self._add)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(t.GAP)
        self._lines.addWidget(self.hint)
        line = QHBoxLayout()
        line.addWidget(self.add_button)
        line.addStretch()
        self._lines.addLayout(line)
        self.set_tokens(tokens)

    def display(self, of: str, fields: tuple[Field, ...], catalogue: Catalogue, taken: tuple[str, ...]) -> None:
        """Show the fields of the class named `of`; `taken` are the names that new ones cannot have."""
        self._taken = taken
        names = [field.name for field in fields]
        if of != self._of or names != list(self._rows):
            self._of = of
            self._build(names)
        for field in fields:
            self._rows[field.name].display(field, field_spec(field, catalogue))
        self.hint.setVisible(not fields)

    def row(self, name: str) -> "FieldRow":
        """Return a field's row; KeyError if there is none."""
        return self._rows[name]

    def show_fault(self, name: str, text: str) -> None:
        """Say beside a field why its new name was refused."""
        if name in self._rows:
            self._rows[name].name.show_fault(text)

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        self.add_button.setIcon(icon("plus", tokens))
        for row in self._rows.values():
            row.set_tokens(tokens)

    def _build(self, names: list[str]) -> None:
        for row in self._rows.values():
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {}
        for index, name in enumerate(names):
            self._rows[name] = row = FieldRow(name, self._tokens, self)
            row.changed.connect(self.field_changed)
            row.renamed.connect(self.field_renamed)
            row.removed.connect(self.field_removed)
            self._lines.insertWidget(index, row)

    def _add(self) -> None:
        name = free_name("width", {*self._taken, *self._rows})
        self.field_changed.emit(Field(name, "int", 64))


class FieldRow(QWidget):
    """One field: its name and kind above, its default below."""

    changed = Signal(object)
    renamed = Signal(str, str)
    removed = Signal(str)

    def __init__(self, name: str, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = Field(name, "", None)
        self._spec: AttributeSpec | None = None
        self.name = NameField(self.tr("Name"), self)
        self.kind = ChoiceBox()
        self.editor: Editor | None = None
        self.fault = QLabel()
        self.remove_button = QToolButton()
        self._default = QLabel(self.tr("Default"))
        self._second = QHBoxLayout()
        self._lay_out()
        self.set_tokens(tokens)
        self.name.name_changed.connect(lambda new: self.renamed.emit(self._field.name, new))
        self.kind.activated.connect(self._on_kind)
        self.remove_button.clicked.connect(lambda: self.removed.emit(self._field.name))

    def display(self, field: Field, spec: AttributeSpec | None) -> None:
        """Show a field; `spec` says what it may hold, if that is known."""
        self.name.display(field.name, field.name)
        if field.like != self._field.like:
            self._fill_kinds(field.like)
        old, self._field = self._field, field
        if spec is None:
            self._drop_editor()
        elif self._spec is None or self.editor is None or _form(spec) != _form(self._spec):
            self._make_editor(spec)
        elif field.default != old.default:
            self.editor.show_value(field.default)
            self._show_fault("")
        self._spec = spec

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self.remove_button.setIcon(icon("trash-2", tokens, tokens.secondary))

    def _lay_out(self) -> None:
        self.kind.setAccessibleName(self.tr("Kind"))
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(8)
        self.remove_button.setToolTip(self.tr("Remove the attribute; formulas keep its default"))
        self.remove_button.setAccessibleName(self.tr("Remove the attribute"))
        self.remove_button.setIconSize(QSize(14, 14))
        self.remove_button.setProperty("compact", True)
        self.fault.setProperty("role", "error")
        self.fault.setWordWrap(True)
        self.fault.hide()
        self._default.setProperty("role", "secondary")
        first = QHBoxLayout()
        first.setSpacing(t.GAP)
        first.addWidget(self.name, 1)
        first.addWidget(self.remove_button)
        self._second.setSpacing(t.GAP)
        self._second.addWidget(self.kind, 2)
        self._second.addWidget(self._default)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(first)
        layout.addLayout(self._second)
        layout.addWidget(self.fault)

    def _fill_kinds(self, like: str) -> None:
        words = {
            "int": self.tr("Whole number"),
            "float": self.tr("Number"),
            "bool": self.tr("Yes or no"),
            "ints": self.tr("Whole numbers"),
        }
        self.kind.clear()
        for kind, word in words.items():
            self.kind.addItem(word, kind)
        if like not in words:
            self.kind.addItem(self.tr("As {0}").format(like), like)
        self.kind.setCurrentIndex(self.kind.findData(like))

    def _on_kind(self) -> None:
        like = self.kind.currentData()
        if like != self._field.like:
            default = BASIC_FIELDS[like].default if like in BASIC_FIELDS else self._field.default
            kept = _kept(self._field.default, like)
            self.changed.emit(Field(self._field.name, like, default if kept is None else kept, self._field.help))

    def _drop_editor(self) -> None:
        if self.editor is not None:
            self._second.removeWidget(self.editor)
            self.editor.hide()
            self.editor.deleteLater()
            self.editor = None

    def _make_editor(self, spec: AttributeSpec) -> None:
        self._drop_editor()
        # without a default of its own, so that the value is shown as one and an empty field is none
        self.editor = field_for(replace(spec, default=None), self)
        self.editor.setAccessibleName(self.tr("Default of {0}").format(spec.name))
        self.editor.show_value(spec.default)
        self.editor.committed.connect(self._commit)
        self._second.addWidget(self.editor, 1)
        self._default.setBuddy(self.editor)
        self._show_fault("")

    def _commit(self) -> None:
        if self.editor is None or self._spec is None:
            return
        value = self.editor.value()
        fault = self._spec.fault(value)
        self._show_fault(f"{self._field.name} {fault}." if fault else "")
        if fault is None and value != self._field.default:
            self.changed.emit(Field(self._field.name, self._field.like, value, self._field.help))

    def _show_fault(self, text: str) -> None:
        self.fault.setText(text)
        self.fault.setVisible(bool(text))


def _form(spec: AttributeSpec) -> tuple[object, ...]:
    """Return what decides which editor a field needs."""
    return (spec.name, spec.type, spec.choices, spec.is_optional, spec.minimum, spec.maximum, spec.lengths)


def _kept(value: Value, like: str) -> Value:
    """Return a default as a value of another kind, or None where it cannot be."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    kinds: dict[str, Value] = {"int": int(value), "float": float(value), "ints": (int(value),)}
    return kinds.get(like)
