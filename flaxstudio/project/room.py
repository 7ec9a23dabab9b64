"""Where a new node is put: between two others, which make room for it, or beside one."""

from collections.abc import Callable
from dataclasses import replace

from flaxstudio.graph.order import downstream
from flaxstudio.project.project import Position, Project

Placing = Callable[[Project, str], Project]
"""Puts a new node somewhere in the drawing."""

_STEP: dict[str, Position] = {"right": (260.0, 0.0), "down": (0.0, 150.0)}
"""How far the next node of a chain lies, by the way the data flows: a wide node and a gap."""


def place_between(project: Project, before: str, after: str | None) -> Placing:
    """Return what puts a node between two others; those behind it move on where the gap is too narrow."""
    if after is None:
        return place_near(before, 1)

    def place(present: Project, name: str) -> Project:
        start, end = _position(present, before), _position(present, after)
        step, along = _STEP[present.flow], 0 if present.flow == "right" else 1
        gap = end[along] - start[along]
        if gap >= 2 * step[along]:
            middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
            return _put(present, {name: middle})
        target = (start[0] + step[0], end[1]) if along == 0 else (end[0], start[1] + step[1])
        if gap <= 0:  # the wire runs backwards: nothing is in order there
            return _put(present, {name: target})
        by = 2 * step[along] - gap
        moved = {}
        for other in downstream(project.graph, [after]):
            x, y = _position(present, other)
            moved[other] = (x + by, y) if along == 0 else (x, y + by)
        return _put(present, {**moved, name: target})

    return place


def place_near(node: str, direction: int) -> Placing:
    """Return what puts a node one step behind another (1), or before it (-1), where no other lies."""

    def place(present: Project, name: str) -> Project:
        x, y = _position(present, node)
        dx, dy = _STEP[present.flow]
        spot = (x + direction * dx, y + direction * dy)
        taken = {position for other, position in present.positions.items() if other != name}
        aside = _STEP["down" if present.flow == "right" else "right"]
        while any(abs(spot[0] - px) < 200 and abs(spot[1] - py) < 90 for px, py in taken):
            spot = (spot[0] + aside[0], spot[1] + aside[1])
        return _put(present, {name: spot})

    return place


def _position(project: Project, node: str) -> Position:
    return project.positions.get(node, (0.0, 0.0))


def _put(project: Project, places: dict[str, Position]) -> Project:
    rounded = {name: (float(round(x)), float(round(y))) for name, (x, y) in places.items()}
    return replace(project, positions={**project.positions, **rounded})
