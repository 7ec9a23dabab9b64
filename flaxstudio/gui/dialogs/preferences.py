"""The preferences: keys, what is on or off, devices. Every change holds at once; there is nothing to confirm."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.actions import Actions
from flaxstudio.gui.commands.presets import KeyChoice
from flaxstudio.gui.dialogs.preferences_devices import DevicesPage
from flaxstudio.gui.dialogs.preferences_keys import KeysPage
from flaxstudio.gui.dialogs.preferences_switches import SwitchesPage

_SIZE = (680, 560)


class PreferencesDialog(QDialog):
    """The pages side by side."""

    def __init__(self, choice: KeyChoice, actions: Actions, warm_up: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self.keys = KeysPage(choice)
        self.switches = SwitchesPage(actions)
        self.devices = DevicesPage(warm_up)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        titles = (self.tr("Keys"), self.tr("Window and canvas"), self.tr("Devices"))
        for page, title in zip((self.keys, self.switches, self.devices), titles, strict=True):
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
