"""One sentence about something that could not be done, in place and dismissible, above whatever is in front."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.tokens import Tokens


class Notice(QFrame):
    """A line with a mark, the sentence and a button that takes it away. The next sentence replaces it."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self._mark = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.dismiss_button = QToolButton()
        self.dismiss_button.setToolTip(self.tr("Dismiss"))
        self.dismiss_button.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(t.PADDING, t.GAP, t.GAP, t.GAP)
        layout.setSpacing(t.GAP)
        layout.addWidget(self._mark)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.dismiss_button)
        self.set_tokens(tokens)
        self.hide()

    def display(self, text: str) -> None:
        """Show a sentence; with an empty text, nothing."""
        self.text.setText(text)
        self.setVisible(bool(text))
        self.setAccessibleName(text)

    def set_tokens(self, tokens: Tokens) -> None:
        size = QSize(t.TOOL_ICON, t.TOOL_ICON)
        self._mark.setPixmap(icon("circle-alert", tokens, tokens.error).pixmap(size, self.devicePixelRatioF()))
        self.dismiss_button.setIcon(icon("x", tokens))
