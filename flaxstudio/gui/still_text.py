"""A text that changes many times a second while nothing around it is laid out anew."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QWidget


class StillText(QLabel):
    """Keeps the room that it once needed until it is emptied; `wrapped_at` is its width where it has lines."""

    def __init__(self, wrapped_at: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wrapped_at = wrapped_at
        self._letters = ""
        self.setWordWrap(bool(wrapped_at))
        self.setProperty("role", "secondary")

    def show_text(self, text: str) -> None:
        """Show a text; of one that differs in its digits only the room is known."""
        if text == self.text():
            return
        letters = "".join("0" if letter.isdigit() else letter for letter in text)
        if letters != self._letters:
            self._letters = letters
            self._make_room(letters)
        self.setText(text)  # of a fixed size, which Qt lays nothing out for

    def _make_room(self, letters: str) -> None:
        self.ensurePolished()
        before = self.size() if self.text() and self.minimumSize() == self.maximumSize() else QSize()
        line = self.fontMetrics().height()
        if self._wrapped_at:
            needed = QSize(self._wrapped_at, max(line, self._height_of(letters)))
        else:
            needed = QSize(self.fontMetrics().horizontalAdvance(letters) + 2 * self.margin() + 2, line)
        self.setFixedSize(needed.expandedTo(before))

    def _height_of(self, letters: str) -> int:
        room = self.fontMetrics().boundingRect(0, 0, self._wrapped_at, 10_000, Qt.TextFlag.TextWordWrap, letters)
        return room.height()
