"""Rows of a form with a caption at the left, all captions of one width."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t

RESET_WIDTH = 31
"""Room at the right, where attribute rows have their reset button."""


class LabelledRows(QWidget):
    """Grows downwards by rows, captions and whole widgets."""

    def __init__(self, label_width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label_width = label_width
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(4)

    def add_row(self, title: str, *fields: QWidget, stretches: tuple[int, ...] = (1,)) -> QLabel:
        """Add a row; the first field is its label's buddy. `stretches` share the width among the fields."""
        label = QLabel(title, self)
        label.setProperty("role", "secondary")
        label.setFixedWidth(self._label_width)
        label.setBuddy(fields[0])
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(label)
        for field, stretch in zip(fields, stretches, strict=True):
            line.addWidget(field, stretch)
        line.addSpacing(RESET_WIDTH)
        self._lines.addLayout(line)
        if not fields[0].accessibleName():
            fields[0].setAccessibleName(title)
        return label

    def add_caption(self, text: str = "") -> QLabel:
        """Add a line of small text under the row before it."""
        caption = QLabel(text, self)
        caption.setProperty("role", "caption")
        caption.setWordWrap(True)
        self._lines.addWidget(caption)
        return caption

    def add_widget(self, widget: QWidget) -> None:
        """Add something as wide as the form."""
        self._lines.addWidget(widget)

    def add_gap(self) -> None:
        """Set the next rows apart as a section."""
        self._lines.addSpacing(t.GAP)
