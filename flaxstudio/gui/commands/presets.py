"""Keys as other programs have them, for hands that know those; and the user's choice of a preset with own changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flaxstudio.gui.commands.command import T
from flaxstudio.gui.commands.keymap import KeyMap, Keys, clash, portable
from flaxstudio.gui.commands.table import commands

PRESETS: Mapping[str, tuple[str, Keys]] = {
    "studio": (T("Flax Studio"), {}),
    "blender": (
        T("Blender-like"),
        {
            "palette": ("F3", "Ctrl+Shift+P"),
            "add": ("Shift+A",),
            "delete": ("X", "Delete"),
            "delete_reconnect": ("Ctrl+X", "Shift+Delete"),
            "duplicate": ("Shift+D", "Ctrl+D"),
            "select_all": ("A", "Ctrl+A"),
            "select_box": ("B",),
            "escape": ("Alt+A", "Esc"),
            "link": ("F", "Ctrl+L"),
            "open_block": ("Tab", "Return", "Enter"),
            "leave_block": ("Tab", "U", "Backspace"),
            "take_apart": ("Alt+G", "Ctrl+Shift+G"),
            "frame": ("Ctrl+J",),
            "fit_selection": (".",),
        },
    ),
    "houdini": (
        T("Houdini-like"),
        {
            "add": ("Tab",),
            "find": ("/", "Ctrl+F"),
            "fit": ("H", "Home"),
            "fit_selection": ("G", "."),
            "collapse": ("Shift+H",),
            "open_block": ("I", "Return", "Enter"),
            "leave_block": ("U", "Backspace"),
            "tidy": ("L", "Ctrl+Shift+L"),
            "select_upstream": ("PgUp",),
            "select_downstream": ("PgDown",),
            "frame": ("Shift+O",),
            "note": ("Shift+P",),
            "minimap": ("O", "Alt+M"),
            "put_in_group": ("Alt+O",),
        },
    ),
}
"""Name, title, and the keys that differ from the table's. A key given here is taken from what has it in the table."""


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """Which preset the user took, and which commands have keys of the user's own."""

    preset: str = "studio"
    own: Keys = field(default_factory=dict)

    def base(self) -> KeyMap:
        """Return the preset's keys."""
        return KeyMap().changed(PRESETS[self.preset][1])

    def keys(self) -> KeyMap:
        """Return the keys that hold."""
        return self.base().changed(self.own)

    def with_keys(self, name: str, keys: tuple[str, ...]) -> "KeyChoice":
        """Return the choice with these keys for a command; other own keys that clash go."""
        known = {command.name: command for command in commands()}
        own = {
            other: tuple(key for key in theirs if not (key in keys and clash(known[name], known[other], key)))
            for other, theirs in self.own.items()
            if other != name
        }
        return replace(self, own={**own, name: keys}).tidied()

    def without(self, name: str) -> "KeyChoice":
        """Return the choice with the preset's keys for a command again."""
        return self.with_keys(name, self.base().keys[name])

    def tidied(self) -> "KeyChoice":
        """Return the choice without own keys that are the preset's anyway."""
        base = self.base().keys
        return replace(self, own={name: keys for name, keys in self.own.items() if keys != base[name]})

    def to_text(self) -> str:
        """Return the choice as the settings keep it."""
        return json.dumps({"preset": self.preset, "own": {name: list(keys) for name, keys in self.own.items()}})


def key_choice_of(text: str) -> KeyChoice:
    """Return the choice that a text of the settings holds; whatever is not understood there is left out."""
    try:
        value = json.loads(text)
    except ValueError:
        return KeyChoice()
    if not isinstance(value, dict):
        return KeyChoice()
    preset, own = str(value.get("preset")), value.get("own")
    names = {command.name for command in commands()}
    kept = {
        name: tuple(filter(None, (portable(key) for key in keys if isinstance(key, str))))
        for name, keys in (own.items() if isinstance(own, dict) else ())
        if name in names and isinstance(keys, list)
    }
    return KeyChoice(preset if preset in PRESETS else "studio", kept).tidied()
