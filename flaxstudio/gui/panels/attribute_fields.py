"""The fields an attribute is typed or chosen in, one for each type. They read and show values and judge nothing."""

import math
import re
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QLineEdit, QWidget

from flaxstudio.graph.graph import Formula, Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui.panels.special_fields import Special, special_field
from flaxstudio.gui.panels.still_fields import ChoiceBox, inset


class NumberField(QAbstractSpinBox):
    """A whole or floating-point number, typed or stepped; empty stands for the default, or for None if optional."""

    committed = Signal()
    edited = Signal()

    def __init__(self, spec: AttributeSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = spec
        inset(self)
        self.lineEdit().setPlaceholderText(placeholder(spec))
        self.lineEdit().textEdited.connect(self.edited)
        self.editingFinished.connect(self.committed)

    def show_value(self, value: Value) -> None:
        self.lineEdit().setText(text_of(self._spec, value))

    def value(self) -> Value:
        """Return what is typed; text that is no number as it stands, for the spec to refuse."""
        text = self.lineEdit().text().strip()
        if not text:
            return empty_value(self._spec)
        try:
            return int(text) if self._spec.type == "int" else float(text.replace(",", "."))
        except ValueError:
            return text

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        return QAbstractSpinBox.StepEnabledFlag.StepUpEnabled | QAbstractSpinBox.StepEnabledFlag.StepDownEnabled

    def stepBy(self, steps: int) -> None:
        value = self.value()
        if isinstance(value, bool) or not isinstance(value, int | float):
            value = self._spec.minimum or 0
        self.lineEdit().setText(_number_text(_stepped(self._spec, value, steps)))
        self.lineEdit().selectAll()
        self.committed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # it scrolls the panel


class IntsField(QLineEdit):
    """Several whole numbers: "3, 3", "3x3" or "(3, 3)"; empty as in NumberField."""

    committed = Signal()
    edited = Signal()

    def __init__(self, spec: AttributeSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = spec
        self.setPlaceholderText(placeholder(spec))
        self.textEdited.connect(self.edited)
        self.editingFinished.connect(self.committed)

    def show_value(self, value: Value) -> None:
        self.setText(text_of(self._spec, value))

    def value(self) -> Value:
        """Return what is typed; text that is no list of numbers as it stands, for the spec to refuse."""
        text = self.text().strip()
        parsed = parse_ints(text)
        return empty_value(self._spec) if not text else text if parsed is None else parsed


class ToggleField(QCheckBox):
    """On or off. A click takes the focus only once it is done, so that nothing moves under the mouse meanwhile."""

    committed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._take_focus_then_commit)

    def show_value(self, value: Value) -> None:
        self.setChecked(value is True)

    def value(self) -> Value:
        return self.isChecked()

    def _take_focus_then_commit(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # the field that had it commits first
        self.committed.emit()


class ChoiceField(ChoiceBox):
    """One of the attribute's choices, or none of them where that is allowed."""

    committed = Signal()

    def __init__(self, spec: AttributeSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if spec.is_optional:
            self.addItem(self.tr("none"), None)
        for choice in spec.choices:
            self.addItem(choice or self.tr("none"), choice)
        self.setMinimumContentsLength(6)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(lambda _: self.committed.emit())

    def show_value(self, value: Value) -> None:
        self.setCurrentIndex(next((i for i in range(self.count()) if self.itemData(i) == value), -1))

    def value(self) -> Value:
        return cast(Value, self.currentData())


Field = NumberField | IntsField | ToggleField | ChoiceField | Special


def field_for(spec: AttributeSpec, parent: QWidget | None = None) -> Field:
    """Return the field that suits an attribute's type."""
    if (special := special_field(spec, parent)) is not None:
        return special
    match spec.type:
        case "bool":
            return ToggleField(parent)
        case "choice":
            return ChoiceField(spec, parent)
        case "ints":
            return IntsField(spec, parent)
        case _:
            return NumberField(spec, parent)


def parse_ints(text: str) -> tuple[int, ...] | None:
    """Return the whole numbers of "3, 3", "3x3", "3 3" or "(3, 3)", or None if it is something else."""
    parts = re.split(r"\s*[,;x×*]\s*|\s+", text.strip().removeprefix("(").removesuffix(")").strip().rstrip(",").lower())
    try:
        return tuple(int(part) for part in parts)
    except ValueError:
        return None


def text_of(spec: AttributeSpec, value: Value) -> str:
    """Return the text that stands for a value in its field: nothing for the default, which the placeholder shows."""
    if value is None or (value == spec.default and value == empty_value(spec)):
        return ""
    return value_text(value)


def value_text(value: Value) -> str:
    """Return a value as a user writes it."""
    if isinstance(value, Formula):
        return value.formula
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return _number_text(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def placeholder(spec: AttributeSpec) -> str:
    """Return what an empty field shows: the value it stands for."""
    value = empty_value(spec)
    return "none" if value is None else value_text(value)


def empty_value(spec: AttributeSpec) -> Value:
    """Return the value that an empty field stands for."""
    return None if spec.is_optional else spec.default


def _number_text(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.12g}"


def _stepped(spec: AttributeSpec, value: float, steps: int) -> float:
    """Return a number some steps on: by 1, or by a tenth of a float's leading digit, kept inside the range."""
    if spec.type == "int":
        moved: float = int(value) + steps
    else:
        size = 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.01
        moved = float(f"{value + steps * size:.12g}")
    low, high = spec.minimum, spec.maximum
    moved = moved if low is None else max(moved, type(moved)(low))
    return moved if high is None else min(moved, type(moved)(high))
