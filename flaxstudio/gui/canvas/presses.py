"""Which gesture a press begins: decided by the button, the keys and what lies under the pointer."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.gui.canvas.beside_gestures import MoveThings, ResizeThing
from flaxstudio.gui.canvas.clicks import want_dot
from flaxstudio.gui.canvas.cut_gesture import CutWires
from flaxstudio.gui.canvas.duplicate_gesture import DuplicateNodes
from flaxstudio.gui.canvas.gestures import BoxSelect, Gesture, MoveNodes, Pan, Pointer
from flaxstudio.gui.canvas.port_painter import Side
from flaxstudio.gui.canvas.probes import main_output
from flaxstudio.gui.canvas.wire_gestures import DrawWire, MoveWires
from flaxstudio.project.annotations import DotOf

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene
    from flaxstudio.gui.canvas.view import GraphView

_ALT = Qt.KeyboardModifier.AltModifier
_ADD = Qt.KeyboardModifier.ShiftModifier
_TOGGLE = Qt.KeyboardModifier.ControlModifier
_PROBE = _ADD | _TOGGLE


def gesture_of_press(view: "GraphView", button: Qt.MouseButton, pointer: Pointer) -> Gesture | None:
    """Return the gesture that a press begins, or None where the press itself was all."""
    if button == Qt.MouseButton.MiddleButton:
        return Pan(view)
    if button == Qt.MouseButton.RightButton and pointer.keys & _TOGGLE:
        return CutWires(view)
    if button != Qt.MouseButton.LeftButton or _takes_probe(view, pointer):
        return None
    if view.tool.is_chosen:
        return view.tool.gesture()
    if view.has_ports() and (hit := view.graph_scene.port_at(pointer.scene, view.port_reach())):
        return _gesture_at_port(view, *hit, pointer)
    scene = view.graph_scene
    if name := scene.node_at(pointer.scene):
        if pointer.keys & _ALT:
            return DuplicateNodes(view, name)
        is_among = name in scene.selected_nodes() and not pointer.keys & (_ADD | _TOGGLE | _ALT)
        return MoveThings(view, None, name) if is_among and _takes_more(scene) else MoveNodes(view, name)
    beside = view.beside_at(pointer)
    if beside is not None and isinstance(beside.key, DotOf):
        return MoveThings(view, beside.key)
    if edge := view.edge_at(pointer):
        if pointer.keys & _ALT:
            want_dot(view, edge, pointer)
            return None
        _select_edge(view, edge, pointer)
        return None
    if beside is not None:
        return ResizeThing(view, str(beside.key), beside.grip) if beside.grip else MoveThings(view, beside.key)
    return BoxSelect(view)


def _takes_probe(view: "GraphView", pointer: Pointer) -> bool:
    """Pin or close a probe if that is what a press means: on a probe, or with Ctrl and Shift on something that gives values."""
    scene = view.graph_scene
    if hit := scene.probes.at(pointer.scene):
        if hit[1]:
            view.intents.probe_requested.emit(hit[0])
        return True
    if pointer.keys & _PROBE != _PROBE:
        return False
    port = _output_at(view, pointer)
    if port is not None:
        view.intents.probe_requested.emit(port)
    return port is not None


def _output_at(view: "GraphView", pointer: Pointer) -> Port | None:
    """Return the output whose values pass under the pointer: of a port, a node or a wire."""
    scene = view.graph_scene
    hit = scene.port_at(pointer.scene, view.port_reach()) if view.has_ports() else None
    if hit is not None:
        port, side = hit
        return (
            port
            if side == "out"
            else next((e.source for e in scene.project.graph.edges_into(port.node) if e.target == port), None)
        )
    if name := scene.node_at(pointer.scene):
        return main_output(scene, name)
    edge = view.edge_at(pointer)
    return edge.source if edge else None


def _takes_more(scene: "GraphScene") -> bool:
    """Return whether more than nodes moves with the selected nodes: frames, notes, dots on the wires between them."""
    chosen = frozenset(scene.selected_nodes())
    edges = scene.beside.routes
    return bool(scene.beside.selected) or any(e.source.node in chosen and e.target.node in chosen for e in edges)


def _gesture_at_port(view: "GraphView", port: Port, side: Side, pointer: Pointer) -> Gesture | None:
    edges = tuple(edge for edge in view.graph_scene.edges if port == (edge.source if side == "out" else edge.target))
    if pointer.keys & _ALT:
        if edges:
            view.intents.delete_requested.emit((), edges)
        return None
    if pointer.keys & _TOGGLE and edges:
        return MoveWires(view, port, side, edges)
    if side == "in" and edges:
        return DrawWire(view, edges[-1].source, "out", edges[-1])
    return DrawWire(view, port, side)


def _select_edge(view: "GraphView", edge: Edge, pointer: Pointer) -> None:
    scene, chosen = view.graph_scene, view.graph_scene.selected_edges()
    if pointer.keys & _TOGGLE and edge in chosen:
        scene.select(scene.selected_nodes(), [other for other in chosen if other != edge])
    elif pointer.keys & (_ADD | _TOGGLE):
        scene.select(scene.selected_nodes(), [*chosen, edge])
    else:
        scene.select([], [edge])
