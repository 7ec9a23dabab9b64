"""The second step of a layered layout: the order within each column that lets the fewest wires cross."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

from flaxstudio.graph.layering import Joint, Layers

_ROUNDS = 16
_PATIENCE = 4
_LARGE = 4000
"""From so many keys on, fewer attempts are made: the layout is to come at once."""
_SWAPPINGS = 4


def order_columns(layers: Layers) -> None:
    """Order the keys of every column."""
    is_large = len(layers.before) > _LARGE
    starts = [_by_depth(layers, is_upward=False)]
    if not is_large:
        starts += [_by_depth(layers, is_upward=True), [list(keys) for keys in layers.columns]]
    results = [_Sweeps(layers, start).best(_ROUNDS // 4 if is_large else _ROUNDS) for start in starts]
    layers.columns[:] = min(results, key=lambda result: result[0])[1]


def _by_depth(layers: Layers, is_upward: bool) -> list[list[int]]:
    """Return the columns as met when the longest wires are followed first: what belongs together lies together."""
    column_of = {key: at for at, keys in enumerate(layers.columns) for key in keys}
    columns: list[list[int]] = [[] for _ in layers.columns]
    length = {key: len(chain) for chain in layers.chains for key in chain[1:-1]}
    onward = layers.before if is_upward else layers.after
    starts = [key for keys in layers.columns for key in keys]
    seen: set[int] = set()
    for root in reversed(starts) if is_upward else starts:
        stack = [root] if root not in seen and (layers.is_dummy(root) is False) else []
        while stack:
            key = stack.pop()
            if key in seen:
                continue
            seen.add(key)
            columns[column_of[key]].append(key)
            stack += sorted((other for other, _, _ in onward[key]), key=lambda other: length.get(other, 0))
    return columns


class _Sweeps:
    """Sweeps to and fro over the columns, and remembers the best order met."""

    def __init__(self, layers: Layers, columns: list[list[int]]) -> None:
        self._layers = layers
        self._columns = columns
        self._place = [0.0] * len(layers.before)
        for keys in columns:
            self._put(keys)

    def best(self, rounds: int) -> tuple[int, list[list[int]]]:
        """Return the fewest crossings met and the columns that have them."""
        self._swap()
        fewest, best, waited = self._count(), [list(keys) for keys in self._columns], 0
        for number in range(rounds):
            if fewest == 0 or waited == _PATIENCE:
                break
            self._sweep(number)
            self._swap()
            count = self._count()
            waited += 1
            if count < fewest:
                fewest, best, waited = count, [list(keys) for keys in self._columns], 0
        return fewest, best

    def _put(self, keys: Sequence[int]) -> None:
        for at, key in enumerate(keys):
            self._place[key] = float(at)

    def _sweep(self, number: int) -> None:
        """Sort every column by the middle of each key's neighbours: of those before it, then of those behind it."""
        wanted = _mean if number % 2 == 0 else _median
        for neighbours, columns in ((self._layers.before, self._columns), (self._layers.after, self._columns[::-1])):
            for keys in columns:
                if number % 4 > 1:  # of equals, the last comes first
                    keys.reverse()
                aims = {key: wanted(self._ends(neighbours[key])) if neighbours[key] else self._place[key] for key in keys}
                keys.sort(key=aims.__getitem__)
                self._put(keys)

    def _ends(self, joints: Sequence[Joint]) -> list[float]:
        """Return where joints end, in order: the place of the other key, and a little for the port there."""
        return sorted([self._place[other] + end / 1e4 for other, _, end in joints])

    def _swap(self) -> None:
        """Exchange neighbours wherever that undoes crossings."""
        for number in range(_SWAPPINGS):
            columns = self._columns if number % 2 == 0 else self._columns[::-1]
            if not sum(self._swap_in(keys) for keys in columns):
                break

    def _swap_in(self, keys: list[int]) -> bool:
        ends = {key: (self._ends(self._layers.before[key]), self._ends(self._layers.after[key])) for key in keys}
        is_changed = False
        for at in range(len(keys) - 1):
            upper, lower = ends[keys[at]], ends[keys[at + 1]]
            now = _inversions(upper[0], lower[0]) + _inversions(upper[1], lower[1])
            if now and now > _inversions(lower[0], upper[0]) + _inversions(lower[1], upper[1]):
                keys[at], keys[at + 1] = keys[at + 1], keys[at]
                is_changed = True
        if is_changed:
            self._put(keys)
        return is_changed

    def _count(self) -> int:
        total = 0
        for keys in self._columns:
            seen: list[float] = []
            for key in keys:
                for _, end in sorted((start, self._place[other] + end / 1e4) for other, start, end in self._layers.after[key]):
                    total += len(seen) - bisect_right(seen, end)
                    insort(seen, end)
        return total


def _mean(ends: Sequence[float]) -> float:
    return sum(ends) / len(ends)


def _median(ends: Sequence[float]) -> float:
    middle = len(ends) // 2
    if len(ends) % 2:
        return ends[middle]
    if len(ends) == 2:
        return (ends[0] + ends[1]) / 2
    left, right = ends[middle - 1] - ends[0], ends[-1] - ends[middle]
    return (ends[middle - 1] * right + ends[middle] * left) / (left + right) if left + right else ends[middle]


def _inversions(upper: Sequence[float], lower: Sequence[float]) -> int:
    """Return how many wires cross that end there, if one key lies above another."""
    if not upper or not lower or upper[-1] <= lower[0]:
        return 0
    if len(upper) == 1 == len(lower):
        return 1
    return sum(bisect_left(lower, end) for end in upper)
