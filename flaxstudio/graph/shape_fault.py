"""Why a node's shape cannot be, as a value."""

from dataclasses import dataclass

from flaxstudio.graph.problem import Fix


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """The end of a sentence that begins with the node, what to do, and repairs that are known already."""

    what: str
    remedy: str
    fixes: tuple[Fix, ...] = ()
