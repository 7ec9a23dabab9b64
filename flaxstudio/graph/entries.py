"""What an Input node says about the arrays that enter."""

from flaxstudio.graph.graph import Graph, Node, Value
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue


def entry_shape(node: Node, catalogue: Catalogue) -> ArrayShape:
    """Return the shape and dtype of one sample as an Input node sets them."""
    spec = catalogue[node.layer]
    return ArrayShape(whole_numbers(spec.value(node, "shape")), str(spec.value(node, "dtype")))


def entry_shapes(graph: Graph, catalogue: Catalogue) -> dict[str, ArrayShape]:
    """Return Input -> the shape of one of its samples, in order."""
    return {node.name: entry_shape(node, catalogue) for node in graph.of_layer("Input")}


def whole_numbers(value: Value) -> tuple[int, ...]:
    """Return the whole numbers of a value that should be a tuple of them."""
    return tuple(item for item in value if isinstance(item, int)) if isinstance(value, tuple) else ()
