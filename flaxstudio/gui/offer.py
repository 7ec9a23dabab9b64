"""One sentence with something to do about it: an act that is offered, and a way to decline."""

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.tokens import Tokens


def _nothing() -> None:
    """Be declined without anything to do."""


class Offer(QFrame):
    """A line with a mark, the sentence and two buttons. The next offer replaces it."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "offer")
        self._acts: tuple[Callable[[], object], Callable[[], object]] = (_nothing, _nothing)
        self._mark = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.accept_button = QPushButton()
        self.accept_button.setProperty("primary", True)
        self.decline_button = QPushButton()
        self.accept_button.clicked.connect(lambda: self._take(0))
        self.decline_button.clicked.connect(lambda: self._take(1))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(t.PADDING, t.GAP, t.GAP, t.GAP)
        layout.setSpacing(t.GAP)
        layout.addWidget(self._mark)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.accept_button)
        layout.addWidget(self.decline_button)
        self.set_tokens(tokens)
        self.hide()

    def ask(
        self,
        text: str,
        accept: tuple[str, Callable[[], object]],
        decline: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
        """Offer an act by its name; without another way to decline, a button takes the offer away."""
        decline = decline or (self.tr("Dismiss"), _nothing)
        self.text.setText(text)
        self.accept_button.setText(accept[0])
        self.decline_button.setText(decline[0])
        self._acts = (accept[1], decline[1])
        self.setAccessibleName(text)
        self.show()

    def withdraw(self) -> None:
        """Offer nothing."""
        self._acts = (_nothing, _nothing)
        self.hide()

    def set_tokens(self, tokens: Tokens) -> None:
        size = QSize(t.TOOL_ICON, t.TOOL_ICON)
        self._mark.setPixmap(icon("info", tokens, tokens.accent).pixmap(size, self.devicePixelRatioF()))

    def _take(self, index: int) -> None:
        act = self._acts[index]
        self.withdraw()
        act()
