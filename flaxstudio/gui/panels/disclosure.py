"""A button that folds away a part of a form."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from flaxstudio.gui.icons import icon
from flaxstudio.gui.tokens import Tokens


class Disclosure(QToolButton):
    """Shows and hides its content, hidden at first; an arrow tells which. With `is_heading` it looks like a section's."""

    def __init__(self, title: str, content: QWidget, *, is_heading: bool = False) -> None:
        super().__init__(content.parentWidget())
        self._tokens: Tokens | None = None
        self.setText(title)
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if is_heading:
            self.setIconSize(QSize(12, 12))
            self.setProperty("role", "section")
        self.toggled.connect(content.setVisible)
        self.toggled.connect(self._show_icon)
        content.hide()

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._show_icon()

    def _show_icon(self) -> None:
        if self._tokens is not None:
            name = "chevron-down" if self.isChecked() else "chevron-right"
            self.setIcon(icon(name, self._tokens, self._tokens.secondary))
