"""What the user asks of blocks: make, open, leave and take them apart, name, describe and remove them."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from flaxstudio.graph.library import Block
from flaxstudio.graph.naming import WRAPPING_NAMES, free_name
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.canvas.held_things import whole_frames
from flaxstudio.gui.name_popup import NamePopup
from flaxstudio.gui.session import Session
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project import block_edits, edits
from flaxstudio.project.block_edits import within
from flaxstudio.project.field_edits import expose
from flaxstudio.project.grouping import dissolve, make_block
from flaxstudio.project.place import Place, place_of_block

_ENDS = ("Input", "Output")


class BlockActs(QObject):
    """Slots for the intents around blocks. `code_requested` names a layer whose code is to be opened instead."""

    code_requested = Signal(str)

    def __init__(self, session: Session, canvas: Canvas, tokens: Callable[[], Tokens], window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._canvas = canvas
        self._tokens = tokens
        self._popup = NamePopup(tokens(), window)

    # where one is

    def on_open(self, node: str) -> None:
        """Open what is inside a node of the open graph."""
        layer = self._session.shown.graph.node(node).layer
        if isinstance(self._session.document.project.library.get(layer), Block):
            self._session.go_to(self._session.place.inner(node))
            self._canvas.setFocus()
        else:
            self.code_requested.emit(layer)

    def on_leave(self) -> None:
        """Go one step out."""
        self._session.go_to(self._session.place.outer())

    def on_place_requested(self, place: Place) -> None:
        """Go to a step of the way."""
        self._session.go_to(place)
        self._canvas.setFocus()

    def on_layer_requested(self, layer: str) -> None:
        """Open a layer of the project's own, wherever it is used."""
        project = self._session.document.project
        if isinstance(project.library.get(layer), Block):
            self._session.go_to(place_of_block(project, layer, self._session.place))
            self._canvas.setFocus()
        else:
            self.code_requested.emit(layer)

    def show_node(self, block: str, node: str) -> None:
        """Select a node of a block's graph, or of the model's own for the block "", and bring it into sight."""
        project = self._session.document.project
        if block and not isinstance(project.library.get(block), Block):
            return
        self._session.go_to(place_of_block(project, block, self._session.place))
        if node and self._session.shown.graph.has_node(node):
            self._canvas.select((node,))
            self._canvas.center_on(node)

    # making

    def on_make_block(self) -> None:
        """Ask for a name and put the selected nodes into a block; Inputs and Outputs stay outside."""
        graph = self._session.shown.graph
        chosen = tuple(name for name in self._canvas.selected_nodes() if graph.node(name).layer not in _ENDS)
        if not chosen:
            self._session.refused.emit(self.tr("Select the layers that the block is to hold, then make it."))
            return

        items = dict.fromkeys((*self._canvas.selected_items(), *whole_frames(self._canvas.scene, chosen)))

        def make(name: str) -> str:
            edit = within(self._session.block, make_block(chosen, name, self._session.catalogue, items))
            fault = self._session.attempt(edit)
            if not fault:
                self._canvas.select([node.name for node in self._session.shown.graph.of_layer(name)])
                self._canvas.setFocus()
            return fault

        title = self.tr("Name of the block's class") if len(chosen) > 1 else self.tr("Name of the class around the layer")
        self._ask(title, self.tr("Make block"), self._free_name(), self._canvas.point_below(chosen), make)

    def on_new_block(self) -> None:
        """Ask for a name and open an empty block."""

        def make(name: str) -> str:
            fault = self._session.attempt(block_edits.new_block(name, self._session.catalogue))
            if not fault:
                self.on_layer_requested(name)
            return fault

        self._ask(self.tr("Name of the block's class"), self.tr("New block"), self._free_name(), QCursor.pos(), make)

    def on_take_apart(self) -> None:
        """Put the insides of the selected blocks in their places."""
        graph, library = self._session.shown.graph, self._session.document.project.library
        selected = self._canvas.selected_nodes()
        blocks = [name for name in selected if isinstance(library.get(graph.node(name).layer), Block)]
        if not blocks:
            self._session.refused.emit(self.tr("Select a block to take it apart."))
            return
        before = set(graph.names())
        steps = [dissolve(name) for name in blocks]
        edit = steps[0] if len(steps) == 1 else edits.sequence(self.tr("Take {0} blocks apart").format(len(steps)), steps)
        if self._session.edit_shown(edit):
            self._canvas.select([name for name in self._session.shown.graph.names() if name not in before])

    def on_expose(self, node: str, attribute: str) -> None:
        """Ask for a name and make a node's attribute one of the open class."""
        graph, catalogue = self._session.shown.graph, self._session.catalogue
        taken = {*graph.names(), *(field.name for field in graph.fields)}
        name = attribute if attribute not in taken | WRAPPING_NAMES else free_name(attribute, taken)

        def make(field: str) -> str:
            return self._session.attempt(within(self._session.block, expose(node, attribute, field, catalogue)))

        title = self.tr("Name of the attribute in {0}").format(self._session.shown.name)
        self._ask(title, self.tr("Expose"), name, QCursor.pos(), make)

    # changing

    def rename(self, name: str) -> str:
        """Give the open block another name; return why not, if it may not be."""
        return self._session.attempt(block_edits.rename_block(self._session.block, name, self._session.catalogue))

    def on_rename_requested(self, layer: str) -> None:
        """Ask for another name of a block."""

        def rename(name: str) -> str:
            return self._session.attempt(block_edits.rename_block(layer, name, self._session.catalogue))

        self._ask(self.tr("Name of the block's class"), self.tr("Rename"), layer, QCursor.pos(), rename)

    def on_help_changed(self, text: str) -> None:
        """Say what the open block is for."""
        self._session.edit(block_edits.set_help(self._session.block, text))

    def on_remove_requested(self, layer: str) -> None:
        """Remove a layer of the project's own that nothing uses."""
        self._session.edit(block_edits.remove_definition(layer))

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._popup.set_tokens(tokens)

    def _ask(self, title: str, verb: str, name: str, at: QPoint, take: Callable[[str], str]) -> None:
        self._popup.set_tokens(self._tokens())
        self._popup.ask(title, verb, name, at, take)

    def _free_name(self) -> str:
        project, number = self._session.document.project, 1
        taken = {project.name, *(spec.name for spec in self._session.catalogue)}
        while f"Block{number}" in taken:
            number += 1
        return f"Block{number}"
