"""What a command is, and a menu of commands: data that menus, toolbar, keys, palette and cheat sheet are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

CONTEXT = "Actions"
Scope = Literal["window", "canvas"]
Need = Literal["", "selection", "nodes", "wires", "things"]
"""What must be selected for a command to make sense: nothing; anything; nodes; wires; nodes, frames or notes."""


@dataclass(frozen=True, slots=True)
class Command:
    """One act. `tip` says what it does where the words do not.

    `keys` may hold several. A plain key (a letter, Delete, Tab, an arrow: no Ctrl, Alt or function key) works on the canvas
    only, whatever the scope, so that it never takes a letter from somebody who types; of two commands with the same key the
    canvas does the first one in the table whose need is met.
    """

    name: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    is_checkable: bool = False
    scope: Scope = "window"
    needs: Need = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu or submenu: commands, submenus, None for a line, and the name of a submenu that is filled while the app runs."""

    title: str
    entries: tuple["Command | Menu | str | None", ...]


def T(text: str) -> str:
    """Mark a text of the table for translation."""
    return str(QT_TRANSLATE_NOOP(CONTEXT, text))


def c(
    name: str,
    text: str,
    *keys: str,
    icon: str = "",
    tip: str = "",
    is_checkable: bool = False,
    scope: Scope = "window",
    needs: Need = "",
) -> Command:
    """Return a command, in the short form in which the table is written."""
    return Command(name, text, keys, icon, tip, is_checkable, scope, needs)


def commands_in(menu: Menu) -> Iterator[Command]:
    """Yield the commands of a menu, those of its submenus where they stand."""
    for entry in menu.entries:
        if isinstance(entry, Command):
            yield entry
        elif isinstance(entry, Menu):
            yield from commands_in(entry)


def translated(text: str) -> str:
    """Return a text of the table in the user's language."""
    return QCoreApplication.translate(CONTEXT, text)
