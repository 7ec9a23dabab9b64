"""The wires on display: one item each, and which of them touch a node; a new value changes only those that differ."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

from PySide6.QtCore import QPointF, QTimer
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.graph.layout import Flow
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.edge_item import EdgeItem
from flaxstudio.gui.canvas.node_content import Side
from flaxstudio.gui.canvas.node_item import NodeItem
from flaxstudio.gui.families import family_color
from flaxstudio.gui.tokens import Tokens

_AT_ONCE, _NEXT_MS = 150, 4
"""So many wires out of sight get another width at a time, with the event loop in between."""


class Wires:
    """Keeps the items. `nodes` are those of the scene, `routes` are the dots that wires run through."""

    def __init__(
        self,
        scene: QGraphicsScene,
        layer: QGraphicsItem,
        nodes: Callable[[], Mapping[str, NodeItem]],
        routes: Mapping[Edge, Sequence[QPointF]],
    ) -> None:
        self._scene = scene
        self._layer = layer
        self._nodes = nodes
        self._routes = routes
        self.items: dict[Edge, EdgeItem] = {}
        self.selected: dict[Edge, None] = {}
        self._drawn: tuple[Edge, ...] = ()
        self._hanging: list[Edge] = []  # their nodes are not there; a Problem tells of it
        self._touching: dict[str, dict[Edge, None]] = {}
        self._are_far = False
        self._not_yet: list[EdgeItem] = []
        self._later = QTimer(scene, singleShot=True, interval=_NEXT_MS)
        self._later.timeout.connect(self._show_more)

    def show_at_scale(self, scale: float) -> None:
        """Keep the wires at least about a pixel of the screen wide: those in view at once, the others behind it."""
        are_far = scale * t.WIRE_WIDTH < 1
        if are_far != self._are_far:
            self._are_far = are_far
            self._not_yet = list(self.items.values())
            self._later.start()
            for item in (item for view in self._scene.views() for item in view.items(view.viewport().rect())):
                if isinstance(item, EdgeItem):
                    item.show_far(are_far)

    def _show_more(self) -> None:
        now, self._not_yet = self._not_yet[:_AT_ONCE], self._not_yet[_AT_ONCE:]
        for item in now:
            item.show_far(self._are_far)
        if self._not_yet:
            self._later.start()

    def remove_gone(self, edges: tuple[Edge, ...]) -> list[Edge]:
        """Take away the wires that are not among these any more, and return them."""
        gone = _missing(self._drawn, edges)
        if gone:
            same = set(map(id, gone))
            self._drawn = tuple([edge for edge in self._drawn if id(edge) not in same])
            self._hanging = [edge for edge in self._hanging if edge not in gone]
        for edge in gone:
            self._remove(edge)
        return gone

    def add_new(self, edges: tuple[Edge, ...], gone: Iterable[Edge], flow: Flow, tokens: Tokens) -> list[Edge]:
        """Make items of the wires that are new among these, return them, and tell the nodes which ports are connected."""
        nodes = self._nodes()
        come = [*self._hanging, *_missing(edges, self._drawn)]
        self._drawn = edges
        self._hanging = [edge for edge in come if edge.source.node not in nodes or edge.target.node not in nodes]
        come = [edge for edge in come if edge not in self._hanging and edge not in self.items]
        for edge in come:
            self.items[edge] = item = EdgeItem(edge, tokens, self._layer)
            item.show_far(self._are_far)
            item.show_color(family_color(nodes[edge.source.node].content.spec, tokens), tokens)
            for end in (edge.source, edge.target):
                self._touching.setdefault(end.node, {})[edge] = None
        self.lay(come, flow)
        for name in {end.node for edge in chain(come, gone) for end in (edge.source, edge.target)}:
            if name in nodes:
                nodes[name].show_state(connected=self._connected(name))
        return come

    def select(self, edges: Iterable[Edge]) -> None:
        """Draw these wires as selected, and no others; unknown ones are passed over."""
        chosen = {edge: None for edge in edges if edge in self.items}
        for edge in chosen.keys() ^ self.selected.keys():
            self.items[edge].show_selected(edge in chosen)
        self.selected = chosen

    def lose(self, name: str) -> list[Edge]:
        """Take away the wires of a node that is gone, and return them; they come back with it."""
        hanging = list(self._touching.pop(name, ()))
        for edge in hanging:
            self._remove(edge)
        self._hanging += hanging
        return hanging

    def forget(self, name: str) -> None:
        """Forget a name: the node has another, and other wires."""
        self._touching.pop(name, None)

    def at(self, names: Iterable[str]) -> dict[Edge, None]:
        """Return the wires that touch nodes, each once."""
        return {edge: None for name in names for edge in self._touching.get(name, ())}

    def lay(self, edges: Iterable[Edge], flow: Flow) -> None:
        """Lay wires between the ports where they are now, through their dots."""
        nodes = self._nodes()
        for edge in edges:
            if wire := self.items.get(edge):
                wire.draw_through(self.points_of(edge), flow)
                wire.show_silent(nodes[edge.source.node].content.mode == "muted")

    def points_of(self, edge: Edge) -> list[QPointF]:
        """Return the points that a wire goes through."""
        nodes = self._nodes()
        start = nodes[edge.source.node].port_point("out", edge.source.port)
        end = nodes[edge.target.node].port_point("in", edge.target.port)
        return [start, *self._routes.get(edge, ()), end]

    def _remove(self, edge: Edge) -> None:
        if edge in self.items:
            self._scene.removeItem(self.items.pop(edge))
            self.selected.pop(edge, None)
            for end in (edge.source, edge.target):
                self._touching.get(end.node, {}).pop(edge, None)

    def _connected(self, name: str) -> frozenset[tuple[Side, str]]:
        ports: set[tuple[Side, str]] = set()
        for edge in self._touching.get(name, ()):
            ports |= {(side, end.port) for side, end in _ends(edge) if end.node == name}
        return frozenset(ports)


def _ends(edge: Edge) -> tuple[tuple[Side, Port], tuple[Side, Port]]:
    return ("out", edge.source), ("in", edge.target)


def _missing(edges: tuple[Edge, ...], others: tuple[Edge, ...]) -> list[Edge]:
    """Return which of the edges are not among the others: by identity first, since edits keep what they do not change."""
    if edges is others:
        return []
    known, own = set(map(id, others)), set(map(id, edges))
    strange = [edge for edge in edges if id(edge) not in known]
    equal = {edge for edge in others if id(edge) not in own} if strange else ()
    return [edge for edge in strange if edge not in equal]
