"""What nodes cost, as plain values: params, memory and computing, for one sample."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from flaxstudio.graph.receptive_field import ReceptiveField
from flaxstudio.graph.shape import ArrayShape, Shape


@dataclass(frozen=True, slots=True)
class Cost:
    """What a node costs. FLOPs are those of one sample: of the forward pass, and of forward and backward together.

    `bytes` is what the params take. `activations` are the bytes a sample that the node gives out, which training keeps
    for the backward pass. FLOPs are None while they are not known.
    """

    params: int = 0
    bytes: int = 0
    activations: int = 0
    flops: int | None = 0
    training_flops: int | None = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.params + other.params,
            self.bytes + other.bytes,
            self.activations + other.activations,
            None if self.flops is None or other.flops is None else self.flops + other.flops,
            None if self.training_flops is None or other.training_flops is None else self.training_flops + other.training_flops,
        )

    def times(self, count: int) -> "Cost":
        """Return what so many of them cost."""
        flops = None if self.flops is None else self.flops * count
        training = None if self.training_flops is None else self.training_flops * count
        return Cost(self.params * count, self.bytes * count, self.activations * count, flops, training)


@dataclass(frozen=True, slots=True)
class CostRow:
    """A node's line of the table. `shape` is None where it could not be computed; `children` are the nodes of a block.

    `count` is how often the node stands there; the cost is that of all of them.
    """

    name: str
    layer: str
    shape: Shape | None
    cost: Cost
    field: ReceptiveField | None = None
    count: int = 1
    children: tuple["CostRow", ...] = ()


@dataclass(frozen=True, slots=True)
class CostTable:
    """What a model costs, node by node. `is_complete`: all FLOPs are known."""

    rows: tuple[CostRow, ...] = ()
    is_complete: bool = True

    @property
    def total(self) -> Cost:
        """What all nodes cost together."""
        return total_of(row.cost for row in self.rows)

    def row(self, name: str) -> CostRow | None:
        """Return the line of a node of the model's own graph."""
        return next((row for row in self.rows if row.name == name), None)


def total_of(costs: Iterator[Cost] | Sequence[Cost]) -> Cost:
    """Return the sum of costs."""
    whole = Cost()
    for cost in costs:
        whole += cost
    return whole


def bytes_of(shape: Shape | None) -> int:
    """Return how many bytes an array of that shape takes for one sample; of a state, all its arrays."""
    if shape is None:
        return 0
    parts = (shape,) if isinstance(shape, ArrayShape) else shape.parts
    return sum(prod(part.sizes) * item_size(part.dtype) for part in parts)


def item_size(dtype: str) -> int:
    """Return how many bytes a number of a type takes."""
    bits = re.search(r"\d+", dtype)
    return int(bits[0]) // 8 if bits else 1
