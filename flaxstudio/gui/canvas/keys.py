"""What keys do on the canvas: one table from key to act."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene
    from flaxstudio.gui.canvas.view import GraphView

ZOOM_STEP = 1.2

_Key = Qt.Key
_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


def act_of_key(view: "GraphView", event: QKeyEvent) -> bool:
    """Carry out what a key asks for; returns whether it asks for anything."""
    act = _acts(view).get((Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier))
    if act is not None:
        act()
    return act is not None


def _acts(view: "GraphView") -> dict[tuple[Qt.Key, Qt.KeyboardModifier], Callable[[], None]]:
    return {
        (_Key.Key_Tab, _NONE): view.open_search,
        (_Key.Key_A, _SHIFT): view.open_search,
        (_Key.Key_Delete, _NONE): lambda: _delete(view),
        (_Key.Key_Backspace, _NONE): lambda: _delete_or_leave(view),
        (_Key.Key_Return, _NONE): lambda: _open(view),
        (_Key.Key_Enter, _NONE): lambda: _open(view),
        (_Key.Key_Down, _CTRL): lambda: _open(view),
        (_Key.Key_Up, _CTRL): view.intents.leave_requested.emit,
        (_Key.Key_Up, _ALT): view.intents.leave_requested.emit,
        (_Key.Key_A, _CTRL): lambda: view.graph_scene.select(view.graph_scene.nodes, view.graph_scene.edges),
        (_Key.Key_F2, _NONE): lambda: _rename(view),
        (_Key.Key_Home, _NONE): lambda: view.fit(view.graph_scene.bounds()),
        (_Key.Key_F, _NONE): lambda: fit_selection(view),
        (_Key.Key_Period, _NONE): lambda: fit_selection(view),
        (_Key.Key_0, _CTRL): lambda: view.zoom_to(1.0, view.viewport().rect().center()),
        (_Key.Key_Plus, _NONE): lambda: view.zoom_to(view.zoom() * ZOOM_STEP, view.viewport().rect().center()),
        (_Key.Key_Minus, _NONE): lambda: view.zoom_to(view.zoom() / ZOOM_STEP, view.viewport().rect().center()),
        (_Key.Key_Left, _NONE): lambda: _walk(view, -1, 0),
        (_Key.Key_Right, _NONE): lambda: _walk(view, 1, 0),
        (_Key.Key_Up, _NONE): lambda: _walk(view, 0, -1),
        (_Key.Key_Down, _NONE): lambda: _walk(view, 0, 1),
    }


def fit_selection(view: "GraphView") -> None:
    """Show what is selected, or everything if nothing is."""
    view.fit(view.graph_scene.bounds(view.graph_scene.selected_nodes() or None))


def _delete(view: "GraphView") -> None:
    names, edges = view.graph_scene.selected_nodes(), view.graph_scene.selected_edges()
    if names or edges:
        view.intents.delete_requested.emit(names, edges)


def _delete_or_leave(view: "GraphView") -> None:
    if view.graph_scene.selected_nodes() or view.graph_scene.selected_edges():
        _delete(view)
    else:
        view.intents.leave_requested.emit()


def _open(view: "GraphView") -> None:
    names = view.graph_scene.selected_nodes()
    if len(names) == 1 and view.graph_scene.nodes[names[0]].content.can_be_opened:
        view.intents.open_requested.emit(names[0])


def _rename(view: "GraphView") -> None:
    if names := view.graph_scene.selected_nodes():
        view.intents.rename_requested.emit(names[-1])


def _walk(view: "GraphView", dx: int, dy: int) -> None:
    """Select the next node that way: along a wire to the side if there is one, else the nearest that lies there."""
    scene = view.graph_scene
    selected = scene.selected_nodes()
    name = (
        _neighbour(scene, selected[-1], dx, dy) if selected else min(scene.nodes, key=lambda n: _place(scene, n), default=None)
    )
    if name is not None:
        scene.select([name])
        box = scene.nodes[name].box()
        if not view.visible_box().contains(box):
            view.ensureVisible(box, 40, 40)
            view.view_moved.emit()


def _neighbour(scene: "GraphScene", name: str, dx: int, dy: int) -> str | None:
    graph = scene.project.graph
    ahead = dx if scene.project.flow == "right" else dy
    along = [edge.target.node for edge in graph.edges_from(name)] if ahead > 0 else []
    along = [edge.source.node for edge in graph.edges_into(name)] if ahead < 0 else along
    here = scene.nodes[name].box().center()
    others = [other for other in scene.nodes if other != name and (not along or other in along)]
    distances = {other: _steps(scene.nodes[other].box().center() - here, dx, dy) for other in others}
    wanted = {other: distance for other, distance in distances.items() if along or distance is not None}
    return min(wanted, key=lambda other: (wanted[other] is None, wanted[other] or 0.0), default=None)


def _steps(way: QPointF, dx: int, dy: int) -> float | None:
    """Return how far a node is if it lies that way, going astray counting double, else None."""
    forward, aside = way.x() * dx + way.y() * dy, abs(way.x() * dy) + abs(way.y() * dx)
    return forward + 2 * aside if forward > 0 and forward >= aside / 2 else None


def _place(scene: "GraphScene", name: str) -> tuple[float, float]:
    return scene.nodes[name].pos().toTuple()
