"""Edits of what lies beside a graph: frames, notes, dots on wires, colours, and what of a node is seen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from flaxstudio.graph.graph import Edge
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.annotation_check import MAX_DOTS, MAX_TEXT
from flaxstudio.project.annotation_following import Sizes, free_item, refitted
from flaxstudio.project.annotations import (
    LEAST_HEIGHT,
    LEAST_WIDTH,
    Annotations,
    Box,
    Color,
    Dot,
    DotOf,
    Frame,
    Look,
    Note,
    Route,
)
from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Position, Project

Change = Callable[[Annotations], Annotations]
Item = TypeVar("Item", Frame, Note)
_SHOWN = 24


def _edit(text: str, change: Change, merge_key: str = "") -> Edit:
    return Edit(text, lambda project: replace(project, annotations=change(project.annotations)), merge_key)


def _new(name: str) -> str:
    """Return what joins the steps of something that is new."""
    return f"new {name}"


def new_item(project: Project, base: str) -> str:
    """Return the name that the next frame ("frame") or note ("note") gets."""
    return free_item(base, project.annotations.names())


def add_frame(frame: Frame) -> Edit:
    """Put a frame behind the nodes, above the other frames."""
    return _edit("Add frame", lambda old: replace(old, frames=(*old.frames, _checked(frame))), _new(frame.name))


def add_note(note: Note) -> Edit:
    """Put a note on the canvas."""
    return _edit("Add note", lambda old: replace(old, notes=(*old.notes, _checked(note))), _new(note.name))


def set_title(name: str, title: str, is_new: bool = False) -> Edit:
    """Give a frame another title; to one that has just been added it belongs to the same step."""

    def change(old: Annotations) -> Annotations:
        return replace(old, frames=_with(old.frames, name, lambda frame: _checked(replace(frame, title=title.strip()))))

    if is_new:
        return _edit("Add frame", change, _new(name))
    return _edit(f"Rename frame to {_short(title)}" if title.strip() else "Take a frame's title away", change)


def set_text(name: str, text: str, is_new: bool = False) -> Edit:
    """Write another text on a note; on one that has just been added it belongs to the same step."""

    def change(old: Annotations) -> Annotations:
        return replace(old, notes=_with(old.notes, name, lambda note: _checked(replace(note, text=text))))

    return _edit("Add note", change, _new(name)) if is_new else _edit("Edit note", change)


def resize(name: str, box: Box) -> Edit:
    """Give a frame or note another size."""

    def change(old: Annotations) -> Annotations:
        frames = _with(old.frames, name, lambda frame: _checked(replace(frame, box=box)))
        return replace(old, frames=frames, notes=_with(old.notes, name, lambda note: _checked(replace(note, box=box))))

    return Edit("Resize frame" if name.startswith("frame") else "Resize note", _edit("", change).apply)


def place(
    positions: Mapping[str, Position], corners: Mapping[str, Position], dots: Mapping[DotOf, Dot], text: str = ""
) -> Edit:
    """Put nodes, frames and notes (by their upper left corners) and dots elsewhere, in one act."""

    def apply(project: Project) -> Project:
        old = project.annotations
        frames = tuple(_moved(frame, corners) for frame in old.frames)
        notes = tuple(_moved(note, corners) for note in old.notes)
        routes = tuple(_with_dots(route, dots) for route in old.routes)
        annotations = replace(old, frames=frames, notes=notes, routes=routes)
        return replace(project, positions={**project.positions, **positions}, annotations=annotations)

    count = len(positions) + len(corners) + len(dots)
    one = next(iter((*positions, *corners)), "dot").replace("_", " ") if count == 1 else f"{count} things"
    return Edit(text or f"Move {one}", apply)


def rearrange(positions: Mapping[str, Position], sizes: Sizes, text: str) -> Edit:
    """Put nodes elsewhere as a whole; frames lie round what lay in them, and dots between the nodes go."""

    def apply(project: Project) -> Project:
        after = {**project.positions, **positions}
        annotations = refitted(project.annotations, project.positions, after, sizes)
        return replace(project, positions=after, annotations=annotations)

    return Edit(text, apply)


def add_dot(edge: Edge, number: int, dot: Dot) -> Edit:
    """Let a wire run through a point, as its dot of that number."""

    def apply(project: Project) -> Project:
        if edge not in project.graph.edges:
            raise ProblemError("The wire is no longer there.")
        old = project.annotations
        dots = old.dots_of(edge)
        if len(dots) >= MAX_DOTS:
            raise ProblemError(f"A wire has at most {MAX_DOTS} dots.")
        return replace(project, annotations=_with_route(old, edge, (*dots[:number], dot, *dots[number:])))

    return Edit(f"Add dot to the wire from {edge.source.node} to {edge.target.node}", apply)


def remove_annotations(items: Iterable[str], dots: Iterable[DotOf] = ()) -> Edit:
    """Remove frames and notes, by name, and dots. What lies in a frame stays."""
    gone, cut = frozenset(items), frozenset(dots)

    def change(old: Annotations) -> Annotations:
        kept = replace(
            old,
            frames=tuple(frame for frame in old.frames if frame.name not in gone),
            notes=tuple(note for note in old.notes if note.name not in gone),
        )
        for edge in {dot.edge for dot in cut}:
            numbered = enumerate(old.dots_of(edge))
            kept = _with_route(kept, edge, tuple(at for number, at in numbered if DotOf(edge, number) not in cut))
        return kept

    count = len(gone) + len(cut)
    one = next(iter(gone)).partition("_")[0] if gone else "dot"
    return _edit(f"Delete {one}" if count == 1 else f"Delete {count} things", change)


def set_color(nodes: Iterable[str], items: Iterable[str], color: Color) -> Edit:
    """Colour nodes, frames and notes; "" takes the colour away."""
    names, chosen = tuple(nodes), frozenset(items)

    def apply(project: Project) -> Project:
        old = _with_looks(project, names, lambda look: replace(look, color=color))
        frames = tuple(replace(frame, color=color) if frame.name in chosen else frame for frame in old.frames)
        notes = tuple(replace(note, color=color) if note.name in chosen else note for note in old.notes)
        return replace(project, annotations=replace(old, frames=frames, notes=notes))

    what = _listed((*names, *sorted(chosen)))
    return Edit(f"Colour {what} {color}" if color else f"Take the colour of {what} away", apply)


def set_collapsed(nodes: Iterable[str], is_collapsed: bool) -> Edit:
    """Show only the titles of nodes, or all of them again."""
    names = tuple(nodes)

    def apply(project: Project) -> Project:
        return replace(project, annotations=_with_looks(project, names, lambda k: replace(k, is_collapsed=is_collapsed)))

    return Edit(f"{'Collapse' if is_collapsed else 'Expand'} {_listed(names)}", apply)


def set_ports_hidden(nodes: Iterable[str], are_hidden: bool) -> Edit:
    """Hide the optional ports of nodes that have no wire, or show them again."""
    names = tuple(nodes)

    def apply(project: Project) -> Project:
        return replace(project, annotations=_with_looks(project, names, lambda k: replace(k, hides_ports=are_hidden)))

    return Edit(f"{'Hide' if are_hidden else 'Show'} unused ports of {_listed(names)}", apply)


def _with_looks(project: Project, names: Iterable[str], change: Callable[[Look], Look]) -> Annotations:
    """Return a project's annotations with some nodes looking different; a look like any other is stored as nothing."""
    old = project.annotations
    looks = {**old.looks, **{name: change(old.look(name)) for name in names if project.graph.has_node(name)}}
    return replace(old, looks={name: look for name, look in looks.items() if look != Look()})


def _with_route(old: Annotations, edge: Edge, dots: tuple[Dot, ...]) -> Annotations:
    others = tuple(route for route in old.routes if route.edge != edge)
    if len(others) == len(old.routes):
        return replace(old, routes=(*others, Route(edge, dots))) if dots else old
    routes = (Route(edge, dots) if route.edge == edge else route for route in old.routes)
    return replace(old, routes=tuple(route for route in routes if route.dots))


def _with_dots(route: Route, moved: Mapping[DotOf, Dot]) -> Route:
    dots = tuple(moved.get(DotOf(route.edge, number), dot) for number, dot in enumerate(route.dots))
    return route if dots == route.dots else replace(route, dots=dots)


def _moved(item: Item, corners: Mapping[str, Position]) -> Item:
    if item.name not in corners:
        return item
    return replace(item, box=(*corners[item.name], item.box[2], item.box[3]))


def _with(items: tuple[Item, ...], name: str, change: Callable[[Item], Item]) -> tuple[Item, ...]:
    return tuple(change(item) if item.name == name else item for item in items)


def _checked(item: Item) -> Item:
    """Return an item no smaller than can be seen; ProblemError where its text is too long for a file."""
    text = item.title if isinstance(item, Frame) else item.text
    if len(text) > MAX_TEXT:
        raise ProblemError(f"The text has {len(text):,} letters; {MAX_TEXT:,} is the most.", "Make it shorter.")
    left, top, width, height = item.box
    return replace(item, box=(left, top, max(width, LEAST_WIDTH), max(height, LEAST_HEIGHT)))


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= 2 else f"{len(names)} nodes"


def _short(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
