"""Going from thing to thing by keys: along the wires, else to what lies nearest that way, frames and notes among it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene
    from flaxstudio.gui.canvas.view import GraphView


@dataclass(frozen=True, slots=True)
class Spot:
    """A thing that one can go to: a node, or a frame or note, which may have the same name."""

    name: str
    is_node: bool = True


def walk(view: "GraphView", dx: int, dy: int, is_added: bool = False) -> None:
    """Select the next thing that way, also or alone: along a wire to the side if there is one, else the nearest there."""
    scene = view.graph_scene
    nodes, items = scene.selected_nodes(), scene.beside.selected_items
    places = _places(scene)
    if not nodes and not items:
        spot = min(places, key=lambda spot: places[spot].toTuple(), default=None)
    else:
        spot = _neighbour(scene, Spot(nodes[-1]) if nodes else Spot(items[-1], is_node=False), places, dx, dy)
    if spot is not None:
        _go_to(view, spot, is_added)


def next_beside(view: "GraphView") -> None:
    """Select the next frame or note, in the order in which one reads: line by line."""
    scene = view.graph_scene
    middles = scene.beside.middles()
    names = sorted(middles, key=lambda name: (middles[name].y(), middles[name].x()))
    if not names:
        view.intents.spoken.emit(view.tr("There are no frames or notes."))
        return
    selected = [name for name in scene.beside.selected_items if name in names]
    after = names[(names.index(selected[-1]) + 1) % len(names)] if selected else names[0]
    _go_to(view, Spot(after, is_node=False))


def _go_to(view: "GraphView", spot: Spot, is_added: bool = False) -> None:
    scene = view.graph_scene
    kept = [Spot(name) for name in scene.selected_nodes()] if is_added else []
    kept += [Spot(name, is_node=False) for name in scene.beside.selected_items] if is_added else []
    chosen = [*(other for other in kept if other != spot), spot]
    scene.select([s.name for s in chosen if s.is_node], (), [s.name for s in chosen if not s.is_node])
    if spot.is_node:
        view.bring_into_sight(spot.name)
    else:
        view.bring_box_into_sight(scene.beside.box_of(spot.name))


def _places(scene: "GraphScene") -> dict[Spot, QPointF]:
    nodes = {Spot(name): item.box().center() for name, item in scene.nodes.items()}
    return nodes | {Spot(name, is_node=False): middle for name, middle in scene.beside.middles().items()}


def _neighbour(scene: "GraphScene", here: Spot, places: dict[Spot, QPointF], dx: int, dy: int) -> Spot | None:
    graph = scene.project.graph
    ahead = (dx if scene.project.flow == "right" else dy) if here.is_node else 0
    along = {Spot(edge.target.node) for edge in graph.edges_from(here.name)} if ahead > 0 else set()
    along = {Spot(edge.source.node) for edge in graph.edges_into(here.name)} if ahead < 0 else along
    others = [other for other in places if other != here and (not along or other in along)]
    distances = {other: _steps(places[other] - places[here], dx, dy) for other in others}
    wanted = {other: distance for other, distance in distances.items() if along or distance is not None}
    return min(wanted, key=lambda other: (wanted[other] is None, wanted[other] or 0.0), default=None)


def _steps(way: QPointF, dx: int, dy: int) -> float | None:
    """Return how far a node is if it lies that way, going astray counting double, else None."""
    forward, aside = way.x() * dx + way.y() * dy, abs(way.x() * dy) + abs(way.y() * dx)
    return forward + 2 * aside if forward > 0 and forward >= aside / 2 else None
