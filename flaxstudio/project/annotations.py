"""What lies beside a graph on its canvas: frames, notes, dots on wires, and how single nodes look. None of it is computed."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from flaxstudio.graph.graph import Edge, Graph, Port

Dot = tuple[float, float]
"""Where a dot's centre is, in scene px."""
Box = tuple[float, float, float, float]
"""Left, top, width and height in scene px."""

Color = Literal["", "red", "orange", "yellow", "green", "teal", "blue", "violet", "grey"]
"""A name out of the palette; each theme has its own shade of it. "" is no colour."""
COLORS: tuple[Color, ...] = tuple(color for color in get_args(Color) if color)

LEAST_WIDTH, LEAST_HEIGHT = 80.0, 40.0
MAX_TEXT = 20_000
MAX_DOTS = 200


@dataclass(frozen=True, slots=True)
class Frame:
    """A titled box behind nodes. What lies in it belongs to it: moving the frame moves that too."""

    name: str
    title: str
    box: Box
    color: Color = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A text in Markdown."""

    name: str
    text: str
    box: Box
    color: Color = "yellow"


@dataclass(frozen=True, slots=True)
class Route:
    """The dots that a wire runs through, from its source on."""

    edge: Edge
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """How a node is drawn: its colour, whether only its title is seen, whether optional ports without a wire are hidden."""

    color: Color = ""
    is_collapsed: bool = False
    hides_ports: bool = False


@dataclass(frozen=True, slots=True)
class Annotations:
    """All that lies beside one graph. Frames and notes have names of their own; later ones lie on top."""

    frames: tuple[Frame, ...] = ()
    notes: tuple[Note, ...] = ()
    routes: tuple[Route, ...] = ()
    looks: Mapping[str, Look] = field(default_factory=dict, hash=False)

    def frame(self, name: str) -> Frame | None:
        """Return the frame of that name, if any."""
        return next((frame for frame in self.frames if frame.name == name), None)

    def note(self, name: str) -> Note | None:
        """Return the note of that name, if any."""
        return next((note for note in self.notes if note.name == name), None)

    def names(self) -> frozenset[str]:
        """Return the names of all frames and notes."""
        return frozenset(frame.name for frame in self.frames) | frozenset(note.name for note in self.notes)

    def dots_of(self, edge: Edge) -> tuple[Dot, ...]:
        """Return the dots that a wire runs through."""
        return next((route.dots for route in self.routes if route.edge == edge), ())

    def look(self, node: str) -> Look:
        """Return how a node is drawn."""
        return self.looks.get(node, Look())


def fault_of_annotations(annotations: Annotations, graph: Graph) -> str | None:
    """Return what is wrong with annotations of a graph that come from a file, or None."""
    return next(_faults(annotations, graph), None)


def _faults(annotations: Annotations, graph: Graph) -> Iterator[str]:
    items: tuple[Frame | Note, ...] = (*annotations.frames, *annotations.notes)
    if len(annotations.names()) < len(items):
        yield "two frames or notes have the same name"
    for item in items:
        text = item.title if isinstance(item, Frame) else item.text
        if len(text) > MAX_TEXT or not item.name or len(item.name) > 64:
            yield "the text of a frame or note is too long"
        if not all(map(math.isfinite, item.box)) or item.box[2] <= 0 or item.box[3] <= 0:
            yield "a frame or note has no size or place"
    edges = frozenset(graph.edges)
    if len({route.edge for route in annotations.routes}) < len(annotations.routes):
        yield "a wire has its dots twice"
    for route in annotations.routes:
        if route.edge not in edges or not 0 < len(route.dots) <= MAX_DOTS:
            yield "dots lie on a wire that is not there"
        if not all(math.isfinite(value) for dot in route.dots for value in dot):
            yield "a dot's position is not a number"
    if stray := frozenset(annotations.looks) - frozenset(graph.names()):
        yield f"a look belongs to {min(stray)[:80]!r}, a node that is not there"


def with_node_renamed(annotations: Annotations, old: str, new: str) -> Annotations:
    """Return the annotations with a node's look and the dots on its wires under its new name."""

    def renamed(port: Port) -> Port:
        return replace(port, node=new) if port.node == old else port

    routes = tuple(replace(r, edge=Edge(renamed(r.edge.source), renamed(r.edge.target))) for r in annotations.routes)
    looks = {new if name == old else name: look for name, look in annotations.looks.items()}
    return replace(annotations, routes=routes, looks=looks)


def settled(annotations: Annotations, graph: Graph) -> Annotations:
    """Return the annotations without those of nodes and wires that are no longer in the graph; themselves if all are."""
    routes, looks = annotations.routes, annotations.looks
    if routes:
        edges = frozenset(graph.edges)
        routes = tuple(route for route in routes if route.edge in edges)
    if looks:
        names = frozenset(graph.names())
        looks = {name: look for name, look in looks.items() if name in names}
    if len(routes) == len(annotations.routes) and len(looks) == len(annotations.looks):
        return annotations
    return replace(annotations, routes=routes, looks=looks)
