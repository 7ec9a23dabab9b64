"""The small toolbar that appears over several selected nodes: align, distribute, stack, tidy."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.tokens import Tokens

ICONS = {
    "align_left": "align-start-vertical",
    "align_centre": "align-center-vertical",
    "align_right": "align-end-vertical",
    "align_top": "align-start-horizontal",
    "align_middle": "align-center-horizontal",
    "align_bottom": "align-end-horizontal",
    "distribute_horizontally": "align-horizontal-distribute-center",
    "distribute_vertically": "align-vertical-distribute-center",
    "stack": "move-right",
    "tidy": "sparkles",
}
_APART = 14


class ArrangeBar(QFrame):
    """Says which command is wanted; takes no part of the keyboard, since every command is in the menu too."""

    chosen = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QToolButton] = {}
        texts = {
            "align_left": self.tr("Align left"),
            "align_centre": self.tr("Align centres"),
            "align_right": self.tr("Align right"),
            "align_top": self.tr("Align top"),
            "align_middle": self.tr("Align middles"),
            "align_bottom": self.tr("Align bottom"),
            "distribute_horizontally": self.tr("Distribute horizontally"),
            "distribute_vertically": self.tr("Distribute vertically"),
            "stack": self.tr("Stack in a row"),
            "tidy": self.tr("Tidy the selection"),
        }
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3, 3, 3, 3)
        layout.setSpacing(1)
        for name, text in texts.items():
            self.buttons[name] = button = QToolButton()
            button.setToolTip(text)
            button.setAccessibleName(text)
            button.setIconSize(QSize(16, 16))
            button.setProperty("compact", True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            layout.addWidget(button)
        self.setAccessibleName(self.tr("Arrange"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.set_tokens(tokens)
        self.hide()

    def stand_over(self, box: QRect, room: QRect) -> None:
        """Stand above a box of the parent's px, or below it where there is no room; never outside the room."""
        size = self.sizeHint()
        left = max(room.left() + t.GAP, min(box.center().x() - size.width() // 2, room.right() - size.width() - t.GAP))
        top = box.top() - size.height() - _APART
        if top < room.top() + t.GAP:
            top = min(box.bottom() + _APART, room.bottom() - size.height() - t.GAP)
        self.resize(size)
        self.move(QPoint(left, top))

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        for name, button in self.buttons.items():
            button.setIcon(icon(ICONS[name], tokens))
        self.setStyleSheet(
            f"ArrangeBar {{ background: {tokens.panel}; border: 1px solid {tokens.line}; border-radius: {t.RADIUS}px; }}"
        )
