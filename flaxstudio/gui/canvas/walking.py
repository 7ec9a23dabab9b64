"""Going from thing to thing by keys: along the wires, else to what lies nearest that way, frames and notes among it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene
    from flaxstudio.gui.canvas.view import GraphView


def walk(view: "GraphView", dx: int, dy: int, is_added: bool = False) -> None:
    """Select the next thing that way, also or alone: along a wire to the side if there is one, else the nearest there."""
    scene = view.graph_scene
    nodes, items = scene.selected_nodes(), scene.beside.selected_items
    places = _places(scene)
    here = items[-1] if items and not nodes else nodes[-1] if nodes else None
    if here is None:
        name = min(places, key=lambda name: places[name].toTuple(), default=None)
    else:
        name = _neighbour(scene, here, places, dx, dy)
    if name is not None:
        _go_to(view, name, is_added)


def next_beside(view: "GraphView") -> None:
    """Select the next frame or note, in the order in which one reads: line by line."""
    scene = view.graph_scene
    middles = scene.beside.middles()
    names = sorted(middles, key=lambda name: (middles[name].y(), middles[name].x()))
    if not names:
        view.intents.spoken.emit(view.tr("There are no frames or notes."))
        return
    selected = [name for name in scene.beside.selected_items if name in names]
    _go_to(view, names[(names.index(selected[-1]) + 1) % len(names)] if selected else names[0])


def _go_to(view: "GraphView", name: str, is_added: bool = False) -> None:
    scene = view.graph_scene
    kept = [other for other in scene.selected_nodes() if other != name] if is_added else []
    keys = [other for other in scene.beside.selected_items if other != name] if is_added else []
    if name in scene.nodes:
        scene.select([*kept, name], (), keys)
        view.bring_into_sight(name)
    else:
        scene.select(kept, (), [*keys, name])
        view.bring_box_into_sight(scene.beside.box_of(name))


def _places(scene: "GraphScene") -> dict[str, QPointF]:
    return {**{name: item.box().center() for name, item in scene.nodes.items()}, **scene.beside.middles()}


def _neighbour(scene: "GraphScene", name: str, places: dict[str, QPointF], dx: int, dy: int) -> str | None:
    graph = scene.project.graph
    ahead = dx if scene.project.flow == "right" else dy
    along = [edge.target.node for edge in graph.edges_from(name)] if ahead > 0 else []
    along = [edge.source.node for edge in graph.edges_into(name)] if ahead < 0 else along
    others = [other for other in places if other != name and (not along or other in along)]
    distances = {other: _steps(places[other] - places[name], dx, dy) for other in others}
    wanted = {other: distance for other, distance in distances.items() if along or distance is not None}
    return min(wanted, key=lambda other: (wanted[other] is None, wanted[other] or 0.0), default=None)


def _steps(way: QPointF, dx: int, dy: int) -> float | None:
    """Return how far a node is if it lies that way, going astray counting double, else None."""
    forward, aside = way.x() * dx + way.y() * dy, abs(way.x() * dy) + abs(way.y() * dx)
    return forward + 2 * aside if forward > 0 and forward >= aside / 2 else None
