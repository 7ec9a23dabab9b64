"""The preferences: keys, and what is on or off. Every change holds at once; there is nothing to confirm."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.actions import Actions
from flaxstudio.gui.commands.presets import KeyChoice
from flaxstudio.gui.dialogs.preferences_keys import KeysPage
from flaxstudio.gui.dialogs.preferences_switches import SwitchesPage

_SIZE = (680, 560)


class PreferencesDialog(QDialog):
    """The pages side by side."""

    def __init__(self, choice: KeyChoice, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self.keys = KeysPage(choice)
        self.switches = SwitchesPage(actions)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for page, title in ((self.keys, self.tr("Keys")), (self.switches, self.tr("Window and canvas"))):
            self.tabs.addTab(_padded(page), title)
        close = QPushButton(self.tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(t.PADDING, 0, t.PADDING, t.PADDING)
        foot.addStretch()
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs, 1)
        layout.addLayout(foot)
        self.resize(*_SIZE)
        self.keys.search.setFocus()


def _padded(page: QWidget) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(t.PADDING, t.PADDING, t.PADDING, t.PADDING)
    layout.addWidget(page)
    return holder
