"""Layers that join several wires into one."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import JAX, axis

_MANY = (PortSpec("in", "any number of wires", is_variadic=True),)
_TWO = (PortSpec("first"), PortSpec("second"))


def _many(name: str, summary: str, code: str, *attributes: AttributeSpec, join: str = ", ", keywords: str = "") -> LayerSpec:
    return LayerSpec(
        name,
        "merge",
        summary,
        code,
        inputs=_MANY,
        attributes=attributes,
        join=join,
        shown=tuple(attribute.name for attribute in attributes),
        keywords=keywords,
    )


def _two(name: str, summary: str, code: str, *attributes: AttributeSpec, doc: str = "", keywords: str = "") -> LayerSpec:
    return LayerSpec(
        name,
        "merge",
        summary,
        code,
        inputs=_TWO,
        attributes=attributes,
        shown=tuple(attribute.name for attribute in attributes),
        doc=f"{JAX}/{doc}.html" if doc else "",
        keywords=keywords,
    )


LAYERS = (
    _many("Add", "Adds its inputs value by value.", "{inputs}", join=" + ", keywords="sum residual skip"),
    _two("Subtract", "Takes the second from the first, value by value.", "{first} - {second}", keywords="minus difference"),
    _many("Multiply", "Multiplies its inputs value by value.", "{inputs}", join=" * ", keywords="gate product"),
    _two("Divide", "Divides the first by the second, value by value.", "{first} / {second}", keywords="quotient ratio"),
    _two("Maximum", "Keeps the larger of two values.", "jnp.maximum({first}, {second})", doc="jax.numpy.maximum"),
    _two("Minimum", "Keeps the smaller of two values.", "jnp.minimum({first}, {second})", doc="jax.numpy.minimum"),
    _many(
        "Average",
        "Takes the mean of its inputs value by value.",
        "jnp.mean(jnp.stack([{inputs}]), axis=0)",
        keywords="mean ensemble",
    ),
    _many(
        "Concatenate",
        "Puts its inputs one after the other along a dimension.",
        "jnp.concatenate([{inputs}], axis={axis})",
        axis("The dimension to join; -1 is the last."),
        keywords="concat join stack",
    ),
    _many(
        "Stack",
        "Puts its inputs side by side along a new dimension.",
        "jnp.stack([{inputs}], axis={axis})",
        axis("Where the new dimension stands; 1 is behind the batch.", 1, is_required=True),
        keywords="concatenate join",
    ),
    _two(
        "Dot",
        "Multiplies two vectors of each sample: one number for each pair.",
        "jnp.sum({first} * {second}, axis={axis})",
        axis("The dimension that vectors lie along; it disappears.", is_required=True),
        keywords="inner product similarity recommender",
    ),
    _two(
        "MatMul",
        "Multiplies two matrices of each sample.",
        "jnp.matmul({first}, {second})",
        doc="jax.numpy.matmul",
        keywords="matrix product batched",
    ),
    _two(
        "Contraction",
        "Multiplies two arrays and adds up as an einsum equation says.",
        "jnp.einsum({subscripts}, {first}, {second})",
        AttributeSpec(
            "subscripts",
            "text",
            "b...i,b...i->b...",
            "The equation: letters of the first input's dimensions, of the second's, and of the output's; the batch first.",
            pattern=r"[A-Za-z. ]+,[A-Za-z. ]+->[A-Za-z. ]+",
            is_required=True,
        ),
        doc="jax.numpy.einsum",
        keywords="einsum tensor bilinear outer product",
    ),
    LayerSpec(
        "Where",
        "merge",
        "Takes from one input where a condition is true (not 0), from the other elsewhere.",
        "jnp.where({condition}, {if_true}, {if_false})",
        inputs=(PortSpec("condition"), PortSpec("if_true"), PortSpec("if_false")),
        doc=f"{JAX}/jax.numpy.where.html",
        keywords="select mask choose condition",
    ),
)
