"""A long layout folded like the lines of a text: broken where a single wire goes on, so that it fills a screen."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flaxstudio.graph.layering import Layers

Point = tuple[float, float]
_MOST_BANDS = 24
_HALVINGS = 24
_GAP = 140.0
_WAY = 40.0
"""How far below a band the wire to the next one runs: nearer to it than to the next, over which a frame may have its title."""
_LANE = 40.0
_STEP = 10.0
_TURN = 40.0
"""How far beyond a band's ends a wire turns round to the next band."""


@dataclass(frozen=True, slots=True)
class Band:
    """One line of the text: its columns, where they begin and end along the flow, and what its nodes take across."""

    columns: range
    start: float
    stop: float
    top: float
    bottom: float


def folded(
    layers: Layers,
    size: Mapping[str, Point],
    starts: Sequence[float],
    tops: Sequence[float],
    bends: Mapping[tuple[str, str], Sequence[Point]],
    wanted: float,
) -> tuple[dict[str, Point], dict[tuple[str, str], list[Point]]]:
    """Return each node's place, and the points that wires run through: `bends` moved along, and from band to band.

    `starts` and `tops` are where keys begin along and across the flow, `wanted` how many times as long as broad the whole
    should be.
    """
    bands = _best([_column(layers, keys, size, starts, tops) for keys in layers.columns], _cuts(layers), wanted)
    places: dict[str, Point] = {}
    ways: dict[tuple[str, str], list[Point]] = {}
    down = 0.0
    for band, behind in zip(bands, [*bands[1:], None], strict=True):
        left, up = band.start, band.top - down
        keys = [key for column in band.columns for key in layers.columns[column] if not layers.is_dummy(key)]
        places |= {layers.names[key]: (starts[key] - left, tops[key] - up) for key in keys}
        names = {layers.names[key] for key in keys}
        ways |= {ends: [(x - left, y - up) for x, y in way] for ends, way in bends.items() if ends[0] in names}
        down += math.ceil((band.bottom - band.top) / _STEP) * _STEP + _GAP
        if behind is not None:
            source, target = next(
                (key, other) for key in keys for other, _, _ in layers.after[key] if other in _first(layers, behind)
            )
            between = down - _GAP + _WAY
            ways[layers.names[source], layers.names[target]] = [(band.stop - left + _TURN, between), (-_TURN, between)]
    return places, ways


def _first(layers: Layers, band: Band) -> Sequence[int]:
    return layers.columns[band.columns[0]]


def _best(columns: Sequence[Band], cuts: Sequence[int], wanted: float) -> list[Band]:
    """Return the bands that can be seen largest in a view of the wanted shape."""

    def extent(bands: list[Band]) -> float:
        length = max(band.stop - band.start for band in bands) + 2 * _TURN
        breadth = sum(band.bottom - band.top + _GAP for band in bands) - _GAP
        return max(length / wanted, breadth)

    return min((_bands(columns, cuts, count) for count in range(1, _MOST_BANDS + 1)), key=extent)


def _cuts(layers: Layers) -> list[int]:
    """Return the columns before which just one wire comes in, from node to node."""
    cuts = []
    for at, keys in enumerate(layers.columns[:-1]):
        joints = [(key, other) for key in keys for other, _, _ in layers.after[key]]
        if len(joints) == 1 and not any(map(layers.is_dummy, joints[0])):
            cuts.append(at + 1)
    return cuts


def _column(
    layers: Layers, keys: Sequence[int], size: Mapping[str, Point], starts: Sequence[float], tops: Sequence[float]
) -> Band:
    nodes = [key for key in keys if not layers.is_dummy(key)]
    boxes = [(tops[key], tops[key] + (_LANE if layers.is_dummy(key) else size[layers.names[key]][1])) for key in keys]
    depth = max(size[layers.names[key]][0] for key in nodes)
    start = starts[keys[0]]
    return Band(range(0), start, start + depth, min(top for top, _ in boxes), max(bottom for _, bottom in boxes))


def _bands(columns: Sequence[Band], cuts: Sequence[int], count: int) -> list[Band]:
    """Break the columns into at most so many bands, if they can be cut, the longest as short as may be."""
    starts, ends = [columns[0].start, *(columns[cut].start for cut in cuts)], [columns[cut - 1].stop for cut in cuts]
    ends.append(columns[-1].stop)
    low, high = 0.0, ends[-1] - starts[0]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if len(_filled(starts, ends, middle)) <= count else (middle, high)
    edges = [0, *(cuts[at - 1] for at in _filled(starts, ends, high)[1:]), len(columns)]
    return [_joined(columns, first, last) for first, last in pairwise(edges)]


def _filled(starts: Sequence[float], ends: Sequence[float], most: float) -> list[int]:
    """Return with which piece each band begins if bands are filled one after the other; a piece too long has one for itself."""
    begins, at = [], 0
    while at < len(starts):
        begins.append(at)
        at = max(at + 1, bisect_right(ends, starts[at] + most + 0.5))
    return begins


def _joined(columns: Sequence[Band], first: int, last: int) -> Band:
    parts = columns[first:last]
    top, bottom = min(part.top for part in parts), max(part.bottom for part in parts)
    return Band(range(first, last), parts[0].start, parts[-1].stop, top, bottom)
