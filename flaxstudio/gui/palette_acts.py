"""What the command palette lists and what choosing does: commands, layers to add, nodes to go to, projects to open."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject

from flaxstudio.gui.command_palette import CommandPalette, Entry
from flaxstudio.gui.commands.command import Command
from flaxstudio.gui.commands.keymap import native
from flaxstudio.gui.commands.table import placed
from flaxstudio.gui.families import family_title
from flaxstudio.gui.graph_acts import GraphActs
from flaxstudio.gui.main_window import MainWindow
from flaxstudio.gui.session import Session
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.block_edits import graphs_of
from flaxstudio.project.templates import TEMPLATES

_ITSELF = "palette"


class PaletteActs(QObject):
    """Opens the palette. An entry's name begins with what it is: "command:", "add:", "go:", "open:", "begin:"."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        window: MainWindow,
        graph: GraphActs,
        tokens: Tokens,
        open_path: Callable[[str], None],
        open_template: Callable[[str], None],
        show_node: Callable[[str, str], None],
    ) -> None:
        super().__init__(window)
        self._session, self._settings, self._window, self._graph = session, settings, window, graph
        self._open_path, self._open_template, self._show_node = open_path, open_template, show_node
        self.popup = CommandPalette(tokens, window)
        self.popup.chosen.connect(self._on_chosen)

    def on_palette(self) -> None:
        """Open the palette over the window."""
        self.popup.open(tuple(self._entries()), self._settings.recent_commands)

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self.popup.set_tokens(tokens)

    def _entries(self) -> Iterator[Entry]:
        is_drawing = not self._window.is_start_page_shown
        for place, command in placed():
            if command.name != _ITSELF and (is_drawing or command.scope == "window"):
                yield self._entry_of(place, command)
        if is_drawing:
            yield from self._layers()
            yield from self._nodes()
        for path in self._settings.recent:
            yield Entry(f"open:{path}", self.tr("Open {0}").format(path.stem), str(path.parent), is_rare=True)
        for template in TEMPLATES:
            text = self.tr("New from {0}").format(template.title)
            yield Entry(f"begin:{template.name}", text, self.tr("Template"), is_rare=True)

    def _entry_of(self, place: str, command: Command) -> Entry:
        action = self._window.actions_by_name[command.name]
        keys = self._window.keys.keys[command.name]
        reason = "" if action.isEnabled() else self._reason(command)
        return Entry(
            f"command:{command.name}",
            action.text().replace("…", "").replace("&", ""),
            place,
            native(keys[0]) if keys else "",
            reason,
        )

    def _reason(self, command: Command) -> str:
        """Return why a command cannot be done now."""
        if command.needs and not self._window.canvas.view.holds(command.needs):
            node = self.tr("Select a node first")
            words = {"nodes": node, "things": node, "wires": self.tr("Select a wire first")}
            return words.get(command.needs, self.tr("Select something first"))
        reasons = {
            "undo": self.tr("Nothing to undo"),
            "redo": self.tr("Nothing to redo"),
            "train": self.tr("A run is under way"),
            "pause": self.tr("No run is under way"),
            "stop": self.tr("No run is under way"),
            "continue": self.tr("There is no run to go on from"),
        }
        return reasons.get(command.name, self.tr("Not possible now"))

    def _layers(self) -> Iterator[Entry]:
        for spec in self._session.offered:
            yield Entry(f"add:{spec.name}", self.tr("Add {0}").format(spec.name), family_title(spec.family), is_rare=True)

    def _nodes(self) -> Iterator[Entry]:
        """Nodes of the open graph first, then those of the others."""
        project, here = self._session.document.project, self._session.block
        graphs = sorted(graphs_of(project), key=lambda pair: pair[0] != here)
        for block, graph in graphs:
            for node in graph.nodes:
                place = f"{block} › {node.layer}" if block else node.layer
                yield Entry(f"go:{block}:{node.name}", self.tr("Go to {0}").format(node.name), place, is_rare=True)

    def _on_chosen(self, name: str) -> None:
        kind, _, what = name.partition(":")
        if kind != "go":
            self._settings.add_recent_command(name)
        match kind:
            case "command":
                self._window.actions_by_name.trigger(what)
            case "add":
                self._graph.on_layer_activated(what)
                self._window.canvas.setFocus()
            case "go":
                block, _, node = what.partition(":")
                self._show_node(node, block)
                self._window.canvas.setFocus()
            case "open":
                self._open_path(what)
            case "begin":
                self._open_template(what)
