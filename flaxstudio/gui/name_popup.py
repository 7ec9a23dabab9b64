"""A small popup that asks for one name, says in place why one is refused, and is gone with Esc or a click elsewhere."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.tokens import Tokens

_WIDTH = 300


class NamePopup(QFrame):
    """Asks for a name. What takes it returns why it may not be, or "" when it is done."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._take: Callable[[str], str] = lambda _: ""
        self.title, self.fault = QLabel(), QLabel()
        self.edit = QLineEdit()
        self.button = QPushButton()
        self._build()
        self.set_tokens(tokens)

    def ask(self, title: str, verb: str, name: str, at: QPoint, take: Callable[[str], str]) -> None:
        """Open at a point of the screen with a name to begin from; `verb` is on the button."""
        self._take = take
        self.title.setText(title)
        self.button.setText(verb)
        self.edit.setAccessibleName(title)
        self.edit.setText(name)
        self.edit.selectAll()
        self._show_fault("")
        room = self.screen().availableGeometry()
        self.adjustSize()
        self.move(min(at.x(), room.right() - self.width()), min(at.y(), room.bottom() - self.height()))
        self.show()
        self.edit.setFocus()

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self.setStyleSheet(f"NamePopup {{ background: {tokens.panel}; border: 1px solid {tokens.line}; }}")

    def _build(self) -> None:
        self.setFixedWidth(_WIDTH)
        self.title.setProperty("role", "secondary")
        self.title.setWordWrap(True)
        self.fault.setProperty("role", "error")
        self.fault.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(self.edit, 1)
        line.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, t.GAP, t.PADDING, t.PADDING)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addLayout(line)
        layout.addWidget(self.fault)
        self.edit.returnPressed.connect(self._answer)
        self.edit.textEdited.connect(lambda _: self._show_fault(""))
        self.button.clicked.connect(self._answer)

    def _answer(self) -> None:
        fault = self._take(self.edit.text().strip())
        self._show_fault(fault)
        if not fault:
            self.close()

    def _show_fault(self, text: str) -> None:
        self.fault.setText(text)
        self.fault.setVisible(bool(text))
        self.adjustSize()
