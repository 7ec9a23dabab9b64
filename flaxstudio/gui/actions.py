"""Every command of the window as data: its words, key, icon and place. Menus and toolbar are built from this table."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from flaxstudio.gui.icons import icon
from flaxstudio.gui.tokens import Tokens

_CONTEXT = "Actions"


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `keys` may hold several key sequences; `tip` says what it does where the words do not."""

    name: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    is_checkable: bool = False


def _c(name: str, text: str, *keys: str, icon: str = "", tip: str = "", is_checkable: bool = False) -> Command:
    return Command(name, text, keys, icon, tip, is_checkable)


def _T(context: str, text: str) -> str:
    return str(QT_TRANSLATE_NOOP(context, text))


MENUS: tuple[tuple[str, tuple[Command | str | None, ...]], ...] = (
    (
        _T(_CONTEXT, "&File"),
        (
            _c("new", _T(_CONTEXT, "New project"), "Ctrl+N", icon="file-plus"),
            _c("open", _T(_CONTEXT, "Open…"), "Ctrl+O", icon="folder-open"),
            "recent",
            _c("start", _T(_CONTEXT, "Start page"), icon="house"),
            None,
            _c("save", _T(_CONTEXT, "Save"), "Ctrl+S", icon="save"),
            _c("save_as", _T(_CONTEXT, "Save as…"), "Ctrl+Shift+S"),
            None,
            _c(
                "import_code",
                _T(_CONTEXT, "Import code…"),
                icon="code",
                tip=_T(_CONTEXT, "Make a graph of a Flax Module's source"),
            ),
            _c("open_data", _T(_CONTEXT, "Open data…"), "Ctrl+Shift+O", icon="table-2"),
            _c("export", _T(_CONTEXT, "Export…"), "Ctrl+E", icon="upload"),
            None,
            _c("quit", _T(_CONTEXT, "Quit"), "Ctrl+Q"),
        ),
    ),
    (
        _T(_CONTEXT, "&Edit"),
        (
            _c("undo", _T(_CONTEXT, "Undo"), "Ctrl+Z", icon="undo-2"),
            _c("redo", _T(_CONTEXT, "Redo"), "Ctrl+Shift+Z", "Ctrl+Y", icon="redo-2"),
            None,
            _c("cut", _T(_CONTEXT, "Cut"), "Ctrl+X", icon="scissors"),
            _c("copy", _T(_CONTEXT, "Copy"), "Ctrl+C", icon="copy"),
            _c("paste", _T(_CONTEXT, "Paste"), "Ctrl+V", icon="clipboard-paste"),
            _c("duplicate", _T(_CONTEXT, "Duplicate"), "Ctrl+D"),
            _c("delete", _T(_CONTEXT, "Delete"), icon="trash-2"),
            None,
            _c("select_all", _T(_CONTEXT, "Select all"), "Ctrl+A"),
            _c("rename", _T(_CONTEXT, "Rename"), "F2", icon="pencil-line"),
            None,
            _c(
                "make_block",
                _T(_CONTEXT, "Make block…"),
                "Ctrl+G",
                icon="group",
                tip=_T(_CONTEXT, "Put the selected nodes into a layer of your own"),
            ),
            _c("take_apart", _T(_CONTEXT, "Take block apart"), "Ctrl+Shift+G", icon="ungroup"),
            _c("new_block", _T(_CONTEXT, "New block…"), icon="boxes"),
            _c("open_block", _T(_CONTEXT, "Open block"), "Ctrl+Down"),
            _c("leave_block", _T(_CONTEXT, "Leave block"), "Ctrl+Up", icon="corner-left-up"),
            None,
            _c(
                "new_code_layer",
                _T(_CONTEXT, "New code layer…"),
                icon="code",
                tip=_T(_CONTEXT, "Write a layer of your own in Flax"),
            ),
            _c(
                "take_layer",
                _T(_CONTEXT, "Layer from a package or file…"),
                tip=_T(_CONTEXT, "Use a Module of an installed package or of a Python file"),
            ),
            _c(
                "plugin_folder",
                _T(_CONTEXT, "Open the plug-in folder"),
                tip=_T(_CONTEXT, "Layers in files there are in the palette"),
            ),
        ),
    ),
    (
        _T(_CONTEXT, "&Graph"),
        (
            _c("add", _T(_CONTEXT, "Add layer…"), "Shift+A", icon="plus"),
            _c(
                "tidy",
                _T(_CONTEXT, "Tidy"),
                "Ctrl+Shift+L",
                icon="sparkles",
                tip=_T(_CONTEXT, "Arrange the nodes from left to right"),
            ),
            None,
            _c("fit", _T(_CONTEXT, "Fit all"), "Home", icon="maximize", tip=_T(_CONTEXT, "Show the whole graph")),
            _c("fit_selection", _T(_CONTEXT, "Fit selection"), "F"),
            _c("zoom_reset", _T(_CONTEXT, "Zoom to 100 %"), "Ctrl+0"),
            _c("zoom_in", _T(_CONTEXT, "Zoom in"), "Ctrl++", "Ctrl+=", icon="zoom-in"),
            _c("zoom_out", _T(_CONTEXT, "Zoom out"), "Ctrl+-", icon="zoom-out"),
        ),
    ),
    (
        _T(_CONTEXT, "&Run"),
        (
            _c("train", _T(_CONTEXT, "Train"), "Ctrl+Return", icon="play", tip=_T(_CONTEXT, "Train the model from new params")),
            _c("pause", _T(_CONTEXT, "Pause"), "Ctrl+P", icon="pause"),
            _c("stop", _T(_CONTEXT, "Stop"), "Ctrl+.", icon="square"),
            _c("continue", _T(_CONTEXT, "Go on from the last run"), icon="step-forward"),
        ),
    ),
    (
        _T(_CONTEXT, "&Window"),
        (
            _c("mode_draw", _T(_CONTEXT, "Draw"), "Ctrl+1", tip=_T(_CONTEXT, "Large canvas")),
            _c("mode_train", _T(_CONTEXT, "Train"), "Ctrl+2", tip=_T(_CONTEXT, "Large curves")),
            _c("mode_judge", _T(_CONTEXT, "Judge"), "Ctrl+3", tip=_T(_CONTEXT, "Large figures")),
            None,
            "docks",
            _c("reset_layout", _T(_CONTEXT, "Reset arrangement")),
            None,
            _c("theme_system", _T(_CONTEXT, "Theme as the system"), is_checkable=True),
            _c("theme_light", _T(_CONTEXT, "Light theme"), icon="sun", is_checkable=True),
            _c("theme_dark", _T(_CONTEXT, "Dark theme"), icon="moon", is_checkable=True),
        ),
    ),
    (
        _T(_CONTEXT, "&Help"),
        (
            _c("documentation", _T(_CONTEXT, "Flax documentation"), icon="circle-help"),
            _c("about", _T(_CONTEXT, "About Flax Studio"), icon="info"),
        ),
    ),
)
TOOLBAR: tuple[str | None, ...] = (
    "new", "open", "save", None, "undo", "redo", None, "tidy", "fit", None, "train", "pause", "stop",
)  # fmt: skip


class Actions:
    """The window's QActions by name."""

    def __init__(self, window: QMainWindow, tokens: Tokens) -> None:
        self._actions = {command.name: _action(window, command) for command in commands()}
        self.set_tokens(tokens)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw the icons in a theme's colours."""
        for command in commands():
            if command.icon:
                color = tokens.accent if command.name == "train" else ""
                self._actions[command.name].setIcon(icon(command.icon, tokens, color))

    def build_menus(self, window: QMainWindow, submenus: dict[str, QMenu]) -> None:
        """Fill the menu bar; `submenus` stand where the table names them."""
        for title, entries in MENUS:
            menu = window.menuBar().addMenu(_translated(title))
            menu.setToolTipsVisible(True)
            for entry in entries:
                if entry is None:
                    menu.addSeparator()
                elif isinstance(entry, str):
                    menu.addMenu(submenus[entry])
                else:
                    menu.addAction(self._actions[entry.name])


def commands() -> Iterator[Command]:
    """Yield every command of the table."""
    return (entry for _, entries in MENUS for entry in entries if isinstance(entry, Command))


def _action(window: QMainWindow, command: Command) -> QAction:
    text = _translated(command.text)
    action = QAction(text, window)
    action.setObjectName(command.name)
    action.setShortcuts([QKeySequence(key) for key in command.keys])
    action.setCheckable(command.is_checkable)
    tip = _translated(command.tip) if command.tip else text
    keys = f" ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})" if command.keys else ""
    action.setToolTip(tip.replace("…", "") + keys)
    return action


def _translated(text: str) -> str:
    return QCoreApplication.translate(_CONTEXT, text)
