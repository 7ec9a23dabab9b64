"""Drawing and moving wires: a dashed wire from a port to the pointer, that snaps to ports it may join."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.graph.order import downstream, upstream
from flaxstudio.gui.canvas.edge_item import LooseWire
from flaxstudio.gui.canvas.gestures import Pointer
from flaxstudio.gui.canvas.port_painter import Side
from flaxstudio.gui.families import family_color
from flaxstudio.project.edits import connection_fault

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

REACH = 28
"""How near, in px on the screen, the pointer must come to a port for the wire to snap to it."""


class DrawWire:
    """Draws a wire from `port` on; `moved` is the edge taken off its input, if any."""

    def __init__(self, view: "GraphView", port: Port, side: Side, moved: Edge | None = None) -> None:
        self._view = view
        self._scene = view.graph_scene
        self._port = port
        self._side = side
        self._wanted: Side = "in" if side == "out" else "out"
        self._moved = moved
        graph = self._scene.project.graph
        self._graph = graph.without_edges(frozenset([moved])) if moved else graph
        reached = upstream if side == "out" else downstream
        self._blocked = reached(self._graph, [port.node])
        self._wire = LooseWire(family_color(self._scene.nodes[port.node].content.spec, self._scene.tokens))
        self._start: Pointer | None = None
        self._target: Port | None = None
        self._is_drawing = False

    def start(self, pointer: Pointer) -> None:
        self._start = pointer

    def move(self, pointer: Pointer) -> None:
        if self._start is None or self._port.node not in self._scene.nodes:
            return
        if not self._is_drawing and pointer.is_far_from(self._start):
            self._begin()
        if self._is_drawing:
            self._target = self._seek(pointer)
            self._draw_to(pointer)

    def finish(self, pointer: Pointer) -> None:
        self.move(pointer)
        target, is_drawing = self._target, self._is_drawing
        over_node = self._scene.node_at(pointer.scene) is not None
        self.cancel()
        if not is_drawing:
            return
        if target is not None:
            self._emit(target)
        elif self._moved is not None:
            self._view.intents.delete_requested.emit((), (self._moved,))
        elif not over_node:
            self._view.open_search_at(pointer, self._port, self._side)

    def cancel(self) -> None:
        if self._is_drawing:
            self._scene.removeItem(self._wire)
        self._scene.swell(None)
        for item in self._scene.nodes.values():
            item.show_state(faded=frozenset())
        if self._moved in self._scene.edges:
            self._scene.edges[self._moved].show()
        self._view.tip.hide()
        self._is_drawing = False

    def _begin(self) -> None:
        self._is_drawing = True
        self._scene.addItem(self._wire)
        if self._moved in self._scene.edges:
            self._scene.edges[self._moved].hide()
        for name, item in self._scene.nodes.items():
            item.show_state(faded=self._faded_ports(name))

    def _faded_ports(self, name: str) -> frozenset[tuple[Side, str]]:
        content = self._scene.nodes[name].content
        same: frozenset[tuple[Side, str]] = frozenset(
            (self._side, port) for port in (content.outputs if self._side == "out" else content.inputs)
        )
        others = frozenset((self._wanted, port) for port in (content.inputs if self._wanted == "in" else content.outputs))
        if name == self._port.node:
            return others | same - {(self._side, self._port.port)}
        return same | others if name in self._blocked else same

    def _seek(self, pointer: Pointer) -> Port | None:
        """Return the port to snap to: the nearest allowed one, else one of the node under the pointer."""
        reach = REACH / self._view.zoom()
        target = self._nearest(pointer.scene, reach)
        under = self._scene.node_at(pointer.scene)
        if target is None and under is not None and under not in self._blocked:
            target = self._first_free(under)
        self._scene.swell((target, self._wanted) if target else None)
        fault = None if target else self._fault_near(pointer.scene, reach)
        self._view.show_tip(fault or "", pointer.view)
        return target

    def _nearest(self, point: QPointF, reach: float) -> Port | None:
        near = []
        for name, item in self._scene.nodes.items():
            if name in self._blocked or not item.box().adjusted(-reach, -reach, reach, reach).contains(point):
                continue
            names = item.content.inputs if self._wanted == "in" else item.content.outputs
            ports = ((item.port_point(self._wanted, port), Port(name, port)) for port in names)
            near += [((center - point).manhattanLength(), port) for center, port in ports]
        near = [pair for pair in near if pair[0] <= reach]
        return min(near)[1] if near else None

    def _first_free(self, name: str) -> Port | None:
        content = self._scene.nodes[name].content
        names = content.inputs if self._wanted == "in" else content.outputs
        free = [port for port in names if not self._graph.edges_into(name, port)] if self._wanted == "in" else list(names)
        return Port(name, (free or list(names))[0]) if names else None

    def _fault_near(self, point: QPointF, reach: float) -> str | None:
        """Return why the node under the pointer cannot be joined."""
        hit = self._scene.port_at(point, reach)
        name = hit[0].node if hit else self._scene.node_at(point)
        if name is None or (name == self._port.node and not hit):
            return None
        content = self._scene.nodes[name].content
        names = content.inputs if self._wanted == "in" else content.outputs
        if not names:
            what = self._view.tr("{name} has no input.") if self._wanted == "in" else self._view.tr("{name} has no output.")
            return what.format(name=name)
        if name == self._port.node and hit and hit[1] == self._side:
            return None
        return connection_fault(self._graph, self._scene.catalogue, *self._ends(Port(name, names[0])))

    def _draw_to(self, pointer: Pointer) -> None:
        fixed = self._scene.nodes[self._port.node].port_point(self._side, self._port.port)
        loose = pointer.scene
        if self._target is not None:
            loose = self._scene.nodes[self._target.node].port_point(self._wanted, self._target.port)
        self._wire.draw_between(*((fixed, loose) if self._side == "out" else (loose, fixed)), self._scene.project.flow)

    def _ends(self, other: Port) -> tuple[Port, Port]:
        return (self._port, other) if self._side == "out" else (other, self._port)

    def _emit(self, target: Port) -> None:
        source, sink = self._ends(target)
        if self._moved != Edge(source, sink) and Edge(source, sink) not in self._scene.edges:
            self._view.intents.edge_drawn.emit(source, sink, self._moved)
