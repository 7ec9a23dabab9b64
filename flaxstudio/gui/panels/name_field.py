"""A name that can be edited and whose refusal is said in place."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t


class NameField(QWidget):
    """A labelled name. Asks for another one on Enter or when left; Escape takes the typing back."""

    name_changed = Signal(str)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._of = ""
        self._name = ""
        self._asked = ""
        self.edit = QLineEdit()
        self.edit.setAccessibleName(title)
        self.edit.installEventFilter(self)
        self.edit.editingFinished.connect(self._ask)
        self.fault = QLabel()
        self.fault.setProperty("role", "error")
        self.fault.setWordWrap(True)
        self.label = QLabel(title)
        self.label.setProperty("role", "secondary")
        self.label.setBuddy(self.edit)
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(self.label)
        line.addWidget(self.edit, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self.fault)
        self.show_fault("")

    def display(self, of: str, name: str) -> None:
        """Show the name of the thing called `of`. What is being typed stays while neither has changed."""
        if (of, name) != (self._of, self._name):
            self._of = of
            self._reset(name)

    def show_fault(self, text: str) -> None:
        """Mark the name as refused and say why; with an empty text, take the mark away."""
        self.fault.setText(text)
        self.fault.setVisible(bool(text))
        if bool(self.edit.property("fault")) != bool(text):
            self.edit.setProperty("fault", bool(text))
            self.edit.style().unpolish(self.edit)
            self.edit.style().polish(self.edit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self._reset(self._name)
            return True
        return super().eventFilter(watched, event)

    def _reset(self, name: str) -> None:
        self._name = self._asked = name
        if self.edit.text() != name:
            self.edit.setText(name)
        self.show_fault("")

    def _ask(self) -> None:
        """Ask once for each name typed: leaving the field after Enter does not ask again."""
        wanted = self.edit.text().strip()
        if wanted == self._name:
            self._reset(wanted)
        elif wanted != self._asked:
            self._asked = wanted
            self.show_fault("")
            self.name_changed.emit(wanted)
