"""Drawing and moving wires: dashed from a port to the pointer, they snap to ports that they may join."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.gui.canvas.edge_item import LooseWire
from flaxstudio.gui.canvas.gestures import Pointer
from flaxstudio.gui.canvas.port_painter import Side
from flaxstudio.gui.canvas.wire_targets import WireTargets
from flaxstudio.gui.families import family_color

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView


class _LooseWires:
    """Wires of which one end follows the pointer; `fixed` are the ports at the other. `moved` are taken off meanwhile."""

    def __init__(self, view: "GraphView", fixed: Sequence[Port], side: Side, moved: Sequence[Edge]) -> None:
        self._view = view
        self._scene = view.graph_scene
        self._fixed = tuple(fixed)
        self._side = side
        self._wanted: Side = "in" if side == "out" else "out"
        self._moved = tuple(moved)
        self._graph = graph = self._scene.project.graph
        self._targets = WireTargets(view, graph.without_edges(frozenset(moved)), fixed, self._wanted)
        self._wires = [LooseWire(self._color(port)) for port in fixed]
        self._start: Pointer | None = None
        self._target: Port | None = None
        self._is_drawing = False

    def start(self, pointer: Pointer) -> None:
        self._start = pointer

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        if self._scene.project.graph != self._graph:  # undone meanwhile, say: what is dragged is of another graph
            self.cancel()
            self._start = None
            return
        if not self._is_drawing and pointer.is_far_from(self._start):
            self._begin()
        if self._is_drawing:
            self._target = self._targets.seek(pointer)
            self._draw_to(pointer)

    def finish(self, pointer: Pointer) -> None:
        self.move(pointer)
        target, is_drawing = self._target, self._is_drawing
        is_over_node = self._scene.node_at(pointer.scene) is not None
        self.cancel()
        if not is_drawing or self._start is None:
            return
        if target is not None:
            self._join(target)
        elif not is_over_node:
            self._drop(pointer)

    def cancel(self) -> None:
        if self._is_drawing:
            for wire in self._wires:
                self._scene.removeItem(wire)
        self._targets.hide()
        for edge in self._moved:
            if edge in self._scene.edges:
                self._scene.edges[edge].show()
        self._is_drawing = False

    def _join(self, target: Port) -> None:
        """Ask for the wires at a port."""
        raise NotImplementedError

    def _drop(self, pointer: Pointer) -> None:
        """Ask for what becomes of wires that were dropped on nothing."""
        raise NotImplementedError

    def _begin(self) -> None:
        self._is_drawing = True
        for wire in self._wires:
            self._scene.addItem(wire)
        for edge in self._moved:
            if edge in self._scene.edges:
                self._scene.edges[edge].hide()
        self._targets.show(frozenset(self._fixed))

    def _draw_to(self, pointer: Pointer) -> None:
        loose = pointer.scene
        if self._target is not None:
            loose = self._scene.nodes[self._target.node].port_point(self._wanted, self._target.port)
        for port, wire in zip(self._fixed, self._wires, strict=True):
            end = self._scene.nodes[port.node].port_point(self._side, port.port)
            wire.draw_between(*((end, loose) if self._side == "out" else (loose, end)), self._scene.project.flow)

    def _color(self, port: Port) -> QColor:
        return family_color(self._scene.nodes[port.node].content.spec, self._scene.tokens)


class DrawWire(_LooseWires):
    """Draws a wire from `port` on; `moved` is the edge taken off its input, if any."""

    def __init__(self, view: "GraphView", port: Port, side: Side, moved: Edge | None = None) -> None:
        super().__init__(view, (port,), side, (moved,) if moved else ())

    def _join(self, target: Port) -> None:
        source, sink = (self._fixed[0], target) if self._side == "out" else (target, self._fixed[0])
        moved = self._moved[0] if self._moved else None
        if moved != Edge(source, sink) and Edge(source, sink) not in self._scene.edges:
            self._view.intents.edge_drawn.emit(source, sink, moved)

    def _drop(self, pointer: Pointer) -> None:
        if self._moved:
            self._view.intents.delete_requested.emit((), self._moved)
        else:
            self._view.open_search_at(pointer, self._fixed[0], self._side)


class MoveWires(_LooseWires):
    """Takes all wires of a port to another of the same side."""

    def __init__(self, view: "GraphView", port: Port, side: Side, edges: Sequence[Edge]) -> None:
        self._port = port
        fixed = tuple(edge.target if side == "out" else edge.source for edge in edges)
        super().__init__(view, fixed, "in" if side == "out" else "out", edges)

    def _join(self, target: Port) -> None:
        if target != self._port:
            self._view.intents.wires_moved.emit(self._moved, self._wanted, target)

    def _drop(self, pointer: Pointer) -> None:  # noqa: ARG002 - wherever that is
        self._view.intents.wires_cut.emit(self._moved)
