"""Attention: each place of a sequence takes what it needs from all others; and the masks that say which it may see."""

from dataclasses import replace

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import BIAS_INIT, FLAX, KERNEL_INIT, PRECISION, TYPES, USE_BIAS, element_type, initializer

_MASK = PortSpec(
    "mask", "(batch, heads or 1, query length, key length); 0 hides", minimum_rank=2, is_optional=True, keyword="mask"
)
_DROPOUT_RATE = AttributeSpec(
    "dropout_rate", "float", 0.0, "Share of the attention weights set to zero in training.", minimum=0.0, maximum=1.0
)
_FLOAT32_SOFTMAX = AttributeSpec(
    "force_fp32_for_softmax", "bool", False, "Compute the softmax in float32, whatever the rest is computed in."
)
_MASK_DTYPE = element_type("dtype", "float32", "Type of the mask's numbers.", has_all=True)
_EXTRA_BATCH_DIMS = AttributeSpec(
    "extra_batch_dims",
    "int",
    0,
    "How many dimensions of size 1 to put in front; leave 0, so that the batch stays first.",
    minimum=0,
)


def _multi_head(name: str, summary: str) -> LayerSpec:
    return LayerSpec(
        name,
        "attention",
        summary,
        f"nn.{name}({{attributes}})",
        inputs=(
            PortSpec("query", "(batch, length, features)", minimum_rank=3),
            PortSpec("key", "where to look; free: the query", minimum_rank=3, is_optional=True, keyword="inputs_k"),
            PortSpec("value", "what to take; free: the key", minimum_rank=3, is_optional=True, keyword="inputs_v"),
            _MASK,
        ),
        attributes=(
            AttributeSpec(
                "num_heads",
                "int",
                8,
                "Number of heads, a divisor of the features.",
                minimum=1,
                maximum=10_000,
                is_required=True,
            ),
            AttributeSpec(
                "qkv_features",
                "int",
                None,
                "Features of all heads together; empty: those of the query.",
                minimum=1,
                is_optional=True,
            ),
            AttributeSpec(
                "out_features",
                "int",
                None,
                "Size of the output's last dimension; empty: the query's.",
                minimum=1,
                is_optional=True,
            ),
            _DROPOUT_RATE,
            AttributeSpec("broadcast_dropout", "bool", True, "Drop the same weights in all samples and heads."),
            AttributeSpec(
                "normalize_qk", "bool", False, "Put a LayerNorm on queries and keys: steadier at high learning rates."
            ),
            replace(USE_BIAS, help="Add a trained offset in the four projections."),
            *TYPES,
            PRECISION,
            _FLOAT32_SOFTMAX,
            replace(KERNEL_INIT, help="How the first values of the projections' kernels are drawn."),
            initializer("out_kernel_init", None, "The same for the last projection; empty: as kernel_init."),
            replace(BIAS_INIT, help="How the first values of the projections' biases are drawn."),
            initializer("out_bias_init", None, "The same for the last projection; empty: as bias_init."),
            AttributeSpec(
                "sow_weights",
                "bool",
                False,
                "Put the attention weights into the collection intermediates, for those who look at them.",
                is_call=True,
            ),
        ),
        is_module=True,
        call="deterministic=not train",
        call_if="dropout_rate",
        rngs=("dropout",),
        shown=("num_heads",),
        doc=f"{FLAX}/layers.html#flax.linen.{name}",
        keywords="transformer self selfattention cross attention heads sequence",
    )


LAYERS = (
    _multi_head(
        "MultiHeadDotProductAttention", "Each place of a sequence takes what it needs from all others, in several ways at once."
    ),
    _multi_head("MultiHeadAttention", "Another name of MultiHeadDotProductAttention."),
    LayerSpec(
        "DotProductAttention",
        "attention",
        "Attention alone, without params: weighs the values by how well queries and keys agree.",
        "nn.dot_product_attention({inputs}, {attributes})",
        inputs=(
            PortSpec("query", "(batch, length, heads, features)", minimum_rank=4),
            PortSpec("key", "(batch, length, heads, features)", minimum_rank=4),
            PortSpec("value", "(batch, length, heads, features)", minimum_rank=4),
            PortSpec("bias", "added to the weights before softmax", minimum_rank=2, is_optional=True, keyword="bias"),
            _MASK,
        ),
        attributes=(TYPES[0], PRECISION, _FLOAT32_SOFTMAX),
        doc=f"{FLAX}/layers.html#flax.linen.dot_product_attention",
        keywords="scaled transformer",
    ),
    LayerSpec(
        "PaddingMask",
        "attention",
        "Tells numbers above 0 from the zeros that fill a sequence up.",
        "{inputs} > 0",
        inputs=(PortSpec("in", "(batch, length) whole numbers", minimum_rank=2),),
        keywords="mask token padding",
    ),
    LayerSpec(
        "CausalMask",
        "attention",
        "A mask that lets each place see itself and those before it.",
        "nn.make_causal_mask({inputs}, {attributes})",
        inputs=(PortSpec("in", "(batch, length); only its shape matters", rank=2),),
        attributes=(_EXTRA_BATCH_DIMS, _MASK_DTYPE),
        doc=f"{FLAX}/layers.html#flax.linen.make_causal_mask",
        keywords="autoregressive decoder language model",
    ),
    LayerSpec(
        "AttentionMask",
        "attention",
        "Makes a mask of which queries may see which keys out of one value for each.",
        "nn.make_attention_mask({query}, {key}, {attributes})",
        inputs=(PortSpec("query", "(batch, query length)", rank=2), PortSpec("key", "(batch, key length)", rank=2)),
        attributes=(
            AttributeSpec(
                "pairwise_fn",
                "choice",
                "multiply",
                "What lets a query see a key: both are true, both are the same, or the query's is as large.",
                choices=("multiply", "equal", "greater_equal"),
                expressions={name: f"jnp.{name}" for name in ("multiply", "equal", "greater_equal")},
            ),
            _EXTRA_BATCH_DIMS,
            _MASK_DTYPE,
        ),
        shown=("pairwise_fn",),
        doc=f"{FLAX}/layers.html#flax.linen.make_attention_mask",
        keywords="padding packed segments",
    ),
    LayerSpec(
        "CombineMasks",
        "attention",
        "A mask that hides what any of its inputs hides.",
        "nn.combine_masks({inputs}, {attributes})",
        inputs=(PortSpec("in", "any number of masks", is_variadic=True),),
        attributes=(_MASK_DTYPE,),
        doc=f"{FLAX}/layers.html#flax.linen.combine_masks",
        keywords="and logical",
    ),
)
