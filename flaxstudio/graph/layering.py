"""The first step of a layered layout: each node gets a column, and edges over several columns are broken up by dummies."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flaxstudio.graph.graph import Graph, Port
from flaxstudio.graph.order import nodes_behind_cycles, topological_order

_TIGHTENINGS = 4

Joint = tuple[int, float, float]
"""A key in the next column, how far down this key's side the wire starts, and how far down the other's it ends."""
Offset = Callable[[Port, bool], float]
"""How far a port lies from the beginning of its node's side; the second argument: whether it is an output."""


@dataclass(slots=True)
class Layers:
    """Keys by column along the flow, and what each is joined to. Keys below `len(names)` are nodes, the rest dummies."""

    names: Sequence[str]
    columns: list[list[int]]
    before: list[list[Joint]] = field(default_factory=list)
    after: list[list[Joint]] = field(default_factory=list)
    chains: list[list[int]] = field(default_factory=list)
    """The keys of each wire, from its source over its dummies to its target."""

    def is_dummy(self, key: int) -> bool:
        """Return whether a key only stands for a piece of a wire."""
        return key >= len(self.names)


def layered(graph: Graph, names: Sequence[str], offset: Offset, dummy_offset: float) -> Layers:
    """Put every node behind its inputs, as near to what it is wired to as it may be. Edges leading back have no say."""
    key = {name: at for at, name in enumerate(names)}
    wires: dict[tuple[int, int], tuple[float, float]] = {}
    for edge in graph.edges:
        if edge.source.node in key and edge.target.node in key and edge.source.node != edge.target.node:
            offsets = (offset(edge.source, True), offset(edge.target, False))
            wires.setdefault((key[edge.source.node], key[edge.target.node]), offsets)
    column = _columns(_forward_order(graph, key), len(names), wires)
    layers = Layers(names, [[] for _ in range(max(column, default=-1) + 1)])
    for at in range(len(names)):
        _add(layers, at, column[at])
    for (source, target), offsets in sorted(wires.items(), key=lambda wire: column[wire[0][0]] - column[wire[0][1]]):
        if column[source] < column[target]:
            _join(layers, column, (source, target), offsets, dummy_offset)
    return layers


def _add(layers: Layers, key: int, column: int) -> None:
    layers.before.append([])
    layers.after.append([])
    layers.columns[column].append(key)


def _join(layers: Layers, column: Sequence[int], ends: tuple[int, int], offsets: tuple[float, float], dummy: float) -> None:
    chain = [ends[0]]
    for at in range(column[ends[0]] + 1, column[ends[1]]):
        key = len(layers.before)
        _add(layers, key, at)
        chain.append(key)
    chain.append(ends[1])
    for number, (left, right) in enumerate(pairwise(chain)):
        start = offsets[0] if number == 0 else dummy
        end = offsets[1] if number == len(chain) - 2 else dummy
        layers.after[left].append((right, start, end))
        layers.before[right].append((left, end, start))
    layers.chains.append(chain)


def _forward_order(graph: Graph, key: dict[str, int]) -> list[int]:
    """Return the nodes with every node after its inputs; those of loops at the end, as they come."""
    behind = nodes_behind_cycles(graph)
    late = (name for name in key if name in behind)
    return [key[name] for name in (*topological_order(graph), *late) if name in key]


def _columns(order: Iterable[int], count: int, wires: Iterable[tuple[int, int]]) -> list[int]:
    """Return each node's column: behind its last input, then drawn towards the side where it has more wires."""
    order = list(order)
    sources: list[list[int]] = [[] for _ in range(count)]
    targets: list[list[int]] = [[] for _ in range(count)]
    rank = {key: at for at, key in enumerate(order)}
    for source, target in wires:
        if rank[source] < rank[target]:
            sources[target].append(source)
            targets[source].append(target)
    column = [0] * count
    for key in order:
        column[key] = max((column[source] + 1 for source in sources[key]), default=0)
    for _ in range(_TIGHTENINGS):
        for key in reversed(order):
            if len(targets[key]) > len(sources[key]):
                column[key] = min(column[target] for target in targets[key]) - 1
        for key in order:
            if len(sources[key]) > len(targets[key]):
                column[key] = max(column[source] for source in sources[key]) + 1
    least = min(column, default=0)
    return [at - least for at in column]
