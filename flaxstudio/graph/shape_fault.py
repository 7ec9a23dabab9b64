"""Why a node's shape cannot be, as a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """The end of a sentence that begins with the node, and what to do."""

    what: str
    remedy: str
