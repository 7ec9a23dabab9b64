"""The third step of a layered layout: straight rows, long wires first, each as near to what it is wired to as it may be."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from flaxstudio.graph.layering import Layers

_PULLINGS = 24
_BALANCINGS = 4


@dataclass(slots=True)
class _Rows:
    """Keys joined into straight rows. `shift` is how far a key lies below its row's line, so that the wire is straight."""

    of: list[int]
    shift: list[float]
    keys: dict[int, list[int]] = field(default_factory=dict)
    above: dict[int, dict[int, float]] = field(default_factory=dict)
    below: dict[int, dict[int, float]] = field(default_factory=dict)
    wires: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    """To which other rows a row is wired, and how far below that row's place its own would be for a straight wire."""


def tops(layers: Layers, breadth: Sequence[float], gap: float, step: int) -> list[float]:
    """Return the top of every key, given how broad each is across the flow, how far they lie apart, and the grid's step."""
    rows = _joined(layers)
    for key, row in enumerate(rows.of):
        rows.keys.setdefault(row, []).append(key)
    _measure(rows, layers, breadth, gap)
    order = _from_top(rows)
    place = _placed(rows, order)
    place = {row: float(round(at / step) * step) for row, at in place.items()}
    return [place[row] + shift for row, shift in zip(rows.of, rows.shift, strict=True)]


def _joined(layers: Layers) -> _Rows:
    """Join keys of neighbouring columns so that no two joints cross: the longest wires first, then the nearest keys."""
    place, column_of = _places(layers)
    rows = _Rows(list(range(len(layers.before))), [0.0] * len(layers.before))
    chosen: list[list[tuple[int, int]]] = [[] for _ in layers.columns]
    offsets = {(key, other): (start, end) for key, joints in enumerate(layers.after) for other, start, end in joints}

    def importance(chain: list[int]) -> tuple[int, int]:
        return -len(chain), sum(abs(place[a] - place[b]) for a, b in pairwise(chain))

    joints: list[tuple[int, int]] = []
    for chain in sorted(layers.chains, key=importance):
        for left, right in pairwise(chain):
            taken = chosen[column_of[left]]
            joint = (place[left], place[right])
            at = bisect(taken, joint)
            if (at == 0 or (taken[at - 1][0] < joint[0] and taken[at - 1][1] < joint[1])) and (
                at == len(taken) or (taken[at][0] > joint[0] and taken[at][1] > joint[1])
            ):
                taken.insert(at, joint)
                joints.append((left, right))
    for source, target in sorted(joints, key=lambda joint: column_of[joint[0]]):
        start, end = offsets[source, target]
        rows.of[target] = rows.of[source]
        rows.shift[target] = rows.shift[source] + start - end
    return rows


def _places(layers: Layers) -> tuple[list[int], list[int]]:
    """Return each key's place in its column, and its column."""
    place, column_of = [0] * len(layers.before), [0] * len(layers.before)
    for number, keys in enumerate(layers.columns):
        for at, key in enumerate(keys):
            place[key], column_of[key] = at, number
    return place, column_of


def _measure(rows: _Rows, layers: Layers, breadth: Sequence[float], gap: float) -> None:
    """Find how far rows must lie apart, and where each would like to be."""
    rows.above = {row: {} for row in rows.keys}
    rows.below = {row: {} for row in rows.keys}
    rows.wires = {row: [] for row in rows.keys}
    for keys in layers.columns:
        for upper, lower in pairwise(keys):
            row, other = rows.of[upper], rows.of[lower]
            distance = rows.shift[upper] + breadth[upper] + gap - rows.shift[lower]
            if distance > rows.below[row].get(other, float("-inf")):
                rows.below[row][other] = rows.above[other][row] = distance
    for key, joints in enumerate(layers.after):
        for other, start, end in joints:
            row, far = rows.of[key], rows.of[other]
            if row != far:
                apart = rows.shift[other] + end - rows.shift[key] - start
                rows.wires[row].append((far, apart))
                rows.wires[far].append((row, -apart))


def _from_top(rows: _Rows) -> list[int]:
    """Return the rows with every row after those above it. Joints do not cross, so such an order exists."""
    missing = {row: len(others) for row, others in rows.above.items()}
    order = [row for row, count in missing.items() if count == 0]
    for row in order:  # grows while it is read
        for other in rows.below[row]:
            missing[other] -= 1
            if missing[other] == 0:
                order.append(other)
    return order


def _placed(rows: _Rows, order: Sequence[int]) -> dict[int, float]:
    """Pull all rows towards their wires together, then settle each by itself."""
    place = _pushed_down(rows, order, dict.fromkeys(order, 0.0))
    for _ in range(_PULLINGS):
        wanted = {row: _wish(rows, row, place, is_mean=True) for row in order}
        down, up = _pushed_down(rows, order, wanted), _pushed_up(rows, order, wanted)
        place = {row: (down[row] + up[row]) / 2 for row in order}  # between two that keep their distances, all do
    for _ in range(_BALANCINGS):
        for row in (*reversed(order), *order):
            place[row] = _settled(rows, row, place)
    return place


def _wish(rows: _Rows, row: int, place: dict[int, float], is_mean: bool = False) -> float:
    """Return where a row's wires would be straightest."""
    aims = [place[other] + lower for other, lower in rows.wires[row]]
    if not aims:
        return place[row]
    return sum(aims) / len(aims) if is_mean else median(aims)


def _pushed_down(rows: _Rows, order: Sequence[int], wanted: dict[int, float]) -> dict[int, float]:
    place: dict[int, float] = {}
    for row in order:
        place[row] = max([wanted[row], *(place[other] + distance for other, distance in rows.above[row].items())])
    return place


def _pushed_up(rows: _Rows, order: Sequence[int], wanted: dict[int, float]) -> dict[int, float]:
    place: dict[int, float] = {}
    for row in reversed(order):
        place[row] = min([wanted[row], *(place[other] - distance for other, distance in rows.below[row].items())])
    return place


def _settled(rows: _Rows, row: int, place: dict[int, float]) -> float:
    """Return the place nearest to a row's wish that keeps its distance from the rows above and below."""
    wanted = _wish(rows, row, place)
    least = max((place[other] + distance for other, distance in rows.above[row].items()), default=wanted)
    most = min((place[other] - distance for other, distance in rows.below[row].items()), default=wanted)
    return max(least, min(most, wanted))
