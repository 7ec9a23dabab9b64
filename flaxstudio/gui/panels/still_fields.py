"""Choices and numbers that stand still while the panel they are on is scrolled by the wheel."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QSizePolicy, QSpinBox, QWidget

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


class PickBox(ChoiceBox):
    """A box that adds what is picked and shows none. Arrow keys open it, so that passing by an entry does not pick it."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # long names must not widen the form
        self.activated.connect(self._tell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        opens = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if opens or (not self.isEditable() and event.text().strip()):
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def _tell(self, index: int) -> None:
        name = self.itemData(index)
        self.setCurrentIndex(-1)
        if self.isEditable():
            self.clearEditText()
        if name:
            self.picked.emit(name)


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
