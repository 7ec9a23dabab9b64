"""Arranging some nodes by hand's measure: aligned, spread evenly, or stacked in a row along the flow."""

from collections.abc import Mapping
from typing import Literal

from flaxstudio.graph.graph import Graph
from flaxstudio.graph.layering import Offset
from flaxstudio.graph.layout import COLUMN_GAP, Flow, Places
from flaxstudio.graph.order import topological_order

Line = Literal["left", "centre", "right", "top", "middle", "bottom"]
Direction = Literal["horizontally", "vertically"]
Boxes = Mapping[str, tuple[float, float, float, float]]
"""Each node's left, top, width and height in px."""

_AXIS: Mapping[Line | Direction, int] = {
    "left": 0, "centre": 0, "right": 0, "horizontally": 0, "top": 1, "middle": 1, "bottom": 1, "vertically": 1,
}  # fmt: skip
_SHARE: Mapping[Line, float] = {"left": 0.0, "top": 0.0, "centre": 0.5, "middle": 0.5, "right": 1.0, "bottom": 1.0}


def align(boxes: Boxes, line: Line) -> Places:
    """Return the places at which all nodes have one line in common: that of the outermost, or the middle of all."""
    if not boxes:
        return {}
    axis, share = _AXIS[line], _SHARE[line]
    least = min(box[axis] for box in boxes.values())
    most = max(box[axis] + box[axis + 2] for box in boxes.values())
    wanted = least + share * (most - least)
    return {name: _put(box, axis, wanted - share * box[axis + 2]) for name, box in boxes.items()}


def distribute(boxes: Boxes, direction: Direction) -> Places:
    """Return the places at which the gaps between nodes are equal; the first and the last node stay."""
    axis = _AXIS[direction]
    order = sorted(boxes, key=lambda name: (boxes[name][axis] + boxes[name][axis + 2] / 2, name))
    if len(order) < 2:
        return {name: box[:2] for name, box in boxes.items()}
    first, last = boxes[order[0]], boxes[order[-1]]
    room = last[axis] + last[axis + 2] - first[axis] - sum(box[axis + 2] for box in boxes.values())
    gap = room / (len(order) - 1)
    places: Places = {}
    at = first[axis]
    for name in order:
        places[name] = _put(boxes[name], axis, at)
        at += boxes[name][axis + 2] + gap
    return places


def stack(graph: Graph, boxes: Boxes, offset: Offset, flow: Flow = "right") -> Places:
    """Return the places of nodes one after the other along the flow, as the data goes, so that their wires are straight."""
    along, across = (0, 1) if flow == "right" else (1, 0)
    ranks = {name: at for at, name in enumerate(topological_order(graph))}
    order = sorted(boxes, key=lambda name: (ranks.get(name, len(ranks)), boxes[name][along], name))
    places: Places = {}
    at = min((box[along] for box in boxes.values()), default=0.0)
    for number, name in enumerate(order):
        line = boxes[name][across]
        if number:
            before = order[number - 1]
            line = places[before][across]
            wire = next((edge for edge in graph.edges_into(name) if edge.source.node == before), None)
            if wire is not None:
                line += offset(wire.source, True) - offset(wire.target, False)
        places[name] = (at, line) if along == 0 else (line, at)
        at += boxes[name][along + 2] + COLUMN_GAP
    return places


def _put(box: tuple[float, float, float, float], axis: int, value: float) -> tuple[float, float]:
    return (value, box[1]) if axis == 0 else (box[0], value)
