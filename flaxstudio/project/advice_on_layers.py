"""Warnings about layers and what stands before and behind them, whatever the model is for."""

from collections.abc import Iterator, Mapping

from flaxstudio.graph.graph import Edge, Graph, Node
from flaxstudio.graph.neighbours import Neighbours
from flaxstudio.graph.problem import Fix, Problem, setting
from flaxstudio.graph.repair import InsertLayer, RemoveNode, ReplaceNode, SetAttribute
from flaxstudio.graph.shape import ArrayShape, NodeShape
from flaxstudio.graph.spec import Catalogue

Shapes = Mapping[str, NodeShape]

LINEAR = frozenset(
    (
        "Dense",
        "Conv",
        "ConvTranspose",
        "ConvLocal",
        "SpectralNormDense",
        "SpectralNormConv",
        "WeightNormDense",
        "WeightNormConv",
    )
)
"""Layers that multiply by a kernel and do nothing else."""

KEEPING = frozenset(("Dropout", "Flatten", "Reshape", "Squeeze", "ExpandDims", "GaussianNoise"))
"""Layers between two others that take away no value and bend none."""

NONLINEAR = frozenset(
    ("relu", "relu6", "gelu", "silu", "leaky_relu", "PReLU", "elu", "celu", "selu", "tanh", "sigmoid", "softplus", "softmax",
     "log_softmax", "log_sigmoid", "hard_sigmoid", "hard_silu", "hard_tanh", "soft_sign", "mish", "squareplus",
     "sparse_plus", "sparse_sigmoid")
)  # fmt: skip

_MEANT_PAIRS = frozenset((("softplus", "tanh"), ("softplus", "log_softmax"), ("squareplus", "tanh")))
"""Activations in a row that are a known function: mish by hand."""

_TAKES_NUMBERS = ("linear", "convolution", "normalisation", "attention", "recurrent", "activation")
_TAKES_TOKENS = frozenset(("Embed", "OneHot", "PaddingMask", "AttentionMask", "CausalMask"))
_MOST_DROPPED = 0.9
_HUGE = 10_000_000


def layers_advice(graph: Graph, near: Neighbours, catalogue: Catalogue, shapes: Shapes, whole: int) -> Iterator[Problem]:
    """Yield the warnings about the layers of a graph, node by node. `shapes` are those known, `whole` the model's params."""
    for node in graph.nodes:
        if node.layer not in catalogue:
            continue
        if node.layer in LINEAR:
            yield from _about_linear(node, near, catalogue, shapes)
        if node.layer in NONLINEAR:
            yield from _about_activation(node, near, catalogue, shapes)
        match node.layer:
            case "BatchNorm":
                yield from _about_bias(node, near, catalogue)
            case "LayerNorm" | "RMSNorm":
                yield from _about_norm(node, near, shapes)
            case "Dropout":
                yield from _about_rate(node, catalogue)
            case "Split" | "SplitThree":
                yield from _about_unused(node, near, catalogue)
            case "Dense":
                yield from _about_size(node, near, shapes, whole)
        yield from _about_whole_numbers(node, near, catalogue)


def _about_linear(node: Node, near: Neighbours, catalogue: Catalogue, shapes: Shapes) -> Iterator[Problem]:
    """Two linear layers in a row, where the values between are no fewer, can do no more than one."""
    if node.attributes.get("repeat", 1) != 1 and not node.attributes.get("between") and not _is_meant_linear(node):
        what = f"{node.name} is repeated with no activation between: together the repeats can do no more than one."
        fix = setting("Put relu between", node.name, "between", "relu")
        yield _warning(node, "repeated_linear", what, "Choose an activation between its repeats.", fix)
    way = near.way_back(node.name, KEEPING)
    if not way or way[-1].layer not in LINEAR or _is_meant_linear(way[-1]) or _is_meant_linear(node):
        return
    first = way[-1]
    between, given, made = _features(first, catalogue), _given(first, near, shapes), _features(node, catalogue)
    if between is None or made is None or between < min(made, made if given is None else given):
        return  # a bottleneck is meant
    what = f"{first.name} and {node.name} have no activation between them: together they can do no more than one {node.layer}."
    edge = near.out_of[first.name][0]
    yield _warning(
        node, "linear_pair", what, "Put a relu between them, or delete one.", Fix("Insert relu", (InsertLayer("relu", edge),))
    )


def _about_activation(node: Node, near: Neighbours, catalogue: Catalogue, shapes: Shapes) -> Iterator[Problem]:
    before = near.feeder(node.name)
    if before is not None and before.layer in NONLINEAR and (before.layer, node.layer) not in _MEANT_PAIRS:
        what = f"{before.name} and {node.name} are two activations in a row."
        yield _warning(node, "activation_pair", what, "Delete one of them.", _removal(node))
    if node.layer in ("softmax", "log_softmax") and catalogue[node.layer].value(node, "axis") == -1:
        given = _shape_into(node, near, shapes)
        if given is not None and given.sizes and given.sizes[-1] == 1:
            always = "1" if node.layer == "softmax" else "0"
            what = f"{node.name} gets a single value, {given}, so it always gives {always}."
            fix = Fix("Use sigmoid", (ReplaceNode(node.name, "sigmoid"),))
            yield _warning(node, "softmax_of_one", what, "Use sigmoid, or give it a value for each class.", fix)


def _about_bias(node: Node, near: Neighbours, catalogue: Catalogue) -> Iterator[Problem]:
    before = near.feeder(node.name)
    if before is None or before.layer not in LINEAR or near.only_follower(before.name) is None:
        return
    if catalogue[before.layer].value(before, "use_bias") is True and not before.attributes.get("shares"):
        what = f"{before.name} adds a bias that {node.name} takes away again."
        yield _warning(
            before,
            "bias_before_norm",
            what,
            "Turn its use_bias off.",
            setting("Turn use_bias off", before.name, "use_bias", False),
        )


def _about_norm(node: Node, near: Neighbours, shapes: Shapes) -> Iterator[Problem]:
    given = _shape_into(node, near, shapes)
    if given is not None and given.sizes and given.sizes[-1] == 1 and "reduction_axes" not in node.attributes:
        what = f"{node.name} normalises single values, {given}: it gives the same for every sample."
        yield _warning(node, "norm_of_one", what, "Delete it, or put it where there are several features.", _removal(node))


def _about_rate(node: Node, catalogue: Catalogue) -> Iterator[Problem]:
    rate = catalogue["Dropout"].value(node, "rate")
    if not isinstance(rate, int | float):
        return
    if rate == 0:
        yield _warning(
            node,
            "dropout_of_nothing",
            f"{node.name} has rate 0 and drops nothing.",
            "Raise its rate, or delete it.",
            _removal(node),
        )
    elif rate >= _MOST_DROPPED:
        what = f"{node.name} drops {rate:.0%} of all values, so little is left to learn from."
        yield _warning(
            node,
            "dropout_of_all",
            what,
            "Rates between 0.1 and 0.5 are usual.",
            setting("Set rate to 0.5", node.name, "rate", 0.5),
        )


def _about_unused(node: Node, near: Neighbours, catalogue: Catalogue) -> Iterator[Problem]:
    used = {edge.source.port for edge in near.out_of[node.name]}
    unused = [port.name for port in catalogue[node.layer].outputs if port.name not in used]
    if used and unused:
        which = " and ".join(f"“{name}”" for name in unused)
        yield _warning(
            node,
            "unused_output",
            f"Nothing uses the output {which} of {node.name}.",
            "Connect it, or take the part with a Slice.",
        )


def _about_size(node: Node, near: Neighbours, shapes: Shapes, whole: int) -> Iterator[Problem]:
    way, shape = near.way_back(node.name, KEEPING - {"Flatten"}), shapes.get(node.name)
    if not way or way[-1].layer != "Flatten" or shape is None or shape.params < max(_HUGE, whole / 2):
        return
    given = _shape_into(way[-1], near, shapes)
    share = f"{shape.params / whole:.0%} of the model's"
    what = f"{node.name} has {shape.params:,} params, {share}, since it gets every place of {given}."
    fix = Fix("Use GlobalAvgPool", (ReplaceNode(way[-1].name, "GlobalAvgPool"),))
    is_image = given is not None and len(given.sizes) > 1
    yield _warning(
        node, "huge_dense", what, f"Pool before {way[-1].name}, or use GlobalAvgPool instead.", *((fix,) if is_image else ())
    )


def _about_whole_numbers(node: Node, near: Neighbours, catalogue: Catalogue) -> Iterator[Problem]:
    """Whole numbers that name things (words, classes) are no quantities."""
    for edge in near.into[node.name]:
        source = near.nodes[edge.source.node]
        is_tokens = source.layer == "Input" and catalogue["Input"].value(source, "dtype") == "int32"
        spec = catalogue[node.layer]
        port = spec.input(edge.target.port)
        if not is_tokens or spec.family not in _TAKES_NUMBERS or node.layer in _TAKES_TOKENS:
            continue
        if port is None or port.is_optional or spec.definition is not None:
            continue
        what = f"{node.name} takes the whole numbers of {source.name} as quantities."
        remedy = f"Put an Embed or OneHot between, or set the dtype of {source.name} to float32."
        yield _warning(node, "tokens_as_amounts", what, remedy, *_number_fixes(source, node, edge))


def _number_fixes(source: Node, node: Node, edge: Edge) -> Iterator[Fix]:
    if node.layer not in ("Conv", "ConvTranspose"):
        yield Fix("Insert Embed", (InsertLayer("Embed", edge),))
    yield Fix("Use float32", (SetAttribute(source.name, "dtype", "float32"),))


def _features(node: Node, catalogue: Catalogue) -> int | None:
    features = catalogue[node.layer].value(node, "features")
    return features if isinstance(features, int) else None


def _given(node: Node, near: Neighbours, shapes: Shapes) -> int | None:
    """Return how many features a linear layer gets."""
    shape = _shape_into(node, near, shapes)
    return shape.sizes[-1] if shape is not None and shape.sizes else None


def _is_meant_linear(node: Node) -> bool:
    """Whether a layer's neighbour is linear on purpose: a part of a separable convolution, or one that makes images larger."""
    return node.layer == "ConvTranspose" or node.attributes.get("feature_group_count", 1) != 1


def _shape_into(node: Node, near: Neighbours, shapes: Shapes) -> ArrayShape | None:
    edges = near.into[node.name]
    known = shapes.get(edges[0].source.node) if len(edges) == 1 else None
    found = known.at(edges[0].source.port) if known is not None else None
    return found if isinstance(found, ArrayShape) else None


def _removal(node: Node) -> Fix:
    return Fix(f"Delete {node.name}", (RemoveNode(node.name),))


def _warning(node: Node, rule: str, what: str, remedy: str, *fixes: Fix) -> Problem:
    return Problem(node.name, what, remedy, "warning", fixes, rule=rule)
