"""Layers that join several wires into one."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec

_MANY = (PortSpec("in", "any number of wires", is_variadic=True),)

LAYERS = (
    LayerSpec("Add", "merge", "Adds its inputs value by value.", "{inputs}", inputs=_MANY, join=" + ", keywords="sum residual"),
    LayerSpec(
        "Multiply", "merge", "Multiplies its inputs value by value.", "{inputs}", inputs=_MANY, join=" * ", keywords="gate"
    ),
    LayerSpec(
        "Concatenate",
        "merge",
        "Puts its inputs one after the other along a dimension.",
        "jnp.concatenate([{inputs}], axis={axis})",
        inputs=_MANY,
        attributes=(AttributeSpec("axis", "int", -1, "The dimension to join; -1 is the last.", minimum=-8, maximum=8),),
        shown=("axis",),
        keywords="concat join stack",
    ),
)
