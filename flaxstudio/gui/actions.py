"""The window's QActions, made from the table in `gui/commands`: menus, toolbar, keys."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from flaxstudio.gui.colour_names import swatch
from flaxstudio.gui.commands.command import Command, Menu, Need, translated
from flaxstudio.gui.commands.keymap import KeyMap
from flaxstudio.gui.commands.table import MENUS, commands
from flaxstudio.gui.icons import icon
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.annotations import COLORS


class Actions:
    """The window's QActions by name."""

    def __init__(self, window: QMainWindow, tokens: Tokens) -> None:
        self._actions = {command.name: _action(window, command) for command in commands()}
        self._needing: dict[Need, list[QAction]] = {}
        for command in commands():
            if command.needs:
                self._needing.setdefault(command.needs, []).append(self._actions[command.name])
        self._met: dict[Need, bool] = {}
        self.set_keys(KeyMap())
        self.set_tokens(tokens)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def trigger(self, name: str) -> None:
        """Do a command, unless it is disabled."""
        self._actions[name].trigger()

    def display_needs(self, holds: Callable[[Need], bool]) -> None:
        """Enable the commands whose need is met by what is selected, and disable the others."""
        met = {need: holds(need) for need in self._needing}
        if met != self._met:
            self._met = met
            for need, actions in self._needing.items():
                for action in actions:
                    action.setEnabled(met[need])

    def set_keys(self, keys: KeyMap) -> None:
        """Let the commands have these keys from now on; their tips name them."""
        for command in commands():
            _give_keys(self._actions[command.name], command, keys)

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw the icons in a theme's colours."""
        for command in commands():
            if command.icon:
                color = tokens.accent if command.name == "train" else ""
                self._actions[command.name].setIcon(icon(command.icon, tokens, color))
        for given in ("", *COLORS):
            self._actions[f"color_{given or 'none'}"].setIcon(swatch(given, tokens))

    def build_menus(self, window: QMainWindow, submenus: dict[str, QMenu]) -> None:
        """Fill the menu bar; `submenus` stand where the table names them."""
        for menu in MENUS:
            self._fill(window.menuBar().addMenu(translated(menu.title)), menu, submenus)

    def _fill(self, shown: QMenu, menu: Menu, submenus: dict[str, QMenu]) -> None:
        shown.setToolTipsVisible(True)
        for entry in menu.entries:
            if entry is None:
                shown.addSeparator()
            elif isinstance(entry, str):
                shown.addMenu(submenus[entry])
            elif isinstance(entry, Menu):
                self._fill(shown.addMenu(translated(entry.title)), entry, submenus)
            else:
                shown.addAction(self._actions[entry.name])


def _action(window: QMainWindow, command: Command) -> QAction:
    action = QAction(translated(command.text), window)
    action.setObjectName(command.name)
    action.setCheckable(command.is_checkable)
    return action


def _give_keys(action: QAction, command: Command, keys: KeyMap) -> None:
    live, own = keys.live_keys(command), keys.keys[command.name]
    # Without a live key the action shows its keys and never fires by itself: the canvas does, which knows who has the focus
    context = Qt.ShortcutContext.WindowShortcut if live else Qt.ShortcutContext.WidgetShortcut
    action.setShortcutContext(context)
    action.setShortcuts([QKeySequence(key) for key in live or own])
    tip = translated(command.tip or command.text).replace("…", "")
    shown = f" ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})" if own else ""
    action.setToolTip(tip + shown)
