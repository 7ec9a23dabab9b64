"""Where arrays enter and leave: what Input nodes say about them, and which Inputs and Outputs make the call."""

from flaxstudio.graph.activity import active
from flaxstudio.graph.graph import Graph, Node, Value
from flaxstudio.graph.naming import fault_of_name
from flaxstudio.graph.order import upstream
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue

CALL = "__call__"


def methods_of(graph: Graph) -> dict[str, list[Node]]:
    """Return method -> its Output nodes that are not muted, the call first."""
    methods: dict[str, list[Node]] = {}
    for node in (output for output in graph.of_layer("Output") if output.mode == "on"):
        given = str(node.attributes.get("method", CALL))
        methods.setdefault(CALL if fault_of_name(given) else given, []).append(node)
    return {name: methods[name] for name in sorted(methods, key=lambda name: name != CALL)}


def call_outputs(graph: Graph) -> tuple[Node, ...]:
    """Return the Outputs that the Module's call returns, in that order."""
    return tuple(methods_of(graph).get(CALL, ()))


def call_inputs(graph: Graph, catalogue: Catalogue) -> tuple[Node, ...]:
    """Return the Inputs that the Module's call takes, in order: those that lead to its Outputs, not to another method's."""
    graph = active(graph, catalogue)
    outputs = [node.name for node in call_outputs(graph)]
    useful = upstream(graph, outputs)
    return tuple(node for node in graph.of_layer("Input") if node.name in useful or not outputs)


def entry_shape(node: Node, catalogue: Catalogue) -> ArrayShape:
    """Return the shape and dtype of one sample as an Input node sets them."""
    spec = catalogue[node.layer]
    return ArrayShape(whole_numbers(spec.value(node, "shape")), str(spec.value(node, "dtype")))


def entry_shapes(graph: Graph, catalogue: Catalogue) -> dict[str, ArrayShape]:
    """Return Input -> the shape of one of its samples, in order."""
    return {node.name: entry_shape(node, catalogue) for node in graph.of_layer("Input")}


def call_shapes(graph: Graph, catalogue: Catalogue) -> dict[str, ArrayShape]:
    """Return each Input of the call -> the shape of one of its samples, in the order of its parameters."""
    return {node.name: entry_shape(node, catalogue) for node in call_inputs(graph, catalogue)}


def whole_numbers(value: Value) -> tuple[int, ...]:
    """Return the whole numbers of a value that should be a tuple of them."""
    return tuple(item for item in value if isinstance(item, int)) if isinstance(value, tuple) else ()
