"""Calculations with each value alone, some with a constant."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec
from flaxstudio.layers.attributes import JAX, element_type


def _function(name: str, function: str, summary: str, keywords: str = "") -> LayerSpec:
    return LayerSpec(
        name, "math", summary, f"{function}({{inputs}})", doc=f"{JAX}/{_full(function)}.html", keywords=f"function {keywords}"
    )


def _constant(name: str, code: str, summary: str, default: float, help_text: str, keywords: str = "") -> LayerSpec:
    return LayerSpec(
        name,
        "math",
        summary,
        code,
        attributes=(AttributeSpec("value", "float", default, help_text, is_required=True),),
        shown=("value",),
        keywords=f"constant number {keywords}",
    )


def _full(function: str) -> str:
    return function.replace("jnp.", "jax.numpy.")


LAYERS = (
    _constant("AddConstant", "{inputs} + {value}", "Adds a constant.", 1.0, "The number that is added.", "plus shift"),
    _constant(
        "SubtractConstant", "{inputs} - {value}", "Subtracts a constant.", 0.5, "The number that is subtracted.", "minus center"
    ),
    _constant(
        "MultiplyConstant", "{inputs} * {value}", "Multiplies by a constant.", 2.0, "The number to multiply by.", "scale times"
    ),
    _constant(
        "DivideConstant", "{inputs} / {value}", "Divides by a constant.", 255.0, "The number to divide by.", "scale pixels"
    ),
    _constant(
        "ConstantMinus",
        "{value} - {inputs}",
        "Subtracts from a constant: 1 - x.",
        1.0,
        "What is subtracted from.",
        "one minus gate",
    ),
    _constant(
        "ConstantOver", "{value} / {inputs}", "Divides a constant: 1 / x.", 1.0, "What is divided.", "reciprocal inverse"
    ),
    LayerSpec(
        "Power",
        "math",
        "Raises to a power.",
        "{inputs} ** {exponent}",
        attributes=(AttributeSpec("exponent", "float", 2.0, "The exponent.", is_required=True),),
        shown=("exponent",),
        keywords="exponent constant",
    ),
    LayerSpec(
        "Clip",
        "math",
        "Brings values outside a range to its ends.",
        "jnp.clip({inputs}, {min}, {max})",
        attributes=(
            AttributeSpec("min", "float", -1.0, "The smallest value; empty for no limit.", is_optional=True, is_required=True),
            AttributeSpec("max", "float", 1.0, "The largest value; empty for no limit.", is_optional=True, is_required=True),
        ),
        shown=("min", "max"),
        doc=f"{JAX}/jax.numpy.clip.html",
        keywords="limit clamp range",
    ),
    LayerSpec("Negative", "math", "Changes the sign.", "-{inputs}", keywords="minus negate"),
    _function("Abs", "jnp.abs", "Takes the sign away.", "absolute"),
    _function("Sign", "jnp.sign", "Keeps only the sign: -1, 0 or 1; no gradient flows through it."),
    _function("Square", "jnp.square", "Multiplies by itself."),
    _function("Sqrt", "jnp.sqrt", "Takes the square root.", "root"),
    _function("Rsqrt", "jax.lax.rsqrt", "One divided by the square root.", "reciprocal root"),
    _function("Exp", "jnp.exp", "Takes the exponential.", "exponential"),
    _function("Expm1", "jnp.expm1", "Exponential minus 1, exact near 0."),
    _function("Log", "jnp.log", "Takes the natural logarithm.", "logarithm"),
    _function("Log1p", "jnp.log1p", "Logarithm of 1 + x, exact near 0.", "logarithm"),
    _function("Sin", "jnp.sin", "Takes the sine.", "periodic"),
    _function("Cos", "jnp.cos", "Takes the cosine.", "periodic"),
    _function("Arctan", "jnp.arctan", "Takes the arc tangent: an angle.", "angle"),
    _function("Erf", "jax.lax.erf", "The error function: a smooth step from -1 to 1."),
    _function("Round", "jnp.round", "Rounds to whole numbers; no gradient flows through it.", "integer quantise"),
    _function("Floor", "jnp.floor", "Rounds down to whole numbers; no gradient flows through it.", "integer"),
    LayerSpec(
        "Cast",
        "math",
        "Changes the type of the numbers.",
        "{inputs}.astype({dtype})",
        attributes=(element_type("dtype", "float32", "The new type.", has_all=True),),
        shown=("dtype",),
        keywords="astype dtype convert bfloat16 precision",
    ),
    LayerSpec(
        "StopGradient",
        "math",
        "Passes values on, but no gradient back: what lies before it is not trained through it.",
        "jax.lax.stop_gradient({inputs})",
        doc=f"{JAX}/jax.lax.stop_gradient.html",
        keywords="detach freeze frozen",
    ),
)
