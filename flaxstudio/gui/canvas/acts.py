"""What the canvas does by itself, by the command's name; whatever changes the project goes out as an intent."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QSize

from flaxstudio.gui.canvas.selecting import selecting_acts

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene
    from flaxstudio.gui.canvas.view import GraphView
    from flaxstudio.gui.canvas.view_history import ViewHistory

ZOOM_STEP = 1.2


def acts_of(view: "GraphView", history: "ViewHistory") -> dict[str, Callable[[], None]]:
    """Return the canvas's own acts. Menus, keys and the command palette all come here."""
    return {
        "add": view.open_search,
        "pan": lambda: view.tool.choose("pan"),
        "cut_wires": lambda: view.tool.choose("cut_wires"),
        "select_box": lambda: view.tool.choose("select_box"),
        "delete": lambda: _delete(view),
        "rename": lambda: _rename(view),
        "open_block": lambda: _open(view),
        "leave_block": view.intents.leave_requested.emit,
        "select_all": lambda: _select_all(view),
        **selecting_acts(view.graph_scene),
        "escape": view.escape,
        "walk_left": lambda: _walk(view, -1, 0),
        "walk_right": lambda: _walk(view, 1, 0),
        "walk_up": lambda: _walk(view, 0, -1),
        "walk_down": lambda: _walk(view, 0, 1),
        "extend_left": lambda: _walk(view, -1, 0, is_added=True),
        "extend_right": lambda: _walk(view, 1, 0, is_added=True),
        "extend_up": lambda: _walk(view, 0, -1, is_added=True),
        "extend_down": lambda: _walk(view, 0, 1, is_added=True),
        "draw_wire": view.draw_wire,
        "move_wires": lambda: view.draw_wire(is_moved=True),
        "jump": view.jump,
        "tell": lambda: _tell(view),
        "fit": lambda: view.fit(view.graph_scene.bounds()),
        "fit_selection": lambda: fit_selection(view),
        "view_back": history.back,
        "view_forward": history.forward,
        "zoom_reset": lambda: view.zoom_to(1.0, view.viewport().rect().center()),
        "zoom_in": lambda: view.zoom_to(view.zoom() * ZOOM_STEP, view.viewport().rect().center()),
        "zoom_out": lambda: view.zoom_to(view.zoom() / ZOOM_STEP, view.viewport().rect().center()),
    }


def fit_selection(view: "GraphView") -> None:
    """Show what is selected, or everything if nothing is."""
    view.fit(view.graph_scene.bounds(view.graph_scene.selected_nodes() or None))


def _select_all(view: "GraphView") -> None:
    scene = view.graph_scene
    scene.select(scene.nodes, scene.edges, (*scene.beside.frames, *scene.beside.notes))


def _delete(view: "GraphView") -> None:
    names, edges = view.graph_scene.selected_nodes(), view.graph_scene.selected_edges()
    beside = view.graph_scene.beside
    if beside.selected:
        view.intents.things_deleted.emit(names, edges, beside.selected_items, beside.selected_dots)
    elif names or edges:
        view.intents.delete_requested.emit(names, edges)


def _open(view: "GraphView") -> None:
    names = view.graph_scene.selected_nodes()
    if len(names) == 1 and view.graph_scene.nodes[names[0]].content.can_be_opened:
        view.intents.open_requested.emit(names[0])


def _rename(view: "GraphView") -> None:
    names, items = view.graph_scene.selected_nodes(), view.graph_scene.beside.selected_items
    if items and not names:
        view.editor.edit(items[-1])
        return
    view.intents.rename_requested.emit(names[-1] if names else "")


def _tell(view: "GraphView") -> None:
    """Show the card of what was selected last, and say it."""
    scene = view.graph_scene
    names, edges = scene.selected_nodes(), scene.selected_edges()
    if not names and not edges:
        view.intents.spoken.emit(view.tr("Select a node or a wire first."))
        return
    if names:
        view.bring_into_sight(names[-1])
    box = scene.nodes[names[-1]].box() if names else scene.edges[edges[-1]].sceneBoundingRect()
    on_screen = view.mapFromScene(box).boundingRect() & view.viewport().rect()
    near = QRect(view.viewport().mapToGlobal(on_screen.topLeft()), on_screen.size() - QSize(on_screen.width() - 1, 0))
    view.intents.spoken.emit(view.hovering.hold(names[-1] if names else edges[-1], near))


def _walk(view: "GraphView", dx: int, dy: int, is_added: bool = False) -> None:
    """Select the next node that way, also or alone: along a wire to the side if there is one, else the nearest there."""
    scene = view.graph_scene
    selected = scene.selected_nodes()
    name = (
        _neighbour(scene, selected[-1], dx, dy) if selected else min(scene.nodes, key=lambda n: _place(scene, n), default=None)
    )
    if name is not None:
        kept = [other for other in selected if other != name] if is_added else []
        scene.select([*kept, name])
        view.bring_into_sight(name)


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
