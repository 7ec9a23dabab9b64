"""What the user prefers: opens the preferences, keeps what is chosen there and lets it hold."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from flaxstudio.gui.commands.presets import KeyChoice
from flaxstudio.gui.dialogs.preferences import PreferencesDialog
from flaxstudio.gui.main_window import MainWindow
from flaxstudio.gui.settings import Settings


class PreferenceActs(QObject):
    """Slots for the preferences."""

    def __init__(self, settings: Settings, window: MainWindow, warm_up: Callable[[], None]) -> None:
        super().__init__(window)
        self._settings = settings
        self._window = window
        self._warm_up = warm_up
        self.dialog: PreferencesDialog | None = None

    def apply(self) -> None:
        """Let the keys be those of the settings."""
        self._window.set_keys(self._settings.key_choice.keys())

    def on_preferences(self) -> None:
        """Open the preferences over the window."""
        if self.dialog is None:
            actions = self._window.actions_by_name
            self.dialog = PreferencesDialog(self._settings.key_choice, actions, self._warm_up, self._window)
            self.dialog.keys.choice_changed.connect(self._on_choice)
            self.dialog.finished.connect(self._on_closed)
        self.dialog.open()

    def _on_choice(self, choice: KeyChoice) -> None:
        self._settings.key_choice = choice
        self.apply()
        if self.dialog is not None:
            self.dialog.keys.display(choice)

    def _on_closed(self) -> None:
        if self.dialog is not None:
            self.dialog.devices.close_task()
            self.dialog.deleteLater()
            self.dialog = None
