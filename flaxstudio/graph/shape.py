"""Shapes as plain values, so that views can show them without jax. The first size is the batch and has no number."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flaxstudio.graph.graph import Port
from flaxstudio.graph.problem import Problem


@dataclass(frozen=True, slots=True)
class ArrayShape:
    """Sizes of an array behind the batch dimension, and its dtype: (8, 8, 1) stands for (batch, 8, 8, 1)."""

    sizes: tuple[int, ...]
    dtype: str = "float32"

    def __str__(self) -> str:
        return f"({', '.join(['batch', *map(str, self.sizes)])})"


@dataclass(frozen=True, slots=True)
class StateShape:
    """What a recurrent layer carries from step to step, where that is several arrays."""

    parts: tuple[ArrayShape, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes of its first array."""
        return self.parts[0].sizes

    @property
    def dtype(self) -> str:
        """Type of its first array."""
        return self.parts[0].dtype

    def __str__(self) -> str:
        return f"state of {' and '.join(map(str, self.parts))}"


Shape = ArrayShape | StateShape


@dataclass(frozen=True, slots=True)
class NodeShape:
    """What a node gives out (None for Output nodes) and how many params it holds. `others` are its further outputs, by port."""

    output: Shape | None
    params: int = 0
    others: tuple[tuple[str, Shape], ...] = ()

    def at(self, port: str) -> Shape | None:
        """Return the shape at an output port."""
        return dict(self.others).get(port, self.output) if self.others else self.output


@dataclass(frozen=True, slots=True)
class GraphShapes:
    """The shapes of the nodes that could be computed, and the problems of those that could not.

    `names` are those of the dimensions at each output, the batch's first, where somebody has asked for them.
    """

    nodes: Mapping[str, NodeShape]
    problems: tuple[Problem, ...] = ()
    names: Mapping[Port, tuple[str, ...]] = field(default_factory=dict)

    def at(self, port: Port) -> Shape | None:
        """Return the shape at an output port, if it is known."""
        known = self.nodes.get(port.node)
        return known.at(port.port) if known else None

    @property
    def params(self) -> int:
        """Return the number of params in all."""
        return sum(node.params for node in self.nodes.values())
