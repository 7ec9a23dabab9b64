"""The last step of a layered layout: wires that would pass behind a node get dots, by which they run clear of it."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flaxstudio.graph.layering import Layers

Point = tuple[float, float]
"""A place along and across the flow."""
_CLEAR = 6.0
_SAMPLES = 32
_STRAIGHT = 1.0


@dataclass(frozen=True, slots=True)
class _Column:
    """Where a column begins and ends along the flow, and where its nodes begin and end across."""

    start: float
    stop: float
    nodes: Sequence[tuple[float, float]]


def dots(
    layers: Layers, size: Mapping[str, Point], starts: Sequence[float], tops: Sequence[float], dummy_offset: float
) -> dict[tuple[str, str], list[Point]]:
    """Return, by source and target, the points that wires over several columns have to run through, if any.

    `starts` and `tops` are where keys begin along and across the flow.
    """
    columns = [_column(layers, keys, size, starts, tops) for keys in layers.columns]
    column_of = {key: at for at, keys in enumerate(layers.columns) for key in keys}
    found = {}
    for chain in layers.chains:
        first, last = chain[0], chain[-1]
        begin = (starts[first] + size[layers.names[first]][0], tops[first] + _offset(layers.after[first], chain[1]))
        end = (starts[last], tops[last] + _offset(layers.before[last], chain[-2]))
        lanes = [(columns[column_of[key]], tops[key] + dummy_offset) for key in chain[1:-1]]
        if any(abs(y - begin[1]) >= _STRAIGHT for y in (end[1], *(y for _, y in lanes))):
            between = columns[column_of[first] + 1 : column_of[last]]
            if _is_blocked(between, begin, end):
                found[layers.names[first], layers.names[last]] = list(_bends(begin, lanes, end))
    return found


def _column(
    layers: Layers, keys: Sequence[int], size: Mapping[str, Point], starts: Sequence[float], tops: Sequence[float]
) -> _Column:
    nodes = [(key, size[layers.names[key]]) for key in keys if not layers.is_dummy(key)]
    start = starts[keys[0]]
    depth = max((depth for _, (depth, _) in nodes), default=0.0)
    return _Column(start, start + depth, [(tops[key] - _CLEAR, tops[key] + breadth + _CLEAR) for key, (_, breadth) in nodes])


def _offset(joints: Sequence[tuple[int, float, float]], other: int) -> float:
    return next(own for neighbour, own, _ in joints if neighbour == other)


def _bends(begin: Point, lanes: Sequence[tuple[_Column, float]], end: Point) -> Iterator[Point]:
    """Yield where a wire bends: before and behind each straight piece, unless it goes straight on to a port."""
    runs: list[tuple[float, float, float]] = []
    for column, y in lanes:
        if runs and abs(runs[-1][2] - y) < _STRAIGHT:
            runs[-1] = (runs[-1][0], column.stop, y)
        else:
            runs.append((column.start, column.stop, y))
    for number, (start, stop, y) in enumerate(runs):
        if number > 0 or abs(y - begin[1]) >= _STRAIGHT:
            yield start, y
        if number < len(runs) - 1 or abs(y - end[1]) >= _STRAIGHT:
            yield stop, y


def _is_blocked(columns: Sequence[_Column], begin: Point, end: Point) -> bool:
    """Return whether the plain curve between two ports passes behind a node of the columns between."""
    edges = [column.start for column in columns]
    for along, across in _curve(begin, end):
        at = bisect_right(edges, along) - 1
        if at >= 0 and along <= columns[at].stop and any(top <= across <= bottom for top, bottom in columns[at].nodes):
            return True
    return False


def _curve(begin: Point, end: Point) -> Iterator[Point]:
    """Yield points of the curve that a wire between two ports is drawn as."""
    reach, rise = end[0] - begin[0], end[1] - begin[1]
    for step in range(1, _SAMPLES):
        t = step / _SAMPLES
        u = 1 - t
        yield begin[0] + reach * (1.5 * t * u + t**3), begin[1] + rise * (3 * u + t) * t * t
