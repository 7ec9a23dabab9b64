"""What each layer is tried with: a shape without the batch for each input port, and what numbers stand in it."""

from dataclasses import dataclass, field
from typing import Literal

from flaxstudio.graph.graph import Graph, Node, Value, edge
from flaxstudio.graph.spec import Catalogue, LayerSpec

Kind = Literal["normal", "positive", "unit", "tokens", "lengths", "mask"]


@dataclass(frozen=True)
class Given:
    """An array without its batch dimension, and the kind of numbers in it."""

    shape: tuple[int, ...]
    kind: Kind = "normal"

    @property
    def dtype(self) -> str:
        return "int32" if self.kind in ("tokens", "lengths") else "float32"


@dataclass(frozen=True)
class Example:
    """Inputs by port (a list for a port that takes many) and the attributes that differ from the default."""

    inputs: dict[str, Given | list[Given]]
    attributes: dict[str, Value] = field(default_factory=dict)


ROW = Given((6,))
STEPS = Given((5, 8))
IMAGE = Given((8, 8, 4))
TOKENS = Given((5,), "tokens")
HEADS = Given((5, 2, 4))
MASK = Given((1, 5, 5), "mask")

_FAMILIES: dict[str, Given] = {
    "linear": ROW,
    "convolution": IMAGE,
    "normalisation": STEPS,
    "activation": STEPS,
    "shape": STEPS,
    "math": STEPS,
    "merge": STEPS,
    "attention": STEPS,
    "recurrent": STEPS,
}

_SMALL: dict[str, Value] = {"features": 6}
_LSTM_IMAGES = {"in": Given((3, 8, 8, 2))}

EXAMPLES: dict[str, Example] = {
    "DenseGeneral": Example({"in": HEADS}, {"features": (3, 4), "axis": (-2, -1)}),
    "Einsum": Example({"in": STEPS}, {"shape": (8, 3), "einsum_str": "bti,io->bto"}),
    "Embed": Example({"in": TOKENS}, {"num_embeddings": 7, "features": 4}),
    "EmbedAttend": Example({"in": STEPS}, {"num_embeddings": 7, "features": 8}),
    "OneHot": Example({"in": TOKENS}, {"num_classes": 7}),
    "GroupNorm": Example({"in": STEPS}, {"num_groups": 4}),
    "SpectralNormConv": Example({"in": IMAGE}, {"features": 3}),
    "WeightNormConv": Example({"in": IMAGE}, {"features": 3}),
    "glu": Example({"in": STEPS}),
    "PaddingMask": Example({"in": TOKENS}),
    "CausalMask": Example({"in": TOKENS}),
    "AttentionMask": Example({"query": TOKENS, "key": TOKENS}),
    "CombineMasks": Example({"in": [MASK, MASK]}),
    "DotProductAttention": Example({"query": HEADS, "key": HEADS, "value": HEADS}),
    "ConvLSTM": Example(_LSTM_IMAGES, {"features": 3}),
    "BidirectionalConvLSTM": Example(_LSTM_IMAGES, {"features": 3}),
    "Reshape": Example({"in": Given((64,))}),
    "Squeeze": Example({"in": Given((5, 1))}),
    "SplitThree": Example({"in": ROW}),
    "Pad": Example({"in": IMAGE}),
    "UpSample": Example({"in": IMAGE}),
    "Resize": Example({"in": IMAGE}),
    "SpaceToDepth": Example({"in": IMAGE}),
    "DepthToSpace": Example({"in": IMAGE}),
    "Patches": Example({"in": IMAGE}),
    "LearnedQueries": Example({"in": IMAGE}),
    "ClassToken": Example({"in": STEPS}),
    "MatMul": Example({"first": Given((5, 8)), "second": Given((8, 3))}),
    "Where": Example({"condition": Given((5, 8), "mask"), "if_true": STEPS, "if_false": STEPS}),
    "Divide": Example({"first": STEPS, "second": Given((5, 8), "positive")}),
    **{
        name: Example({"in": Given((5, 8), "positive")})
        for name in ("ConstantOver", "Sqrt", "Rsqrt", "Log", "Log1p", "Power", "Prod")
    },
}

VARIANTS: dict[str, Example] = {
    "Conv of a series, causal": Example(
        {"in": STEPS}, {"features": 4, "kernel_size": (3,), "strides": (2,), "padding": "CAUSAL", "kernel_dilation": (2,)}
    ),
    "Conv depthwise, all numbers": Example(
        {"in": IMAGE}, {"features": 8, "feature_group_count": 4, "padding": ((0, 1), (2, 0)), "input_dilation": (2, 1)}
    ),
    "Conv of a volume, mirrored": Example({"in": Given((4, 4, 4, 2))}, {"kernel_size": (3, 3, 3), "padding": "REFLECT"}),
    "Conv one number a dimension": Example({"in": IMAGE}, {"padding": (1, 2), "precision": "HIGHEST"}),
    "ConvLocal periodic": Example({"in": IMAGE}, {"features": 2, "padding": "CIRCULAR", "strides": (2, 2)}),
    "ConvTranspose of a series": Example({"in": STEPS}, {"kernel_size": (4,), "strides": (2,), "transpose_kernel": True}),
    "Dense in bfloat16": Example({"in": ROW}, {"features": 3, "dtype": "bfloat16", "kernel_init": "truncated_normal(0.02)"}),
    "MaxPool of a series, padded": Example(
        {"in": STEPS}, {"window_shape": (3,), "strides": (1,), "padding": ((1, 1),)}
    ),
    "AvgPool without the border": Example({"in": IMAGE}, {"padding": "SAME", "count_include_pad": False}),
    "GlobalAvgPool of a series": Example({"in": STEPS}),
    "GlobalMaxPool of a volume": Example({"in": Given((2, 3, 4, 5))}),
    "GroupNorm by size": Example({"in": IMAGE}, {"num_groups": None, "group_size": 2}),
    "LayerNorm over all": Example({"in": IMAGE}, {"reduction_axes": (1, 2, 3), "feature_axes": (3,), "use_fast_variance": False}),
    "SpectralNormDense several steps": Example({"in": ROW}, {"features": 3, "n_steps": 4}),
    "WeightNormDense one length": Example({"in": ROW}, {"features": 3, "use_scale": False}),
    "Dropout of a whole series": Example({"in": STEPS}, {"rate": 0.3, "broadcast_dims": (1,)}),
    "Dropout of whole channels": Example({"in": IMAGE}, {"rate": 0.3, "broadcast_dims": (1, 2)}),
    "MultiHeadAttention with everything": Example(
        {"query": STEPS, "key": Given((4, 6)), "value": Given((4, 3)), "mask": Given((1, 5, 4), "mask")},
        {
            "num_heads": 2, "qkv_features": 12, "out_features": 5, "dropout_rate": 0.2, "broadcast_dropout": False,
            "normalize_qk": True, "use_bias": False, "force_fp32_for_softmax": True, "out_kernel_init": "zeros",
            "sow_weights": True,
        },
    ),
    "DotProductAttention with bias and mask": Example(
        {"query": HEADS, "key": HEADS, "value": HEADS, "bias": Given((2, 5, 5)), "mask": MASK}
    ),
    "DotProductAttention with a mask alone": Example({"query": HEADS, "key": HEADS, "value": HEADS, "mask": MASK}),
    "AttentionMask of segments": Example({"query": TOKENS, "key": TOKENS}, {"pairwise_fn": "equal", "dtype": "bool"}),
    "LSTM with lengths, backwards": Example(
        {"in": STEPS, "seq_lengths": Given((), "lengths")}, {"features": 3, "reverse": True, "keep_order": True, "unroll": 2}
    ),
    "GRU other functions": Example({"in": STEPS}, {"features": 3, "gate_fn": "hard_sigmoid", "activation_fn": "relu"}),
    "BidirectionalGRU added": Example({"in": STEPS}, {"features": 3, "merge_fn": "add", "unroll": 5}),
    "BidirectionalLSTM with lengths": Example({"in": STEPS, "seq_lengths": Given((), "lengths")}, {"features": 3}),
    "Slice to the end": Example({"in": STEPS}, {"start_index": 2, "limit_index": None, "stride": 2}),
    "Roll two dimensions": Example({"in": IMAGE}, {"shift": (-1, 2), "axis": (1, 2)}),
    "Pad mirrored": Example({"in": STEPS}, {"pad_width": ((0, 0), (2, 1), (0, 0)), "mode": "reflect"}),
    "Resize a series": Example({"in": STEPS}, {"size": (3,), "method": "nearest", "antialias": False}),
    "Clip at one end": Example({"in": STEPS}, {"min": None, "max": 0.5}),
    "Mean kept": Example({"in": IMAGE}, {"axis": (1, 2), "keepdims": True}),
    "LearnedPosition with room": Example({"in": STEPS}, {"max_length": 20}),
    "RotaryPosition of heads": Example({"in": HEADS}),
    "Concatenate three": Example({"in": [STEPS, STEPS, STEPS]}),
    "gelu exact": Example({"in": STEPS}, {"approximate": False}),
    "Cast to bfloat16": Example({"in": STEPS}, {"dtype": "bfloat16"}),
    "TopK of three": Example({"in": STEPS}, {"k": 3}),
}  # fmt: skip
"""Layers with other attributes and with their optional inputs; the first word of a key is the layer."""


def example_of(spec: LayerSpec) -> Example:
    """Return what a layer is tried with: its own example, or its family's array at each input it must have."""
    if spec.name in EXAMPLES:
        return EXAMPLES[spec.name]
    given = _FAMILIES[spec.family]
    names = {attribute.name: attribute.type for attribute in spec.attributes}
    attributes = _SMALL if names.get("features") == "int" else {}
    return Example(
        {port.name: [given, given] if port.is_variadic else given for port in spec.inputs if not port.is_optional}, attributes
    )


def graph_of(spec: LayerSpec, example: Example, catalogue: Catalogue) -> tuple[Graph, dict[str, Given]]:
    """Return a graph with that layer alone between its Inputs and an Output for each output, and Input -> array."""
    nodes, edges, given = [], [], {}
    for port, arrays in example.inputs.items():
        for array in arrays if isinstance(arrays, list) else [arrays]:
            name = f"input_{len(given) + 1}"
            given[name] = array
            nodes.append(Node(name, "Input", {"shape": array.shape, "dtype": array.dtype}))
            edges.append(edge(name, "layer_1", target_port=port))
    nodes.append(Node("layer_1", spec.name, example.attributes))
    for number, port in enumerate((port for port in spec.outputs if not port.is_state), start=1):
        nodes.append(Node(f"output_{number}", "Output"))
        edges.append(edge("layer_1", f"output_{number}", source_port=port.name))
    return Graph(tuple(nodes), tuple(edges)), given
