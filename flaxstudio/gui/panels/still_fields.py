"""Choices and numbers that stand still while the panel they are on is scrolled by the wheel."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QSpinBox, QWidget

_AROUND = 12  # a list's padding and border, both sides
_INSET = (6, 0, 0, 0)  # the style sheet's padding does not reach the text of a spin box


class ChoiceBox(QComboBox):
    """A list of choices, as wide as its longest when it is open. The wheel passes over it: a choice is made by click or key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + _AROUND)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # it scrolls the panel


class NumberBox(QSpinBox):
    """A whole number in a range. The wheel turns it only while it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inset(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # it scrolls the panel


def inset(box: QAbstractSpinBox) -> None:
    """Give a number the room before it that other fields have, and no focus by the wheel."""
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.lineEdit().setTextMargins(*_INSET)
