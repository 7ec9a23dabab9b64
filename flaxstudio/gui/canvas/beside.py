"""What lies beside the graph, on display: one item a frame, a note, a dot; which of them are selected, and what is hit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsEllipseItem, QGraphicsItem, QGraphicsScene

from flaxstudio.graph.graph import Edge
from flaxstudio.gui.canvas.frame_item import FrameItem
from flaxstudio.gui.canvas.note_item import NoteItem
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.annotations import Annotations, DotOf

Key = str | DotOf
"""The name of a frame or note, or a dot."""

Grip = frozenset[Literal["left", "top", "right", "bottom"]]
"""The edges that a press at the border takes hold of; none of them inside."""

_RADIUS = 5.0


@dataclass(frozen=True, slots=True)
class Hit:
    """What of a thing lies under the pointer: its border, or what it is moved by."""

    key: Key
    grip: Grip = frozenset()


class Beside:
    """Keeps the items and changes only what a new value changes. Frames stay in sight when nodes are mere blocks."""

    def __init__(self, scene: QGraphicsScene, layer: QGraphicsItem, tokens: Tokens) -> None:
        self._scene = scene
        self._layer = layer
        self._tokens = tokens
        self.frames: dict[str, FrameItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self.dots: dict[DotOf, QGraphicsEllipseItem] = {}
        self.routes: dict[Edge, list[QPointF]] = {}
        self._selected: dict[Key, None] = {}
        self._shown = Annotations()

    def display(self, annotations: Annotations) -> frozenset[Edge]:
        """Show other annotations; returns the wires whose dots are others now."""
        if annotations is self._shown:
            return frozenset()
        self._show_frames(annotations)
        self._show_notes(annotations)
        before, after = dict(self._dotted()), {route.edge: route.dots for route in annotations.routes}
        self._shown = annotations
        changed = frozenset(edge for edge in (*before, *after) if before.get(edge) != after.get(edge))
        for edge in changed:
            self._show_route(edge, [QPointF(*dot) for dot in after.get(edge, ())])
        self._selected = {key: None for key in self._selected if key in self._keys()}
        return changed

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        for item in self._items().values():
            item.set_tokens(tokens)
        for dot in self.dots:
            self._repen(dot)

    # The selection

    @property
    def selected(self) -> tuple[Key, ...]:
        """What is selected, in the order in which it was chosen."""
        return tuple(self._selected)

    @property
    def selected_items(self) -> tuple[str, ...]:
        """The names of the selected frames and notes."""
        return tuple(key for key in self._selected if isinstance(key, str))

    @property
    def selected_dots(self) -> tuple[DotOf, ...]:
        """The selected dots."""
        return tuple(key for key in self._selected if isinstance(key, DotOf))

    def select(self, keys: Iterable[Key]) -> bool:
        """Select these and nothing else; returns whether that is something new."""
        chosen = {key: None for key in keys if key in self._keys()}
        if chosen.keys() == self._selected.keys():
            return False
        before, self._selected = self._selected, chosen
        for key in (*before, *chosen):
            self._show_selected(key)
        return True

    # Where things are

    def hit(self, point: QPointF, reach: float) -> Hit | None:
        """Return what a press at a point takes: a dot, a note, a frame by its title, or either by its border."""
        near = [(self._distance(item, point), dot) for dot, item in self.dots.items()]
        if near and min(near)[0] <= _RADIUS + reach:
            return Hit(min(near)[1])
        for name, note in reversed(self.notes.items()):
            if grip := grip_at(note.box(), point, reach):
                return Hit(name, grip)
            if note.box().contains(point):
                return Hit(name)
        for name, frame in reversed(self.frames.items()):
            if grip := grip_at(frame.box(), point, reach):
                return Hit(name, grip)
            if frame.title_box().contains(point):
                return Hit(name)
        return None

    def item(self, name: str) -> FrameItem | NoteItem:
        """Return the item of a frame or note."""
        return self.frames[name] if name in self.frames else self.notes[name]

    def box_of(self, key: Key) -> QRectF:
        """Return where something is, in scene px."""
        if isinstance(key, DotOf):
            return self.dots[key].sceneBoundingRect()
        return self.item(key).box()

    def middles(self) -> dict[str, QPointF]:
        """Return where frames and notes are for somebody who goes from one to the next: a frame is where its title is."""
        titles = {name: frame.title_box().center() for name, frame in self.frames.items()}
        return titles | {name: note.box().center() for name, note in self.notes.items()}

    def keys_in(self, box: QRectF) -> tuple[Key, ...]:
        """Return what a box takes: notes and dots that it touches, frames that lie in it whole."""
        frames = (name for name, item in self.frames.items() if box.contains(item.box()))
        notes = (name for name, item in self.notes.items() if box.intersects(item.box()))
        dots = (dot for dot, item in self.dots.items() if box.contains(item.sceneBoundingRect().center()))
        return (*frames, *notes, *dots)

    def items_in(self, frame: str) -> tuple[str, ...]:
        """Return the frames and notes that belong to a frame: those with their middle in it, and smaller."""
        box = self.frames[frame].box()
        others = ((name, item.box()) for name, item in self._items().items() if name != frame)
        size = box.width() * box.height()
        return tuple(n for n, other in others if box.contains(other.center()) and other.width() * other.height() < size)

    def put(self, corners: Mapping[str, QPointF], dots: Mapping[DotOf, QPointF]) -> frozenset[Edge]:
        """Put things elsewhere for now, while they are dragged; returns the wires that run differently."""
        for name, corner in corners.items():
            self.item(name).put(QRectF(corner, self.item(name).box().size()))
        for dot, center in dots.items():
            self.routes[dot.edge][dot.number] = center
            self.dots[dot].setPos(center)
        return frozenset(dot.edge for dot in dots)

    def bounds(self) -> QRectF:
        """Return the box round all frames and notes."""
        whole = QRectF()
        for item in self._items().values():
            whole = whole.united(item.box())
        return whole

    def outlines(self) -> tuple[tuple[QRectF, QColor], ...]:
        """Return the frames' boxes and colours: what of them is seen from far away."""
        colors = self._tokens.marks
        return tuple((f.box(), QColor(colors.get(f.frame.color, self._tokens.secondary))) for f in self.frames.values())

    # Steps

    def _items(self) -> dict[str, FrameItem | NoteItem]:
        return {**self.frames, **self.notes}

    def _keys(self) -> frozenset[Key]:
        return frozenset((*self.frames, *self.notes, *self.dots))

    def _dotted(self) -> Iterable[tuple[Edge, tuple[tuple[float, float], ...]]]:
        return ((route.edge, route.dots) for route in self._shown.routes)

    def _show_frames(self, annotations: Annotations) -> None:
        wanted = {frame.name: frame for frame in annotations.frames}
        for name in [name for name in self.frames if name not in wanted]:
            self._scene.removeItem(self.frames.pop(name))
        for name, frame in wanted.items():
            if name not in self.frames:
                self.frames[name] = FrameItem(frame, self._tokens)
                self._scene.addItem(self.frames[name])
            elif self.frames[name].frame is not frame:
                self.frames[name].show_frame(frame)
            else:
                self.frames[name].put(QRectF(*frame.box))
        self.frames = {name: self.frames[name] for name in wanted}
        for number, item in enumerate(self.frames.values()):
            item.setZValue(-2 + number * 1e-5)

    def _show_notes(self, annotations: Annotations) -> None:
        wanted = {note.name: note for note in annotations.notes}
        for name in [name for name in self.notes if name not in wanted]:
            self._scene.removeItem(self.notes.pop(name))
        for name, note in wanted.items():
            if name not in self.notes:
                self.notes[name] = NoteItem(note, self._tokens, self._layer)
            elif self.notes[name].note != note:
                self.notes[name].show_note(note)
            else:
                self.notes[name].put(QRectF(*note.box))

    def _show_route(self, edge: Edge, points: list[QPointF]) -> None:
        for dot in [dot for dot in self.dots if dot.edge == edge and dot.number >= len(points)]:
            self._scene.removeItem(self.dots.pop(dot))
        if points:
            self.routes[edge] = points
        else:
            self.routes.pop(edge, None)
        for number, point in enumerate(points):
            dot = DotOf(edge, number)
            if dot not in self.dots:
                self.dots[dot] = item = QGraphicsEllipseItem(-_RADIUS, -_RADIUS, 2 * _RADIUS, 2 * _RADIUS, self._layer)
                item.setZValue(0.7)
                self._repen(dot)
            self.dots[dot].setPos(point)

    def _show_selected(self, key: Key) -> None:
        if isinstance(key, DotOf):
            if key in self.dots:
                self._repen(key)
        elif key in self.frames or key in self.notes:
            self.item(key).show_selected(key in self._selected)

    def _repen(self, dot: DotOf) -> None:
        is_selected = dot in self._selected
        color = QColor(self._tokens.accent if is_selected else self._tokens.secondary)
        self.dots[dot].setPen(QPen(color, 2.0))
        self.dots[dot].setBrush(color if is_selected else QColor(self._tokens.panel))

    def _distance(self, item: QGraphicsItem, point: QPointF) -> float:
        way = item.pos() - point
        return float(abs(way.x()) + abs(way.y()))


def grip_at(box: QRectF, point: QPointF, reach: float) -> Grip:
    """Return which edges of a box a press near its border takes."""
    if not box.adjusted(-reach, -reach, reach, reach).contains(point):
        return frozenset()
    edges: dict[Literal["left", "top", "right", "bottom"], float] = {
        "left": abs(point.x() - box.left()),
        "top": abs(point.y() - box.top()),
        "right": abs(point.x() - box.right()),
        "bottom": abs(point.y() - box.bottom()),
    }
    return frozenset(edge for edge, far in edges.items() if far <= reach)


def cursor_of(hit: Hit) -> Qt.CursorShape:
    """Return the pointer's look over something: what pulling there does."""
    match sorted(hit.grip):
        case ["left"] | ["right"]:
            return Qt.CursorShape.SizeHorCursor
        case ["bottom"] | ["top"]:
            return Qt.CursorShape.SizeVerCursor
        case ["left", "top"] | ["bottom", "right"]:
            return Qt.CursorShape.SizeFDiagCursor
        case ["right", "top"] | ["bottom", "left"]:
            return Qt.CursorShape.SizeBDiagCursor
    return Qt.CursorShape.SizeAllCursor
