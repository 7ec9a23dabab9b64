"""What a repair is made of: small steps that name a layer, a node or a wire. `project.repairs` carries them out."""

from dataclasses import dataclass

from flaxstudio.graph.graph import Edge, Port, Value

Settings = tuple[tuple[str, Value], ...]
"""Attributes that a new node gets."""


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """Set an attribute of a node."""

    node: str
    attribute: str
    value: Value


@dataclass(frozen=True, slots=True)
class InsertLayer:
    """Put a new node on a wire. Where a step before has put one there, this one stands behind it."""

    layer: str
    edge: Edge
    settings: Settings = ()


@dataclass(frozen=True, slots=True)
class PutBehind:
    """Put a new node behind an output; the wires that started there start at the new node."""

    layer: str
    source: Port
    settings: Settings = ()


@dataclass(frozen=True, slots=True)
class PutBefore:
    """Put a new node before an input; the wires that ended there end at the new node, if it has an input."""

    layer: str
    target: Port
    settings: Settings = ()


@dataclass(frozen=True, slots=True)
class AddOutput:
    """Add an Output fed by a port."""

    source: Port


@dataclass(frozen=True, slots=True)
class Connect:
    """Draw a wire; an input that takes one gives up the one it had."""

    source: Port
    target: Port


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Delete a wire."""

    edge: Edge


@dataclass(frozen=True, slots=True)
class RemoveNode:
    """Delete a node; what fed its first input feeds what it fed, unless it is to go with its wires."""

    node: str
    is_bridged: bool = True


@dataclass(frozen=True, slots=True)
class ReplaceNode:
    """Put a node of another layer in the place of one, with as many of its wires as find a port."""

    node: str
    layer: str
    settings: Settings = ()


@dataclass(frozen=True, slots=True)
class UseNode:
    """Use a muted or bypassed node again."""

    node: str


@dataclass(frozen=True, slots=True)
class SetLoss:
    """Choose the loss of an Output; of all where none is named."""

    loss: str
    output: str = ""


@dataclass(frozen=True, slots=True)
class SetPath:
    """Write another path for one of the optimizer's; "" leaves it out. With `group`, only in the group of that name."""

    path: str
    other: str = ""
    group: str = ""


Step = (
    SetAttribute
    | InsertLayer
    | PutBehind
    | PutBefore
    | AddOutput
    | Connect
    | Disconnect
    | RemoveNode
    | ReplaceNode
    | UseNode
    | SetLoss
    | SetPath
)
