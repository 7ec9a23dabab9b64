"""Layers that make one value out of many along dimensions, and those that run through them. Never over the batch."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import FLAX, JAX, KEEPDIMS, axes, axis

_IN = (PortSpec("in", "(batch, ...)", minimum_rank=2),)
_AXES = axes("The dimensions it is taken over; -1 is the last, 0 is the batch and stays.", is_required=True)
_AXIS = axis("The dimension it is taken over; -1 is the last, 0 is the batch and stays.", is_required=True)


def _reduction(
    name: str,
    function: str,
    summary: str,
    *attributes: AttributeSpec,
    doc: str = "",
    keywords: str = "",
) -> LayerSpec:
    given = attributes or (_AXES, KEEPDIMS)
    return LayerSpec(
        name,
        "math",
        summary,
        f"{function}({{inputs}}, {{attributes}})",
        inputs=_IN,
        attributes=given,
        shown=("axis",),
        doc=doc or f"{JAX}/{function.replace('jnp.', 'jax.numpy.')}.html",
        keywords=f"reduce dimension {keywords}",
    )


LAYERS = (
    _reduction("Sum", "jnp.sum", "Adds up the values along dimensions.", keywords="total"),
    _reduction("Mean", "jnp.mean", "Takes the mean along dimensions.", keywords="average"),
    _reduction("Max", "jnp.max", "Keeps the largest value along dimensions.", keywords="maximum"),
    _reduction("Min", "jnp.min", "Keeps the smallest value along dimensions.", keywords="minimum"),
    _reduction("Prod", "jnp.prod", "Multiplies the values along dimensions.", keywords="product"),
    _reduction("Std", "jnp.std", "Takes the standard deviation along dimensions.", keywords="spread"),
    _reduction("Variance", "jnp.var", "Takes the variance along dimensions.", keywords="spread"),
    _reduction(
        "LogSumExp",
        "nn.logsumexp",
        "Logarithm of the sum of exponentials along dimensions: a smooth maximum.",
        doc=f"{FLAX}/activation_functions.html#flax.linen.logsumexp",
    ),
    _reduction(
        "Norm", "jnp.linalg.norm", "Takes the length of the vectors along a dimension.", _AXIS, KEEPDIMS, keywords="l2 euclid"
    ),
    _reduction("ArgMax", "jnp.argmax", "Tells where the largest value stands; no gradient flows through it.", _AXIS, KEEPDIMS),
    _reduction("ArgMin", "jnp.argmin", "Tells where the smallest value stands; no gradient flows through it.", _AXIS, KEEPDIMS),
    _reduction("CumulativeSum", "jnp.cumsum", "Adds up along a dimension, step by step.", _AXIS, keywords="running total"),
    _reduction("Sort", "jnp.sort", "Puts the values along a dimension in order, the smallest first.", _AXIS, keywords="order"),
    LayerSpec(
        "TopK",
        "math",
        "Keeps the largest values of the last dimension, and tells where they stood.",
        "jax.lax.top_k({inputs}, {k})",
        inputs=_IN,
        outputs=(PortSpec("values", "the largest first"), PortSpec("indices", "where they stood")),
        attributes=(AttributeSpec("k", "int", 1, "How many are kept.", minimum=1, is_required=True),),
        shown=("k",),
        doc=f"{JAX}/jax.lax.top_k.html",
        keywords="largest best mixture experts",
    ),
)
