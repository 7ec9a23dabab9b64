"""What the user asks of wires, and of nodes by their wires, turned into edits."""

from collections.abc import Mapping

from PySide6.QtCore import QObject

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.session import Session
from flaxstudio.project import edits, wire_edits
from flaxstudio.project.insertion import insert
from flaxstudio.project.project import Position


class WireActs(QObject):
    """Slots for the intents and commands around wires."""

    def __init__(self, session: Session, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas

    def on_edge_drawn(self, source: Port, target: Port, instead_of: Edge | None) -> None:
        self._session.edit_shown(edits.connect(source, target, self._session.catalogue, instead_of))

    def on_wires_moved(self, wires: tuple[Edge, ...], side: str, port: Port) -> None:
        """Let wires start ("out") or end ("in") at another port."""
        edit = wire_edits.move_wires(wires, "out" if side == "out" else "in", port, self._session.catalogue)
        self._session.edit_shown(edit)

    def on_wires_cut(self, wires: tuple[Edge, ...]) -> None:
        self._session.edit_shown(wire_edits.cut(wires))

    def on_nodes_dropped_on_edge(self, places: Mapping[str, Position], edge: Edge) -> None:
        """Put nodes between the ends of a wire, where they were dropped or near by."""
        sizes = self._canvas.node_sizes()
        self._session.edit_shown(insert(places, edge, self._session.catalogue, dict(places), sizes))

    def on_delete_and_reconnect(self) -> None:
        """Delete what is selected; the flow goes on without it."""
        names, wires = self._canvas.selected_nodes(), self._canvas.selected_edges()
        if names:
            self._session.edit_shown(wire_edits.remove_and_reconnect(names, wires, self._session.catalogue))
        elif wires:
            self._session.edit_shown(edits.remove((), wires))

    def on_detach(self) -> None:
        """Take the selected nodes out of the flow, which goes on without them."""
        if names := self._canvas.selected_nodes():
            self._session.edit_shown(wire_edits.detach(names, self._session.catalogue))

    def on_disconnect(self) -> None:
        """Delete all wires of the selected nodes."""
        names = frozenset(self._canvas.selected_nodes())
        graph = self._session.shown.graph
        wires = tuple(edge for edge in graph.edges if edge.source.node in names or edge.target.node in names)
        if wires:
            self._session.edit_shown(wire_edits.cut(wires))

    def on_link(self) -> None:
        """Wire the selected nodes one to the next."""
        if names := self._canvas.selected_nodes():
            self._session.edit_shown(wire_edits.link(names, self._session.catalogue))

    def on_insert(self) -> None:
        """Look for a layer to stand on the selected wire."""
        if wires := self._canvas.selected_edges():
            self._canvas.searching.open_on(wires[0])
