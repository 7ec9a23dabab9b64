"""What takes the canvas's keys for a while: a wire drawn by keys, and letters on nodes to jump to one."""

from itertools import product
from string import ascii_lowercase
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.edge_item import LooseWire
from flaxstudio.gui.canvas.port_painter import Side, port_keys
from flaxstudio.gui.families import family_color
from flaxstudio.project.edits import connection_fault

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

_NEXT = (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Tab)
_BEFORE = (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Backtab)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class KeyMode(Protocol):
    """Gets every key pressed on the canvas until it ends."""

    def key(self, event: QKeyEvent) -> bool:
        """Take a key; returns whether the mode goes on."""
        ...

    def end(self) -> None: ...


class KeyWire:
    """Draws a wire from the selected node: arrows or the other node's first letters choose its end, Enter joins.

    The key that began it goes on to the node's next port.
    """

    def __init__(self, view: "GraphView", name: str) -> None:
        self._view = view
        self._scene = view.graph_scene
        self._name = name
        content = self._scene.nodes[name].content
        keys = port_keys(content)
        self._ports = [key for key in keys if key[0] == "out"] + [key for key in keys if key[0] == "in"]
        self._port = 0
        self._typed = ""
        self._targets: list[Port] = []
        self._chosen = 0
        self._wire = LooseWire(family_color(content.spec, self._scene.tokens))
        self._scene.addItem(self._wire)
        self._find_targets()

    def key(self, event: QKeyEvent) -> bool:
        key, letter = Qt.Key(event.key()), event.text().lower()
        if key == Qt.Key.Key_Escape:
            return False
        if key in _ENTER:
            self._join()
            return False
        if key in (*_NEXT, *_BEFORE) and self._targets:
            self._chosen = (self._chosen + (1 if key in _NEXT else -1)) % len(self._targets)
        elif not self._typed and self._view.keys.on_canvas(event, self._view.holds) == "draw_wire":
            self._port = (self._port + 1) % max(len(self._ports), 1)
            self._find_targets()
        elif letter and (letter.isalnum() or letter == "_"):
            self._type(letter)
        self._show()
        return True

    def end(self) -> None:
        self._scene.removeItem(self._wire)
        self._scene.swell(None)
        self._view.show_tip("", QPoint())

    def _other_side(self) -> Side:
        return "in" if self._ports[self._port][0] == "out" else "out"

    def _find_targets(self) -> None:
        """List the ports that may be joined, the nearest first."""
        self._typed, self._chosen, self._targets = "", 0, []
        if self._ports:
            (side, port), other = self._ports[self._port], self._other_side()
            here = self._scene.nodes[self._name].port_point(side, port)
            found = []
            for name, item in self._scene.nodes.items():
                for target in (Port(name, key[1]) for key in port_keys(item.content) if key[0] == other):
                    if connection_fault(self._scene.project.graph, self._scene.catalogue, *self._ends(target)) is None:
                        found.append(((item.port_point(other, target.port) - here).manhattanLength(), target))
            found = [(far, target) for far, target in found if Edge(*self._ends(target)) not in self._scene.edges]
            taken = {edge.target for edge in self._scene.edges}
            self._targets = [target for _, target in sorted(found, key=lambda pair: (pair[1] in taken, pair[0]))]
        self._show()

    def _type(self, letter: str) -> None:
        """Go to the nearest target whose node begins with what was typed."""
        for typed in (self._typed + letter, letter):
            fitting = [number for number, target in enumerate(self._targets) if target.node.lower().startswith(typed)]
            if fitting:
                self._typed, self._chosen = typed, fitting[0]
                return

    def _ends(self, target: Port) -> tuple[Port, Port]:
        side, port = self._ports[self._port]
        own = Port(self._name, port)
        return (own, target) if side == "out" else (target, own)

    def _show(self) -> None:
        item = self._scene.nodes[self._name]
        if not self._targets:
            text = self._view.tr("{0} can be joined to nothing from here.").format(self._name)
            self._wire.hide()
            self._scene.swell(None)
        else:
            (side, port), other = self._ports[self._port], self._other_side()
            target = self._targets[self._chosen]
            ends = (item.port_point(side, port), self._scene.nodes[target.node].port_point(other, target.port))
            flow = self._scene.project.flow
            source_end, target_end = ends if side == "out" else ends[::-1]
            self._wire.draw_between(source_end, target_end, flow)
            self._wire.show()
            self._scene.swell((target, other))
            self._view.bring_into_sight(target.node)
            source, sink = self._ends(target)
            text = f"{source.node}.{source.port} → {sink.node}.{sink.port}\n" + self._view.tr(
                "Enter joins them, arrows or letters choose another, Esc leaves it."
            )
        self._view.show_tip(text, self._view.mapFromScene(item.box().bottomLeft()))
        self._view.intents.spoken.emit(text)

    def _join(self) -> None:
        if self._targets:
            self._view.intents.edge_drawn.emit(*self._ends(self._targets[self._chosen]), None)


class JumpLetters:
    """Puts letters on the nodes in sight; typing a node's letters selects it."""

    def __init__(self, view: "GraphView") -> None:
        self._view = view
        scene, box = view.graph_scene, view.visible_box()
        names = sorted(scene.nodes_in(box), key=lambda name: (scene.nodes[name].pos().y(), scene.nodes[name].pos().x()))
        length = 1 if len(names) <= len(ascii_lowercase) else 2
        letters = map("".join, product(ascii_lowercase, repeat=length))
        self._names = dict(zip(letters, names, strict=False))
        self._typed = ""
        self._labels = {text: self._label(text, name) for text, name in self._names.items()}
        view.intents.spoken.emit(view.tr("Type the letters of a node, or Esc."))

    def key(self, event: QKeyEvent) -> bool:
        letter = event.text().lower()
        if not letter or letter not in ascii_lowercase:
            return False
        self._typed += letter
        if self._typed in self._names:
            self._view.graph_scene.select([self._names[self._typed]])
            return False
        fitting = [text for text in self._labels if text.startswith(self._typed)]
        for text, label in self._labels.items():
            label.setVisible(text in fitting)
        return bool(fitting)

    def end(self) -> None:
        for label in self._labels.values():
            label.deleteLater()

    def _label(self, text: str, name: str) -> QLabel:
        tokens = self._view.graph_scene.tokens
        label = QLabel(text.upper(), self._view.viewport())
        label.setStyleSheet(
            f"background: {tokens.accent}; color: {tokens.on_accent}; font-size: {t.SECONDARY}px; font-weight: 600;"
            f" border-radius: 4px; padding: 1px 5px;"
        )
        label.adjustSize()
        label.move(self._view.mapFromScene(self._view.graph_scene.nodes[name].box().topLeft()) - QPoint(6, 8))
        label.show()
        return label
