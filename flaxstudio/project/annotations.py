"""What lies beside a graph on its canvas: frames, notes, dots on wires, and how single nodes look. None of it is computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from flaxstudio.graph.graph import Edge

Dot = tuple[float, float]
"""Where a dot's centre is, in scene px."""
Box = tuple[float, float, float, float]
"""Left, top, width and height in scene px."""

Color = Literal["", "red", "orange", "yellow", "green", "teal", "blue", "violet", "grey"]
"""A name out of the palette; each theme has its own shade of it. "" is no colour."""
COLORS: tuple[Color, ...] = tuple(color for color in get_args(Color) if color)

LEAST_WIDTH, LEAST_HEIGHT = 80.0, 40.0


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


@dataclass(frozen=True, slots=True, order=True)
class DotOf:
    """Which dot is meant: that of a wire, counted from its source."""

    edge: Edge
    number: int


@dataclass(frozen=True, slots=True)
class Look:
    """How a node is drawn: its colour, whether only its title is seen, whether optional ports without a wire are hidden.

    `dismissed` are the rules whose warnings at this node the user has read and does not want to see.
    """

    color: Color = ""
    is_collapsed: bool = False
    hides_ports: bool = False
    dismissed: tuple[str, ...] = ()


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
