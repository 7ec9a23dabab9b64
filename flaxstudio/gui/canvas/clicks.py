"""What a double click and a click of the right button ask for, by what lies under the pointer."""

from typing import TYPE_CHECKING

from flaxstudio.graph.graph import Edge
from flaxstudio.gui.canvas.gestures import Pointer
from flaxstudio.gui.canvas.snapping import snapped
from flaxstudio.project.annotations import DotOf

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView


def double_click(view: "GraphView", pointer: Pointer) -> bool:
    """Search where nothing is, open what can be opened, write on titles and notes, put a dot on a wire or take it away.

    Returns whether it was any of these.
    """
    scene = view.graph_scene
    if scene.port_at(pointer.scene, view.port_reach()):
        return False
    if name := scene.node_at(pointer.scene):
        return _double_click_node(view, name, pointer)
    hit = view.beside_at(pointer)
    if hit is not None and isinstance(hit.key, DotOf):
        view.intents.dots_unwanted.emit((hit.key,))
    elif edge := view.edge_at(pointer):
        want_dot(view, edge, pointer)
    elif hit is not None and not hit.grip:
        view.editor.edit(str(hit.key))
    else:
        view.open_search_at(pointer)
    return True


def _double_click_node(view: "GraphView", name: str, pointer: Pointer) -> bool:
    item = view.graph_scene.nodes[name]
    if item.content.can_be_opened:
        view.intents.open_requested.emit(name)
    elif item.title_box().contains(pointer.scene):
        view.intents.rename_requested.emit(name)
    else:
        return False
    return True


def open_menu_at(view: "GraphView", pointer: Pointer) -> None:
    """Ask for the menu of what lies at a point, or for the search where nothing does."""
    scene = view.graph_scene
    name, edge = scene.node_at(pointer.scene), view.edge_at(pointer)
    hit = view.beside_at(pointer) if name is None else None
    if name is None and edge is None and hit is None:
        view.open_search_at(pointer)
        return
    if name is not None and name not in scene.selected_nodes():
        scene.select([name])
    elif hit is not None and (edge is None or isinstance(hit.key, DotOf)):
        if hit.key not in scene.beside.selected:
            scene.select([], [], [hit.key])
    elif name is None and edge is not None:
        scene.select([], [edge])
    view.intents.menu_requested.emit(view.viewport().mapToGlobal(pointer.view))


def want_dot(view: "GraphView", edge: Edge, pointer: Pointer) -> None:
    """Ask for a dot where the pointer is on a wire."""
    number = view.graph_scene.edges[edge].piece_at(pointer.scene)
    view.intents.dot_wanted.emit(edge, number, (snapped(pointer.scene.x()), snapped(pointer.scene.y())))
