"""Which keys mean which command: the table's, changed as the user likes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from flaxstudio.gui.commands.command import Command, Need
from flaxstudio.gui.commands.table import commands

_STRONG = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_NARROW: tuple[Need, ...] = ("nodes", "wires", "things", "selection", "")

Keys = Mapping[str, tuple[str, ...]]
"""Keys by a command's name, as Qt's portable text ("Ctrl+Shift+P")."""


def _default_keys() -> dict[str, tuple[str, ...]]:
    return {command.name: tuple(map(portable, command.keys)) for command in commands()}


@dataclass(frozen=True, slots=True)
class KeyMap:
    """Every command's keys."""

    keys: Keys = field(default_factory=_default_keys)

    def changed(self, changes: Keys) -> "KeyMap":
        """Return the map with other keys for some commands; what has such a key and is not among them loses it."""
        known = {command.name: command for command in commands()}
        new = {name: tuple(filter(None, map(portable, keys))) for name, keys in changes.items() if name in known}
        taken = [(known[name], key) for name, keys in new.items() for key in keys]
        kept = {
            name: tuple(key for key in keys if not any(key == other and clash(known[name], by, key) for by, other in taken))
            for name, keys in self.keys.items()
            if name not in new
        }
        return KeyMap({name: new.get(name, kept.get(name, ())) for name in self.keys})

    def clashes(self, name: str, key: str) -> tuple[Command, ...]:
        """Return the commands that a key would be taken from if this one had it."""
        command = next(command for command in commands() if command.name == name)
        return tuple(other for other in commands() if key in self.keys[other.name] and clash(command, other, key))

    def live_keys(self, command: Command) -> tuple[str, ...]:
        """Return the keys that the window itself listens to, wherever the focus is."""
        return tuple(key for key in self.keys[command.name] if command.scope == "window" and not is_plain(key))

    def on_canvas(self, event: QKeyEvent, holds: Callable[[Need], bool]) -> str:
        """Return the command that a key means on the canvas, "" for none; `holds` tells what is selected."""
        typed = texts_of(event)
        meant = [command for command in commands() if set(typed) & set(self.keys[command.name])]
        meant.sort(key=lambda command: _NARROW.index(command.needs))
        return next((command.name for command in meant if holds(command.needs)), "")


def clash(one: Command, other: Command, key: str) -> bool:
    """Return whether two commands cannot both have a key: the canvas tells those apart that need different selections."""
    if one.name == other.name:
        return False
    is_live = not is_plain(key) and "window" in (one.scope, other.scope)
    return is_live or one.needs == other.needs


def portable(key: str) -> str:
    """Return a key as Qt writes it ("Delete" is "Del"), "" if there is no such key."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def native(key: str) -> str:
    """Return a key as the user's system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def texts_of(event: QKeyEvent) -> tuple[str, ...]:
    """Return a pressed key as portable text: with Shift, and without where Shift only made the sign ("+", "?")."""
    key, modifiers = Qt.Key(event.key()), event.modifiers() & ~_KEYPAD
    if key == Qt.Key.Key_Backtab:
        key = Qt.Key.Key_Tab
    made = [modifiers]
    if modifiers & _SHIFT and event.text().isprintable() and event.text() and not event.text().isalpha():
        made.append(modifiers & ~_SHIFT)
    return tuple(QKeySequence(QKeyCombination(kept, key)).toString(QKeySequence.SequenceFormat.PortableText) for kept in made)


def is_plain(key: str) -> bool:
    """Return whether a key could be meant for a text field or a list: no Ctrl, Alt, Meta and no function key."""
    sequence = QKeySequence(key)
    if sequence.isEmpty():
        return False
    combination = sequence[0]  # type: ignore[index]  # missing in the stubs
    is_function = Qt.Key.Key_F1 <= combination.key() <= Qt.Key.Key_F35
    return not is_function and not combination.keyboardModifiers() & _STRONG
