"""The field of an initializer: its name, and its arguments where it takes some."""

from collections.abc import Mapping
from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.graph.initializer import ARGUMENTS, Argument, initializer_text, parse_initializer
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui.panels.still_fields import ChoiceBox

_NUMBER_WIDTH = 64


class InitializerField(QWidget):
    """An initializer by name, its first number beside it, further arguments in a line below."""

    committed = Signal()
    edited = Signal()

    def __init__(self, spec: AttributeSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = spec
        self.choice, self.number = _narrow_box(self), QLineEdit(self)
        if spec.is_optional:
            self.choice.addItem(self.tr("none"), None)
        for name in ARGUMENTS:
            self.choice.addItem(name, name)
        self.number.setFixedWidth(_NUMBER_WIDTH)
        self.others = {argument.name: self._other(argument) for name in ARGUMENTS for argument in ARGUMENTS[name][1:]}
        self._below = QWidget(self)
        self._lay_out()
        self.setFocusProxy(self.choice)
        self.choice.activated.connect(self._on_choice)
        for number in (self.number, *(f for f in self.others.values() if isinstance(f, QLineEdit))):
            number.textEdited.connect(self.edited)
            number.editingFinished.connect(self.committed)
        self._show_arguments({})

    def show_value(self, value: Value) -> None:
        parsed = parse_initializer(value) if isinstance(value, str) else None
        name, given = parsed or (None, ())
        self.choice.setCurrentIndex(next((i for i in range(self.choice.count()) if self.choice.itemData(i) == name), -1))
        self._show_arguments({a.name: word for a, word in zip(self._arguments(), given, strict=False)})

    def value(self) -> Value:
        """Return `NAME` or `NAME(ARGUMENT, ...)`; a number that is none as it stands, for the spec to refuse."""
        name = self.choice.currentData()
        if name is None:
            return cast(Value, name)
        texts = {a.name: _text_of(self._field(a)) for a in self._arguments()}
        return initializer_text(name, {key: text for key, text in texts.items() if text})

    def setAccessibleName(self, name: str) -> None:
        self.choice.setAccessibleName(name)
        self.number.setAccessibleName(self.tr("Number of {0}").format(name))
        for argument, field in self.others.items():
            field.setAccessibleName(self.tr("{0} of {1}").format(argument, name))

    def _other(self, argument: Argument) -> QLineEdit | QComboBox:
        if not argument.choices:
            return QLineEdit(self)
        box = _narrow_box(self)
        for choice in argument.choices:
            box.addItem(choice, choice)
        box.activated.connect(lambda _: self.committed.emit())
        return box

    def _lay_out(self) -> None:
        first, below, layout = QHBoxLayout(), QHBoxLayout(self._below), QVBoxLayout(self)
        for line in (first, below, layout):
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(4)
        first.addWidget(self.choice, 1)
        first.addWidget(self.number)
        for field in self.others.values():
            below.addWidget(field, 1)
        layout.addLayout(first)
        layout.addWidget(self._below)

    def _arguments(self) -> tuple[Argument, ...]:
        return ARGUMENTS.get(self.choice.currentData() or "", ())

    def _field(self, argument: Argument) -> QLineEdit | QComboBox:
        is_first = argument is self._arguments()[0]
        return self.number if is_first else self.others[argument.name]

    def _on_choice(self) -> None:
        self._show_arguments({})
        self.committed.emit()

    def _show_arguments(self, given: Mapping[str, float | str]) -> None:
        arguments = self._arguments()
        self.number.setVisible(bool(arguments))
        for name, field in self.others.items():
            field.setVisible(any(argument.name == name for argument in arguments[1:]))
        self._below.setVisible(len(arguments) > 1)
        for argument in arguments:
            field, word = self._field(argument), given.get(argument.name)
            field.setToolTip(argument.name)
            if isinstance(field, QComboBox):
                field.setCurrentIndex(field.findData(argument.default if word is None else word))
            else:
                field.setText(f"{word:.12g}" if isinstance(word, float) else "")
                field.setPlaceholderText(f"{argument.default:g}")
        if not arguments:
            self.number.clear()


def _text_of(field: QLineEdit | QComboBox) -> str:
    if isinstance(field, QComboBox):
        return str(field.currentData())
    return field.text().strip().replace(",", ".")


def _narrow_box(parent: QWidget) -> QComboBox:
    box = ChoiceBox(parent)
    box.setMinimumContentsLength(6)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box
