"""The part of the inspector that belongs to a block as a whole: what it is for, who uses it, and its removal."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from flaxstudio.graph.library import Block
from flaxstudio.gui import tokens as t

_HELP_HEIGHT = 64


class BlockSection(QWidget):
    """Shows a block's help text, which is its docstring in the source, and how many nodes use it."""

    help_changed = Signal(str)
    remove_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._block = Block("")
        self.help = QPlainTextEdit()
        self.help.setPlaceholderText(self.tr("What the block does. Shown in the palette and in the source."))
        self.help.setAccessibleName(self.tr("Help text"))
        self.help.setFixedHeight(_HELP_HEIGHT)
        self.help.setTabChangesFocus(True)
        self.help.installEventFilter(self)
        self.users = QLabel()
        self.users.setProperty("role", "secondary")
        self.remove_button = QPushButton(self.tr("Remove block"))
        self.remove_button.clicked.connect(lambda: self.remove_requested.emit(self._block.name))
        line = QHBoxLayout()
        line.addWidget(self.users, 1)
        line.addWidget(self.remove_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.help)
        layout.addLayout(line)

    def display(self, block: Block, users: int) -> None:
        """Show a block. What is being typed stays while the text has not changed."""
        if (block.name, block.help) != (self._block.name, self._block.help):
            self.help.setPlainText(block.help)
        self._block = block
        self.users.setText(self.tr("Used by 1 node") if users == 1 else self.tr("Used by {0} nodes").format(users))
        self.remove_button.setEnabled(users == 0)
        self.remove_button.setToolTip("" if users == 0 else self.tr("Delete the nodes that use it first"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the text when the field is left."""
        if watched is self.help and event.type() == QEvent.Type.FocusOut:
            text = self.help.toPlainText().strip()
            if text != self._block.help:
                self.help_changed.emit(text)
        return super().eventFilter(watched, event)
