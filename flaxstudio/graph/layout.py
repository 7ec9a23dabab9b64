"""Tidy: a layered layout along the flow, after Sugiyama. Each part that hangs together is laid out by itself."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from flaxstudio.graph.crossings import order_columns
from flaxstudio.graph.folding import folded
from flaxstudio.graph.graph import Edge, Graph, Port
from flaxstudio.graph.layering import Layers, Offset, layered
from flaxstudio.graph.routing import Point, dots
from flaxstudio.graph.rows import tops

COLUMN_GAP = 80.0
ROW_GAP = 40.0
_SNAP = 10
_SIZE_IF_UNKNOWN = (168.0, 80.0)
_DUMMY = 40.0
_FIRST_PORT = 30.0

Flow = Literal["right", "down"]
Sizes = Mapping[str, tuple[float, float]]
Places = dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where nodes go, and the dots by which wires run clear of them, in px."""

    places: Places
    routes: Mapping[Edge, tuple[tuple[float, float], ...]]


def tidy(
    graph: Graph,
    sizes: Sizes,
    offset: Offset | None = None,
    flow: Flow = "right",
    names: Collection[str] | None = None,
) -> Places:
    """Return every node's top left in px, as `lay_out` does, where nobody asks for dots on wires."""
    return lay_out(graph, sizes, offset, flow, names).places


def lay_out(
    graph: Graph,
    sizes: Sizes,
    offset: Offset | None = None,
    flow: Flow = "right",
    names: Collection[str] | None = None,
    shape: float = 0.0,
) -> Layout:
    """Lay out nodes, given each one's (width, height): data flows one way and no two overlap.

    `offset` says how far a port lies from the beginning of its side, so that wires become straight. Nodes without any
    wire stand in a row behind the rest. With `names` only those are laid out, by the wires among them. With a `shape`
    the drawing is folded like the lines of a text, to be about so many times as wide as high. The same graph always gives
    the same layout.
    """
    wanted = shape if flow == "right" or not shape else 1 / shape
    chosen = [name for name in graph.names() if names is None or name in names]
    size = {name: _turned(sizes.get(name, _SIZE_IF_UNKNOWN), flow) for name in chosen}
    places: Places = {}
    bends: dict[tuple[str, str], list[Point]] = {}
    across = 0.0
    parts, single = _parts(graph, chosen)
    for part in parts:
        found, dots = _laid_out(graph, part, size, offset or _first_port, flow == "right", wanted)
        places |= {name: (x, y + across) for name, (x, y) in found.items()}
        bends |= {ends: [(x, y + across) for x, y in way] for ends, way in dots.items()}
        across = _next_on_grid(max(places[name][1] + size[name][1] for name in part) + 2 * ROW_GAP)
    places |= _row(single, size, across)
    # ports above and below are not on the grid: there, wires are straight only where nodes are not on it either
    end = _snapped if flow == "right" else round
    routes: dict[Edge, tuple[Point, ...]] = {}
    for edge in graph.edges:
        if way := bends.pop((edge.source.node, edge.target.node), None):
            routes[edge] = tuple(_turned(point, flow) for point in way)
    return Layout({name: _turned((places[name][0], float(end(places[name][1]))), flow) for name in chosen}, routes)


def _parts(graph: Graph, names: Sequence[str]) -> tuple[list[list[str]], list[str]]:
    """Return the nodes that hang together, the largest part first, and those without any wire."""
    near: dict[str, list[str]] = {name: [] for name in names}
    for edge in graph.edges:
        if edge.source.node in near and edge.target.node in near:
            near[edge.source.node].append(edge.target.node)
            near[edge.target.node].append(edge.source.node)
    parts: list[list[str]] = []
    seen: set[str] = set()
    for root in names:
        part: set[str] = set()
        todo = [root] if near[root] and root not in seen else []
        while todo:
            name = todo.pop()
            if name not in part:
                part.add(name)
                todo += near[name]
        seen |= part
        if part:
            parts.append([name for name in names if name in part])
    return sorted(parts, key=len, reverse=True), [name for name in names if not near[name]]


def _laid_out(
    graph: Graph, names: Sequence[str], size: Sizes, offset: Offset, is_on_grid: bool, wanted: float
) -> tuple[Places, dict[tuple[str, str], list[Point]]]:
    layers = layered(graph, names, offset, _DUMMY / 2)
    order_columns(layers)
    breadth = [size[name][1] for name in names] + [_DUMMY] * (len(layers.before) - len(names))
    across = tops(layers, breadth, ROW_GAP, _SNAP if is_on_grid else 1)
    least = min(across[at] for at in range(len(names)))
    across = [top - least for top in across]
    along = _starts(layers, size)
    bends = dots(layers, size, along, across, _DUMMY / 2)
    if not wanted:
        return {name: (along[at], across[at]) for at, name in enumerate(names)}, bends
    return folded(layers, size, along, across, bends, wanted)


def _starts(layers: Layers, size: Sizes) -> list[float]:
    """Return where each key begins along the flow: columns are as deep as their deepest node."""
    start = 0.0
    starts = [0.0] * len(layers.before)
    for keys in layers.columns:
        for key in keys:
            starts[key] = start
        depth = max((size[layers.names[key]][0] for key in keys if not layers.is_dummy(key)), default=0.0)
        start = _next_on_grid(start + depth + COLUMN_GAP)
    return starts


def _row(names: Iterable[str], size: Sizes, across: float) -> Places:
    places, along = {}, 0.0
    for name in names:
        places[name] = (along, across)
        along = _next_on_grid(along + size[name][0] + COLUMN_GAP)
    return places


def _first_port(_port: Port, _is_output: bool) -> float:
    return _FIRST_PORT


def _turned(pair: tuple[float, float], flow: Flow) -> tuple[float, float]:
    return pair if flow == "right" else (pair[1], pair[0])


def _snapped(value: float) -> float:
    return float(round(value / _SNAP) * _SNAP)


def _next_on_grid(value: float) -> float:
    return float(math.ceil(value / _SNAP) * _SNAP)
