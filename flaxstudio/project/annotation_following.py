"""What lies beside a graph follows its nodes and wires: renamed, gone, put elsewhere, copied into another graph."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from flaxstudio.graph.graph import Edge, Graph, Port
from flaxstudio.graph.naming import free_name
from flaxstudio.project.annotations import Annotations, Box, Dot, Frame, Look, Note, Route

MARGIN, TITLE_HEIGHT = 20.0, 30.0
"""How far a frame reaches round what it is made for, and the height of its title."""

SIZE_IF_UNKNOWN = (168.0, 80.0)
Sizes = Mapping[str, tuple[float, float]]


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


def with_dots_moved(annotations: Annotations, before: Mapping[str, Dot], after: Mapping[str, Dot]) -> Annotations:
    """Return the annotations with the dots of wires whose two nodes moved by the same way moved along."""
    if not annotations.routes:
        return annotations
    ways = {name: (x - before[name][0], y - before[name][1]) for name, (x, y) in after.items() if name in before}

    def moved(route: Route) -> Route:
        way, other = ways.get(route.edge.source.node), ways.get(route.edge.target.node)
        if way is None or way != other or way == (0.0, 0.0):
            return route
        return replace(route, dots=tuple((x + way[0], y + way[1]) for x, y in route.dots))

    return replace(annotations, routes=tuple(map(moved, annotations.routes)))


def part_of_annotations(annotations: Annotations, graph: Graph, items: Iterable[str] = ()) -> Annotations:
    """Return what belongs to a part of a graph that is copied: looks, dots on its wires, and the chosen frames and notes."""
    chosen, edges, names = frozenset(items), frozenset(graph.edges), frozenset(graph.names())
    return Annotations(
        tuple(frame for frame in annotations.frames if frame.name in chosen),
        tuple(note for note in annotations.notes if note.name in chosen),
        tuple(route for route in annotations.routes if route.edge in edges),
        {name: look for name, look in annotations.looks.items() if name in names},
    )


def with_part(annotations: Annotations, part: Annotations, names: Mapping[str, str], offset: Dot) -> Annotations:
    """Return the annotations with those of a copied part added: its nodes as they are called here, all moved by an offset."""
    taken = set(annotations.names())

    def placed(item: Frame | Note) -> Box:
        left, top, width, height = item.box
        return left + offset[0], top + offset[1], width, height

    frames, notes = [], []
    for frame in part.frames:
        frames.append(replace(frame, name=free_item("frame", taken), box=placed(frame)))
        taken.add(frames[-1].name)
    for note in part.notes:
        notes.append(replace(note, name=free_item("note", taken), box=placed(note)))
        taken.add(notes[-1].name)
    routes = [Route(_named(r.edge, names), tuple((x + offset[0], y + offset[1]) for x, y in r.dots)) for r in part.routes]
    looks: dict[str, Look] = {names[name]: look for name, look in part.looks.items() if name in names}
    return Annotations(
        (*annotations.frames, *frames),
        (*annotations.notes, *notes),
        (*annotations.routes, *routes),
        {**annotations.looks, **looks},
    )


def free_item(base: str, taken: Iterable[str]) -> str:
    """Return `frame_1`, `note_2`, ...: the first that no frame or note has."""
    return free_name(base, frozenset(taken))


def _named(edge: Edge, names: Mapping[str, str]) -> Edge:
    source, target = edge.source, edge.target
    return Edge(Port(names[source.node], source.port), Port(names[target.node], target.port))


def refitted(annotations: Annotations, before: Mapping[str, Dot], after: Mapping[str, Dot], sizes: Sizes) -> Annotations:
    """Return the annotations of nodes that were all put elsewhere: frames lie round what lay in them, notes beside it.

    Dots would be in the way of the new wires and go.
    """
    boxes = {name: (*place, *sizes.get(name, SIZE_IF_UNKNOWN)) for name, place in before.items()}
    fresh = {name: (*place, *sizes.get(name, SIZE_IF_UNKNOWN)) for name, place in after.items()}
    moved = frozenset(name for name in fresh if name in before and before[name] != after[name])
    frames = tuple(_refitted_frame(frame, boxes, fresh) for frame in annotations.frames)
    notes = tuple(_refitted_note(note, before, after) for note in annotations.notes)
    routes = tuple(r for r in annotations.routes if r.edge.source.node not in moved and r.edge.target.node not in moved)
    return replace(annotations, frames=frames, notes=notes, routes=routes)


def _refitted_frame(frame: Frame, before: Mapping[str, Box], after: Mapping[str, Box]) -> Frame:
    members = [name for name in after if name in before and is_in(before[name], frame.box)]
    is_left = all(before[name] == after[name] for name in members)
    return frame if is_left else replace(frame, box=box_round(after[name] for name in members))


def _refitted_note(note: Note, before: Mapping[str, Dot], after: Mapping[str, Dot]) -> Note:
    left, top, width, height = note.box
    near = min(before, key=lambda name: abs(before[name][0] - left) + abs(before[name][1] - top), default=None)
    if near is None or near not in after:
        return note
    dx, dy = after[near][0] - before[near][0], after[near][1] - before[near][1]
    return replace(note, box=(left + dx, top + dy, width, height))


def is_in(box: Box, outer: Box) -> bool:
    """Return whether a box belongs into another: its middle lies there."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    return outer[0] <= x <= outer[0] + outer[2] and outer[1] <= y <= outer[1] + outer[3]


def box_round(boxes: Iterable[Box]) -> Box:
    """Return the box of a frame round some boxes, with room for its title."""
    found = list(boxes)
    left, top = min(box[0] for box in found) - MARGIN, min(box[1] for box in found) - MARGIN - TITLE_HEIGHT
    right, bottom = max(box[0] + box[2] for box in found) + MARGIN, max(box[1] + box[3] for box in found) + MARGIN
    return left, top, right - left, bottom - top
