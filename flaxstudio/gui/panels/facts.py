"""A small table of names and values, read-only, whose values can be selected and copied."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from flaxstudio.gui import tokens as t

Fact = tuple[str, str]


class Value(QLabel):
    """Text that can be selected while the pointer is on it: at all other times Qt would draw it three times over."""

    def enterEvent(self, event: QEnterEvent) -> None:
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasSelectedText():
            self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        super().leaveEvent(event)


class Facts(QWidget):
    """Names on the left, values on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[tuple[QLabel, QLabel]] = []
        self._shown: tuple[Fact, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(t.PADDING)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)

    def display(self, facts: tuple[Fact, ...]) -> None:
        """Show these facts in place of the last ones."""
        if facts == self._shown:
            return
        self._shown = facts
        while len(self._lines) < len(facts):
            self._add_line()
        for number, labels in enumerate(self._lines):
            for label, text in zip(labels, facts[number] if number < len(facts) else ("", ""), strict=True):
                label.setText(text)
                label.setVisible(number < len(facts))

    def texts(self) -> dict[str, str]:
        """Return what is shown, value by name."""
        return {name.text(): value.text() for name, value in self._lines if name.isVisibleTo(self)}

    def _add_line(self) -> None:
        name, value = QLabel(), Value()
        name.setProperty("role", "secondary")
        name.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        value.setWordWrap(True)
        value.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(name, len(self._lines), 0)
        self._grid.addWidget(value, len(self._lines), 1)
        self._lines.append((name, value))
