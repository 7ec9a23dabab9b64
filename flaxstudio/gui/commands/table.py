"""The one table of commands: the menu bar from left to right. Each menu's rows are in a file of its own."""

from collections.abc import Iterator

from flaxstudio.gui.commands.canvas_menus import ARRANGE, GRAPH, SELECT, VIEW
from flaxstudio.gui.commands.command import Command, Menu, commands_in, translated
from flaxstudio.gui.commands.node_menu import NODE
from flaxstudio.gui.commands.window_menus import EDIT, FILE, HELP, RUN, WINDOW

MENUS: tuple[Menu, ...] = (FILE, EDIT, SELECT, GRAPH, NODE, ARRANGE, VIEW, RUN, WINDOW, HELP)
TOOLBAR: tuple[str | None, ...] = (
    "new", "open", "save", None, "undo", "redo", None, "tidy", "fit", None, "train", "pause", "stop",
)  # fmt: skip


def commands() -> Iterator[Command]:
    """Yield every command, in the order of the menus."""
    return (command for menu in MENUS for command in commands_in(menu))


def placed() -> Iterator[tuple[str, Command]]:
    """Yield every command with the words of the menus that lead to it ("View › Zoom")."""
    for menu in MENUS:
        yield from _placed(menu, "")


def _placed(menu: Menu, above: str) -> Iterator[tuple[str, Command]]:
    title = translated(menu.title).replace("&", "")
    place = f"{above} › {title}" if above else title
    for entry in menu.entries:
        if isinstance(entry, Menu):
            yield from _placed(entry, place)
        elif isinstance(entry, Command):
            yield place, entry
