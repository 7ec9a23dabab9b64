"""The probes on the canvas: each at its node, wherever that goes, and what cards tell of values."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QGraphicsItem

from flaxstudio.graph.graph import Port
from flaxstudio.gui.canvas.probe_item import HEIGHT, WIDTH, Probe, ProbeItem

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene

_APART = 12


class Probes:
    """One item for each pinned output. `value_of` tells in a few words what an output gave in the last trial, if anything."""

    def __init__(self, scene: "GraphScene", parent: QGraphicsItem) -> None:
        self._scene = scene
        self._parent = parent
        self.items: dict[Port, ProbeItem] = {}
        self.value_of: Callable[[Port], str] = lambda _port: ""
        scene.graph_moved.connect(self._place)

    def display(self, probes: Mapping[Port, Probe]) -> None:
        """Show these probes and no others."""
        for port in [port for port in self.items if port not in probes]:
            self._scene.removeItem(self.items.pop(port))
        for port, probe in probes.items():
            if port not in self.items:
                self.items[port] = ProbeItem(self._scene.tokens, self._parent)
            if self.items[port].probe is not probe:
                self.items[port].show_probe(probe, self._scene.tokens)
        self._place()

    def set_tokens(self) -> None:
        """Draw in the scene's theme."""
        for item in self.items.values():
            item.show_probe(item.probe, self._scene.tokens)

    def at(self, point: QPointF) -> tuple[Port, bool] | None:
        """Return the probe at a point, and whether the point is where it is closed."""
        for port, item in reversed(self.items.items()):
            if item.isVisible() and item.box().contains(point):
                return port, item.close_box().contains(point)
        return None

    def _place(self) -> None:
        """Put each probe at its node: below it, or beside it where the data flows down; several one after the other."""
        count: dict[str, int] = {}
        for port, item in self.items.items():
            node = self._scene.nodes.get(port.node)
            item.setVisible(node is not None)
            if node is None:
                continue
            box, number = node.box(), count.get(port.node, 0)
            count[port.node] = number + 1
            if self._scene.project.flow == "right":
                item.setPos(box.left(), box.bottom() + _APART + number * (HEIGHT + _APART))
            else:
                item.setPos(box.right() + _APART + number * (WIDTH + _APART), box.top())


def main_output(scene: "GraphScene", name: str) -> Port | None:
    """Return the output of a node that a probe listens to; for an Output, that of what feeds it."""
    spec = scene.nodes[name].content.spec
    if spec is not None and spec.main_output is not None:
        return Port(name, spec.main_output.name)
    return next((edge.source for edge in scene.project.graph.edges_into(name)), None)
