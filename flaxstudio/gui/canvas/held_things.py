"""What moves together: all that is selected, and what lies in the selected frames."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from flaxstudio.project.annotations import Dot, DotOf
from flaxstudio.project.project import Position

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene


@dataclass(frozen=True, slots=True)
class HeldThings:
    """Where nodes, frames and notes (their upper left corners) and dots lie, in scene px."""

    nodes: Mapping[str, Position]
    corners: Mapping[str, Position]
    dots: Mapping[DotOf, Dot]

    def is_empty(self) -> bool:
        """Return whether there is nothing to move."""
        return not (self.nodes or self.corners or self.dots)

    def moved(self, dx: float, dy: float) -> "HeldThings":
        """Return them elsewhere."""
        return HeldThings(
            {name: (x + dx, y + dy) for name, (x, y) in self.nodes.items()},
            {name: (x + dx, y + dy) for name, (x, y) in self.corners.items()},
            {dot: (x + dx, y + dy) for dot, (x, y) in self.dots.items()},
        )


def held_things(scene: "GraphScene", is_alone: bool = False) -> HeldThings:
    """Return what is selected, what lies in the selected frames unless they move alone, and the dots between all that."""
    beside = scene.beside
    names, items = dict.fromkeys(scene.selected_nodes()), dict.fromkeys(beside.selected_items)
    for name in beside.selected_items:
        if name in beside.frames and not is_alone:
            names |= dict.fromkeys(nodes_in_frame(scene, name))
            items |= dict.fromkeys(beside.items_in(name))
    dots = dict.fromkeys(beside.selected_dots)
    dots |= {dot: None for dot in beside.dots if dot.edge.source.node in names and dot.edge.target.node in names}
    return HeldThings(
        {name: _home(scene, name).toTuple() for name in names},
        {name: beside.box_of(name).topLeft().toTuple() for name in items},
        {dot: beside.dots[dot].pos().toTuple() for dot in dots},
    )


def nodes_in_frame(scene: "GraphScene", frame: str) -> tuple[str, ...]:
    """Return the nodes that belong to a frame: those with their middle in it."""
    box = scene.beside.frames[frame].box()
    return tuple(n for n, item in scene.nodes.items() if box.contains(_home(scene, n) + item.box().center() - item.pos()))


def whole_frames(scene: "GraphScene", names: Iterable[str]) -> tuple[str, ...]:
    """Return the frames all of whose nodes are among these, with the frames and notes that lie in them."""
    chosen, found = frozenset(names), dict[str, None]()
    for frame in scene.beside.frames:
        inside = nodes_in_frame(scene, frame)
        if inside and chosen.issuperset(inside):
            found |= dict.fromkeys((frame, *scene.beside.items_in(frame)))
    return tuple(found)


def _home(scene: "GraphScene", name: str) -> QPointF:
    """Return where a node belongs, even while it still glides there."""
    return QPointF(*scene.project.positions.get(name, (0.0, 0.0)))
