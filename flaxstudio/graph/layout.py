"""Tidy: a layered layout along the flow, after Sugiyama. Each part that hangs together is laid out by itself."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from flaxstudio.graph.crossings import order_columns
from flaxstudio.graph.graph import Graph, Port
from flaxstudio.graph.layering import Layers, Offset, layered
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


def tidy(
    graph: Graph,
    sizes: Sizes,
    offset: Offset | None = None,
    flow: Flow = "right",
    names: Collection[str] | None = None,
) -> Places:
    """Return every node's top left in px, given its (width, height): data flows one way and no two overlap.

    `offset` says how far a port lies from the beginning of its side, so that wires become straight. Nodes without any
    wire stand in a row behind the rest. With `names` only those are laid out, by the wires among them. The same graph
    always gives the same layout.
    """
    chosen = [name for name in graph.names() if names is None or name in names]
    size = {name: _turned(sizes.get(name, _SIZE_IF_UNKNOWN), flow) for name in chosen}
    places: Places = {}
    bottom = -2 * ROW_GAP
    parts, single = _parts(graph, chosen)
    for part in parts:
        found = _laid_out(graph, part, size, offset or _first_port)
        places |= {name: (x, y + bottom + 2 * ROW_GAP) for name, (x, y) in found.items()}
        bottom = max(places[name][1] + size[name][1] for name in part)
    places |= _row(single, size, bottom + 2 * ROW_GAP)
    # ports above and below are not on the grid: there, wires are straight only where nodes are not on it either
    snapped = {
        n: (_snapped(along), _snapped(across) if flow == "right" else round(across)) for n, (along, across) in places.items()
    }
    return {name: _turned(snapped[name], flow) for name in chosen}


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


def _laid_out(graph: Graph, names: Sequence[str], size: Sizes, offset: Offset) -> Places:
    layers = layered(graph, names, offset, _DUMMY / 2)
    order_columns(layers)
    breadth = [size[name][1] for name in names] + [_DUMMY] * (len(layers.before) - len(names))
    across = tops(layers, breadth, ROW_GAP)
    along = _starts(layers, size)
    least = min(across[at] for at in range(len(names)))
    return {name: (along[at], across[at] - least) for at, name in enumerate(names)}


def _starts(layers: Layers, size: Sizes) -> list[float]:
    """Return where each key begins along the flow: columns are as deep as their deepest node."""
    start = 0.0
    starts = [0.0] * len(layers.before)
    for keys in layers.columns:
        for key in keys:
            starts[key] = start
        start += max((size[layers.names[key]][0] for key in keys if not layers.is_dummy(key)), default=0.0) + COLUMN_GAP
    return starts


def _row(names: Iterable[str], size: Sizes, across: float) -> Places:
    places, along = {}, 0.0
    for name in names:
        places[name] = (along, across)
        along += size[name][0] + COLUMN_GAP
    return places


def _first_port(_port: Port, _is_output: bool) -> float:
    return _FIRST_PORT


def _turned(pair: tuple[float, float], flow: Flow) -> tuple[float, float]:
    return pair if flow == "right" else (pair[1], pair[0])


def _snapped(value: float) -> float:
    return float(round(value / _SNAP) * _SNAP)
