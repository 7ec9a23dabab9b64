"""Where the loose end of dragged wires may go: which ports stay lit, which one is near, and why not elsewhere."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from flaxstudio.graph.graph import Graph, Port
from flaxstudio.graph.order import downstream, upstream
from flaxstudio.graph.shape import Shape
from flaxstudio.gui.canvas.fitting import misfit
from flaxstudio.gui.canvas.gestures import Pointer
from flaxstudio.gui.canvas.port_painter import Key, Side
from flaxstudio.project.edits import connection_fault

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

REACH = 28
"""How near, in px on the screen, the pointer must come to a port for a wire to snap to it."""
_CELL = 64.0


class WireTargets:
    """The ports of one side that wires from some fixed ports may be joined to. `graph` is without the wires being dragged."""

    def __init__(self, view: "GraphView", graph: Graph, fixed: Sequence[Port], wanted: Side) -> None:
        self._view = view
        self._scene = view.graph_scene
        self._graph = graph
        self._fixed = tuple(fixed)
        self._wanted = wanted
        names = [port.node for port in fixed]
        self._blocked = upstream(graph, names) if wanted == "in" else downstream(graph, names)
        self._near: dict[tuple[int, int], list[tuple[QPointF, Port]]] = {}
        self._warnings: dict[Port, str] = {}

    def show(self, kept: frozenset[Port] = frozenset()) -> None:
        """Fade what cannot be joined; the ports in `kept` stay lit on their own side."""
        taken = {edge.target: edge.source.node for edge in self._graph.edges} if self._wanted == "in" else {}
        for name, item in self._scene.nodes.items():
            faded = {(side, port) for side, port in self._ports(name) if side != self._wanted}
            ready: set[Key] = set()
            for port in (Port(name, key[1]) for key in self._ports(name) if key[0] == self._wanted):
                if name in self._blocked or not self._has_room(port):
                    faded.add((self._wanted, port.port))
                    continue
                if warning := self._warning(port):
                    self._warnings[port] = warning
                    faded.add((self._wanted, port.port))
                else:
                    ready.add((self._wanted, port.port))
                if not warning and port in taken and not self._is_variadic(port):
                    self._warnings[port] = self._view.tr("This takes the place of the wire from {0}.").format(taken[port])
                at = item.port_point(self._wanted, port.port)
                self._near.setdefault(_cell(at), []).append((at, port))
            other: Side = "out" if self._wanted == "in" else "in"
            lit = {(other, port.port) for port in kept if port.node == name}
            item.show_state(faded=frozenset(faded - lit), ready=frozenset(ready))

    def hide(self) -> None:
        """Let everything look as before."""
        self._scene.swell(None)
        for item in self._scene.nodes.values():
            item.show_state(faded=frozenset(), ready=frozenset())
        self._view.tip.hide()

    def seek(self, pointer: Pointer) -> Port | None:
        """Return the port to snap to, the nearest allowed one or one of the node under the pointer, and tell of it."""
        reach = REACH / self._view.zoom()
        target = self._nearest(pointer.scene, reach)
        under = self._scene.node_at(pointer.scene)
        if target is None and under is not None and under not in self._blocked:
            target = self._first_free(under)
        self._scene.swell((target, self._wanted) if target else None)
        tip = self._warnings.get(target, "") if target else self._fault_near(pointer.scene, reach)
        self._view.show_tip(tip, pointer.view)
        return target

    def _ports(self, name: str) -> list[Key]:
        content = self._scene.nodes[name].content
        return [*(("in", port) for port in content.inputs), *(("out", port) for port in content.outputs)]

    def _nearest(self, point: QPointF, reach: float) -> Port | None:
        steps = int(reach // _CELL) + 1
        column, row = _cell(point)
        cells = ((column + i, row + j) for i in range(-steps, steps + 1) for j in range(-steps, steps + 1))
        near = [((at - point).manhattanLength(), port) for cell in cells for at, port in self._near.get(cell, ())]
        near = [pair for pair in near if pair[0] <= reach]
        return min(near)[1] if near else None

    def _first_free(self, name: str) -> Port | None:
        ports = [port for places in self._near.values() for _, port in places if port.node == name]
        order = [port for side, port in self._ports(name) if side == self._wanted]
        ports.sort(key=lambda port: (port in self._warnings, order.index(port.port)))
        return ports[0] if ports else None

    def _fault_near(self, point: QPointF, reach: float) -> str:
        """Return why the node under the pointer cannot be joined."""
        hit = self._scene.port_at(point, reach)
        name = hit[0].node if hit else self._scene.node_at(point)
        own = {port.node for port in self._fixed}
        if name is None or (name in own and not (hit and hit[1] == self._wanted)):
            return ""
        names = [port for side, port in self._ports(name) if side == self._wanted]
        if not names:
            what = self._view.tr("{name} has no input.") if self._wanted == "in" else self._view.tr("{name} has no output.")
            return what.format(name=name)
        port = Port(name, hit[0].port if hit and hit[1] == self._wanted else names[0])
        faults = (connection_fault(self._graph, self._scene.catalogue, *self._ends(fixed, port)) for fixed in self._fixed)
        fault = next((fault for fault in faults if fault), "")
        if not fault and not self._has_room(port):
            return self._view.tr("The input “{0}” of {1} takes one wire.").format(port.port, name)
        return fault

    def _ends(self, fixed: Port, port: Port) -> tuple[Port, Port]:
        return (fixed, port) if self._wanted == "in" else (port, fixed)

    def _has_room(self, port: Port) -> bool:
        return self._wanted == "out" or len(self._fixed) == 1 or self._is_variadic(port)

    def _is_variadic(self, port: Port) -> bool:
        spec = self._scene.nodes[port.node].content.spec
        found = spec.input(port.port) if spec else None
        return found is not None and found.is_variadic

    def _warning(self, port: Port) -> str:
        """Return why the shape would not fit there, though the wire may be drawn."""
        for fixed in self._fixed:
            source, target = self._ends(fixed, port)
            spec = self._scene.nodes[target.node].content.spec
            found = spec.input(target.port) if spec else None
            shown = self._scene.shown(target.node)
            if spec and found and shown and (text := misfit(spec, shown[0], found, self._shape(source))):
                return self._view.tr("{0} It can be drawn all the same.").format(text)
        return ""

    def _shape(self, port: Port) -> Shape | None:
        known = self._scene.shapes.nodes.get(port.node)
        return known.at(port.port) if known else None


def _cell(point: QPointF) -> tuple[int, int]:
    return int(point.x() // _CELL), int(point.y() // _CELL)
