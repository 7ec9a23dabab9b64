"""Warnings about arrays that a layer can take but was not made for: whole numbers multiplied, channels that stand first."""

from collections.abc import Iterator, Mapping, Sequence

from flaxstudio.graph.graph import Edge
from flaxstudio.graph.problem import Fix, Problem, setting
from flaxstudio.graph.repair import PutBehind
from flaxstudio.graph.shape import ArrayShape, NodeShape
from flaxstudio.graph.situation import Situation
from flaxstudio.graph.spec import LayerSpec

_MULTIPLYING = ("linear", "convolution", "recurrent", "attention")
_TAKING_NUMBERS = ("Embed", "OneHot", "PaddingMask", "CausalMask", "AttentionMask", "CombineMasks")
_MOST_CHANNELS = 4


def is_odd(spec: LayerSpec, into: Sequence[Edge], shapes: Mapping[str, NodeShape]) -> bool:
    """Return whether there may be anything to warn of: quickly, since it is asked of every node."""
    if not into or spec.family not in _MULTIPLYING:
        return False
    given = shapes.get(into[0].source.node)
    output = given.output if given else None
    if not isinstance(output, ArrayShape):
        return False
    return output.dtype == "int32" or (len(output.sizes) == 3 and output.sizes[0] <= _MOST_CHANNELS)


def usage_warnings(at: Situation) -> Iterator[Problem]:
    """Yield what is odd about what a node gets; it runs all the same."""
    if not at.arrivals:
        return
    if at.spec.is_module and at.node.layer not in _TAKING_NUMBERS and at.given.dtype == "int32":
        what = f"{at.node.name} multiplies whole numbers {at.given} as if they were amounts; tokens and classes are only names."
        yield Problem(at.node.name, what, "Put an Embed or OneHot before it.", "warning", _named(at), rule="tokens_as_amounts")
    if at.spec.family == "convolution" and (problem := _channels_first(at)) is not None:
        yield problem


def _named(at: Situation) -> tuple[Fix, ...]:
    entry = at.entry(at.wire)
    amounts = (setting(f"Set {entry.name}'s dtype to float32", entry.name, "dtype", "float32"),) if entry else ()
    embed, one_hot = at.insert("Embed", "Put Embed before it"), at.insert("OneHot", "Put OneHot before it")
    return (embed, one_hot, *amounts)


def _channels_first(at: Situation) -> Problem | None:
    node, given = at.entry(at.wire), at.given
    if node is None or at.wire.source.node != node.name or len(given.sizes) != 3:
        return None
    first, height, width = given.sizes
    if first > _MOST_CHANNELS or min(height, width) <= 2 * _MOST_CHANNELS or width <= _MOST_CHANNELS:
        return None
    what = f"{node.name} looks like (batch, channels {first}, height {height}, width {width}); layers have the channels last."
    fixes = (
        Fix("Put the channels last", (PutBehind("Transpose", at.wire.source, (("axes", (0, 2, 3, 1)),)),)),
        setting(f"Set shape to {height}, {width}, {first}", node.name, "shape", (height, width, first)),
    )
    return Problem(
        node.name,
        what,
        "Put a Transpose behind it, or give the shape with the channels last.",
        "warning",
        fixes,
        rule="channels_first",
    )
