"""Tidy: a layered layout from left to right, after Sugiyama: longest-path layers, dummies, barycentre sweeps, straight rows."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from flaxstudio.graph.graph import Graph
from flaxstudio.graph.order import nodes_behind_cycles, topological_order

COLUMN_GAP = 80.0
ROW_GAP = 40.0
_SWEEPS = 8
_BALANCINGS = 4
_SNAP = 10
_SIZE_IF_UNKNOWN = (168.0, 80.0)
_DUMMY_HEIGHT = 40.0

Sizes = Mapping[str, tuple[float, float]]
Key = str | tuple[str, str, int]
"""A node's name, or a dummy's: source, target and column of the long edge it stands for."""


@dataclass(slots=True)
class _Columns:
    """The layered graph: keys by column from left to right, and each key's neighbours in the columns beside it."""

    columns: list[list[Key]]
    before: dict[Key, list[Key]] = field(default_factory=dict)
    after: dict[Key, list[Key]] = field(default_factory=dict)


def tidy(graph: Graph, sizes: Sizes) -> dict[str, tuple[float, float]]:
    """Return every node's top left in px, given its (width, height): data flows left to right and no two overlap.

    Nodes are aligned by their tops, where their first ports are, so that chains have straight wires. Nodes without
    any wire stand in a row below. The same graph always gives the same layout.
    """
    size = {name: sizes.get(name, _SIZE_IF_UNKNOWN) for name in graph.names()}
    wired = {end.node for edge in graph.edges for end in (edge.source, edge.target)}
    layered = _layered(graph, [name for name in graph.names() if name in wired])
    _order(layered)
    tops = _tops(layered, size)
    lefts = _lefts(layered, size)
    places = {name: (lefts[name], tops[name]) for name in graph.names() if name in wired}
    bottom = max((y + size[name][1] for name, (_, y) in places.items()), default=-2 * ROW_GAP)
    places |= _row([name for name in graph.names() if name not in wired], size, bottom + 2 * ROW_GAP)
    return {name: (_snapped(places[name][0]), _snapped(places[name][1])) for name in graph.names()}


def _layered(graph: Graph, names: list[str]) -> _Columns:
    """Put each node one column right of its last input, inputs as near as they can; break long edges up with dummies."""
    pairs = list(dict.fromkeys((e.source.node, e.target.node) for e in graph.edges))
    column = _column_of(graph, names, pairs)
    layered = _Columns([[] for _ in range(max(column.values(), default=-1) + 1)])
    for name in names:
        _add(layered, name, column[name])
    for source, target in pairs:
        last: Key = source
        for at in range(column[source] + 1, column[target]):
            _add(layered, (source, target, at), at)
            _join(layered, last, (source, target, at))
            last = (source, target, at)
        if column[source] < column[target]:  # an edge of a loop may lead back: it has no say
            _join(layered, last, target)
    return layered


def _add(layered: _Columns, key: Key, column: int) -> None:
    layered.columns[column].append(key)
    layered.before[key], layered.after[key] = [], []


def _join(layered: _Columns, source: Key, target: Key) -> None:
    layered.after[source].append(target)
    layered.before[target].append(source)


def _column_of(graph: Graph, names: list[str], pairs: list[tuple[str, str]]) -> dict[str, int]:
    sources: dict[str, list[str]] = {name: [] for name in names}
    targets: dict[str, list[str]] = {name: [] for name in names}
    for source, target in pairs:
        sources[target].append(source)
        targets[source].append(target)
    behind = nodes_behind_cycles(graph)
    order = [name for name in (*topological_order(graph), *(n for n in names if n in behind)) if name in sources]
    column: dict[str, int] = {}
    for name in order:
        column[name] = max((column[source] + 1 for source in sources[name] if source in column), default=0)
    for name in order:
        if not sources[name]:
            column[name] = max(column[name], min(column[target] for target in targets[name]) - 1)
    return column


def _order(layered: _Columns) -> None:
    """Order each column by the mean place of its neighbours, to and fro, and keep the order with the fewest crossings."""
    best = [list(keys) for keys in layered.columns]
    fewest = _crossings(layered)
    place = _places(layered)
    for sweep in range(_SWEEPS):
        is_forward = sweep % 2 == 0
        neighbours = layered.before if is_forward else layered.after
        for keys in layered.columns if is_forward else reversed(layered.columns):
            _sort(keys, neighbours, place)
        if (count := _crossings(layered)) < fewest:
            best, fewest = [list(keys) for keys in layered.columns], count
    layered.columns[:] = best


def _sort(keys: list[Key], neighbours: dict[Key, list[Key]], place: dict[Key, int]) -> None:
    """Sort a column by the mean place of each key's neighbours, and bring its places up to date."""

    def mean(key: Key) -> float:
        near = neighbours[key]
        return sum(place[other] for other in near) / len(near) if near else float(place[key])

    keys.sort(key=mean)
    place |= {key: at for at, key in enumerate(keys)}


def _places(layered: _Columns) -> dict[Key, int]:
    return {key: place for keys in layered.columns for place, key in enumerate(keys)}


def _crossings(layered: _Columns) -> int:
    place = _places(layered)
    total = 0
    for keys in layered.columns:
        seen: list[int] = []
        for key in keys:
            ends = [place[target] for target in layered.after[key]]
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _tops(layered: _Columns, size: Sizes) -> dict[Key, float]:
    """Return each key's top: keys joined into a row share one, and rows lie as near to their neighbours as they may."""
    row_of = _rows(layered)
    rows: dict[Key, list[Key]] = {}
    for key, row in row_of.items():
        rows.setdefault(row, []).append(key)
    below = _distances(layered, row_of, size)
    above: dict[Key, dict[Key, float]] = {row: {} for row in rows}
    for row, others in below.items():
        for other, distance in others.items():
            above[other][row] = distance
    order = _from_top(below, above)
    top: dict[Key, float] = {}
    for row in order:
        top[row] = max((top[other] + distance for other, distance in above[row].items()), default=0.0)
    for _ in range(_BALANCINGS):
        for row in (*reversed(order), *order):
            top[row] = _balanced(row, top, (above[row], below[row]), _wishes(layered, rows[row], row_of, top))
    return {key: top[row] for key, row in row_of.items()}


def _rows(layered: _Columns) -> dict[Key, Key]:
    """Join keys of neighbouring columns into straight rows, long edges first, so that no two joints cross."""
    row_of: dict[Key, Key] = {}
    for keys in layered.columns:
        row_of |= {key: key for key in keys}
    place = _places(layered)
    for left in layered.columns:
        joints = [(key, target) for key in left for target in layered.after[key]]
        joints.sort(key=lambda joint: (-_straightness(*joint), abs(place[joint[0]] - place[joint[1]])))
        chosen: list[tuple[int, int]] = []
        for source, target in joints:
            a, b = place[source], place[target]
            if all((a < c and b < d) or (a > c and b > d) for c, d in chosen):
                chosen.append((a, b))
                row_of[target] = row_of[source]
    return row_of


def _straightness(source: Key, target: Key) -> int:
    """A wire is drawn straight from end to end: a bend at a dummy would lead it behind a node."""
    return isinstance(source, tuple) + isinstance(target, tuple)


def _distances(layered: _Columns, row_of: dict[Key, Key], size: Sizes) -> dict[Key, dict[Key, float]]:
    """Return how far each row must at least be above those that follow it in a column."""
    below: dict[Key, dict[Key, float]] = {row: {} for row in row_of.values()}
    for keys in layered.columns:
        for upper, lower in pairwise(keys):
            height = size[upper][1] if isinstance(upper, str) else _DUMMY_HEIGHT
            row, other = row_of[upper], row_of[lower]
            below[row][other] = max(below[row].get(other, 0.0), height + ROW_GAP)
    return below


def _from_top(below: dict[Key, dict[Key, float]], above: dict[Key, dict[Key, float]]) -> list[Key]:
    """Return the rows with every row after those above it. Joints do not cross, so such an order exists."""
    missing = {row: len(others) for row, others in above.items()}
    order = [row for row, count in missing.items() if count == 0]
    for row in order:  # grows while it is read
        for other in below[row]:
            missing[other] -= 1
            if missing[other] == 0:
                order.append(other)
    return order


def _wishes(layered: _Columns, keys: list[Key], row_of: dict[Key, Key], top: dict[Key, float]) -> list[float]:
    """Return the tops of the rows that a row's keys are wired to."""
    others = (row_of[other] for key in keys for other in (*layered.before[key], *layered.after[key]))
    return [top[other] for other in others if other != row_of[keys[0]]]


def _balanced(row: Key, top: dict[Key, float], bounds: tuple[dict[Key, float], dict[Key, float]], wishes: list[float]) -> float:
    """Return the place nearest to the middle of a row's wishes that keeps its distance from the rows above and below."""
    above, below = bounds
    wanted = median(wishes) if wishes else top[row]
    least = max((top[other] + distance for other, distance in above.items()), default=wanted)
    most = min((top[other] - distance for other, distance in below.items()), default=wanted)
    return max(least, min(most, wanted))


def _lefts(layered: _Columns, size: Sizes) -> dict[Key, float]:
    """Return each key's left: columns are as wide as their widest node."""
    left = 0.0
    lefts: dict[Key, float] = {}
    for keys in layered.columns:
        lefts |= dict.fromkeys(keys, left)
        left += max(size[key][0] for key in keys if isinstance(key, str)) + COLUMN_GAP
    return lefts


def _row(names: Iterable[str], size: Sizes, top: float) -> dict[str, tuple[float, float]]:
    places, left = {}, 0.0
    for name in names:
        places[name] = (left, top)
        left += size[name][0] + COLUMN_GAP
    return places


def _snapped(value: float) -> float:
    return float(round(value / _SNAP) * _SNAP)
