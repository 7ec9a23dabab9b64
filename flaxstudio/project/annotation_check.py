"""What annotations from a file may be: sizes and places that can be drawn, wires and nodes that are there."""

import math
from collections.abc import Iterator

from flaxstudio.graph.graph import Graph
from flaxstudio.project.annotations import Annotations, Frame, Note

MAX_TEXT = 20_000
MAX_DOTS = 200
MAX_RULES, MAX_RULE = 100, 64


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
    for look in annotations.looks.values():
        if len(look.dismissed) > MAX_RULES or any(len(rule) > MAX_RULE for rule in look.dismissed):
            yield "a node has too many dismissed warnings"
