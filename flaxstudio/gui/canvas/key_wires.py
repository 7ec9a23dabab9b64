"""Wires by keys: drawn from the selected node, or those of one of its ports moved to another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.gui.canvas.edge_item import LooseWire
from flaxstudio.gui.canvas.port_painter import Key, Side, port_keys
from flaxstudio.gui.families import family_color
from flaxstudio.project.edits import connection_fault

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

_NEXT = (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Tab)
_BEFORE = (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Backtab)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_OTHER: dict[Side, Side] = {"in": "out", "out": "in"}


class _KeyEnd:
    """Arrows or the other node's first letters choose the port where wires end, Enter joins.

    The key that began it goes on to the node's next port.
    """

    command = ""

    def __init__(self, view: "GraphView", name: str) -> None:
        self._view = view
        self._scene = view.graph_scene
        self._name = name
        self._ports = self._ports_of(port_keys(self._scene.nodes[name].content))
        self._port = 0
        self._typed = ""
        self._targets: list[Port] = []
        self._chosen = 0
        self._wires: list[LooseWire] = []
        self._find_targets()

    def key(self, event: QKeyEvent) -> bool:
        key, letter = Qt.Key(event.key()), event.text().lower()
        if key == Qt.Key.Key_Escape:
            return False
        if key in _ENTER:
            if self._targets:
                self._join(self._targets[self._chosen])
            return False
        if key in (*_NEXT, *_BEFORE) and self._targets:
            self._chosen = (self._chosen + (1 if key in _NEXT else -1)) % len(self._targets)
        elif not self._typed and self._view.keys.on_canvas(event, self._view.holds) == self.command:
            self._port = (self._port + 1) % max(len(self._ports), 1)
            self._find_targets()
        elif letter and (letter.isalnum() or letter == "_"):
            self._type(letter)
        self._show()
        return True

    def end(self) -> None:
        self._clear()
        self._scene.swell(None)
        self._view.show_tip("", QPoint())

    def _ports_of(self, keys: Sequence[Key]) -> list[Key]:
        """Return which of the node's ports may be meant."""
        raise NotImplementedError

    def _fixed(self) -> list[Port]:
        """Return the ports at the other ends of the wires."""
        raise NotImplementedError

    def _side(self) -> Side:
        """Return the side of the port that is looked for."""
        raise NotImplementedError

    def _moved(self) -> tuple[Edge, ...]:
        """Return the wires that are taken off meanwhile."""
        return ()

    def _text(self, target: Port) -> str:
        """Return what Enter would do."""
        raise NotImplementedError

    def _nothing(self) -> str:
        """Return why there is nothing to choose from."""
        raise NotImplementedError

    def _join(self, target: Port) -> None:
        """Ask for the wires at a port."""
        raise NotImplementedError

    def _own(self) -> Port:
        return Port(self._name, self._ports[self._port][1])

    def _find_targets(self) -> None:
        """List the ports that may be joined, the nearest first."""
        self._typed, self._chosen, self._targets = "", 0, []
        self._clear()
        if self._ports:
            fixed, side, moved = self._fixed(), self._side(), frozenset(self._moved())
            graph, there = self._scene.project.graph.without_edges(moved), self._scene.edges
            own_side, own = self._ports[self._port]
            here = self._scene.nodes[self._name].port_point(own_side, own)
            found = []
            for name, item in self._scene.nodes.items():
                for target in (Port(name, key[1]) for key in port_keys(item.content) if key[0] == side):
                    pairs = [_ends(port, target, side) for port in fixed]
                    is_there = any(Edge(*pair) in there for pair in pairs)
                    if not is_there and all(connection_fault(graph, self._scene.catalogue, *pair) is None for pair in pairs):
                        found.append(((item.port_point(side, target.port) - here).manhattanLength(), target))
            taken = {edge.target for edge in graph.edges} if side == "in" else set()
            self._targets = [target for _, target in sorted(found, key=lambda pair: (pair[1] in taken, pair[0]))]
            self._wires = [self._loose(port) for port in fixed]
        self._show()

    def _type(self, letter: str) -> None:
        """Go to the nearest target whose node begins with what was typed."""
        for typed in (self._typed + letter, letter):
            fitting = [number for number, target in enumerate(self._targets) if target.node.lower().startswith(typed)]
            if fitting:
                self._typed, self._chosen = typed, fitting[0]
                return

    def _show(self) -> None:
        item = self._scene.nodes[self._name]
        if not self._targets:
            text = self._nothing()
            self._clear()
            self._scene.swell(None)
        else:
            target, side = self._targets[self._chosen], self._side()
            loose = self._scene.nodes[target.node].port_point(side, target.port)
            for port, wire in zip(self._fixed(), self._wires, strict=True):
                end = self._scene.nodes[port.node].port_point(_OTHER[side], port.port)
                wire.draw_between(*((end, loose) if side == "in" else (loose, end)), self._scene.project.flow)
            self._scene.swell((target, side))
            self._view.bring_into_sight(target.node)
            keys = self._view.tr("Enter joins them, arrows or letters choose another, Esc leaves it.")
            text = f"{self._text(target)}\n{keys}"
        self._view.show_tip(text, self._view.mapFromScene(item.box().bottomLeft()))
        self._view.intents.spoken.emit(text)

    def _loose(self, port: Port) -> LooseWire:
        wire = LooseWire(family_color(self._scene.nodes[port.node].content.spec, self._scene.tokens))
        self._scene.addItem(wire)
        return wire

    def _clear(self) -> None:
        for wire in self._wires:
            self._scene.removeItem(wire)
        self._wires = []


class KeyWire(_KeyEnd):
    """Draws a wire from one of the node's ports."""

    command = "draw_wire"

    def _ports_of(self, keys: Sequence[Key]) -> list[Key]:
        return [key for key in keys if key[0] == "out"] + [key for key in keys if key[0] == "in"]

    def _fixed(self) -> list[Port]:
        return [self._own()]

    def _side(self) -> Side:
        return _OTHER[self._ports[self._port][0]]

    def _text(self, target: Port) -> str:
        source, sink = _ends(self._own(), target, self._side())
        return f"{source.node}.{source.port} → {sink.node}.{sink.port}"

    def _nothing(self) -> str:
        return self._view.tr("{0} can be joined to nothing from here.").format(self._name)

    def _join(self, target: Port) -> None:
        self._view.intents.edge_drawn.emit(*_ends(self._own(), target, self._side()), None)


class KeyMove(_KeyEnd):
    """Moves all wires of one of the node's ports to another port of the same side."""

    command = "move_wires"

    def _ports_of(self, keys: Sequence[Key]) -> list[Key]:
        ends = {("out", edge.source) for edge in self._scene.edges} | {("in", edge.target) for edge in self._scene.edges}
        wired = [key for key in keys if (key[0], Port(self._name, key[1])) in ends]
        return [key for key in wired if key[0] == "out"] + [key for key in wired if key[0] == "in"]

    def _fixed(self) -> list[Port]:
        return [edge.target if self._side() == "out" else edge.source for edge in self._moved()]

    def _side(self) -> Side:
        return self._ports[self._port][0]

    def _moved(self) -> tuple[Edge, ...]:
        own, is_out = self._own(), self._side() == "out"
        return tuple(edge for edge in self._scene.edges if own == (edge.source if is_out else edge.target))

    def _text(self, target: Port) -> str:
        own, wires = self._own(), len(self._moved())
        what = self._view.tr("1 wire") if wires == 1 else self._view.tr("{0} wires").format(wires)
        way = self._view.tr("{0} of {1}.{2} to {3}.{4}")
        return way.format(what, own.node, own.port, target.node, target.port)

    def _nothing(self) -> str:
        if not self._ports:
            return self._view.tr("{0} has no wires that could be moved.").format(self._name)
        own = self._own()
        return self._view.tr("The wires of {0}.{1} fit nowhere else.").format(own.node, own.port)

    def _join(self, target: Port) -> None:
        self._view.intents.wires_moved.emit(self._moved(), self._side(), target)


def _ends(fixed: Port, target: Port, side: Side) -> tuple[Port, Port]:
    return (target, fixed) if side == "out" else (fixed, target)
