"""What the canvas does by itself, by the command's name; whatever changes the project goes out as an intent."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize

from flaxstudio.gui.canvas.selecting import selecting_acts
from flaxstudio.gui.canvas.walking import next_beside, walk

if TYPE_CHECKING:
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
        "walk_left": lambda: walk(view, -1, 0),
        "walk_right": lambda: walk(view, 1, 0),
        "walk_up": lambda: walk(view, 0, -1),
        "walk_down": lambda: walk(view, 0, 1),
        "extend_left": lambda: walk(view, -1, 0, is_added=True),
        "extend_right": lambda: walk(view, 1, 0, is_added=True),
        "extend_up": lambda: walk(view, 0, -1, is_added=True),
        "extend_down": lambda: walk(view, 0, 1, is_added=True),
        "next_beside": lambda: next_beside(view),
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
    scene, box = view.graph_scene, QRectF()
    if names := scene.selected_nodes():
        box = scene.bounds(names)
    for key in scene.beside.selected:
        box = box.united(scene.beside.box_of(key))
    view.fit(box if not box.isEmpty() else scene.bounds())


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
