"""Attributes that several layers share, so that they read the same everywhere."""

from collections.abc import Mapping
from dataclasses import replace

from flaxstudio.graph.spec import AttributeSpec

FLAX = "https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen"
JAX = "https://docs.jax.dev/en/latest/_autosummary"

ACTIVATIONS: Mapping[str, str] = {
    name: f"nn.{name}"
    for name in ("sigmoid", "tanh", "relu", "gelu", "silu", "elu", "selu", "softplus", "hard_sigmoid", "hard_tanh", "soft_sign")
}
_FLOATS = ("float32", "bfloat16", "float16")
_ANY_TYPE = (*_FLOATS, "int32", "bool")
_PRECISIONS = ("DEFAULT", "HIGH", "HIGHEST")


def _types(names: tuple[str, ...]) -> Mapping[str, str]:
    return {name: "jnp.bool_" if name == "bool" else f"jnp.{name}" for name in names}


def initializer(name: str, default: str | None, help_text: str) -> AttributeSpec:
    """Return the attribute for how a param's first values are drawn; without a default it may be left out."""
    return AttributeSpec(name, "initializer", default, help_text, is_optional=default is None)


def features(help_text: str) -> AttributeSpec:
    """Return the attribute for a layer's number of outputs."""
    return AttributeSpec("features", "int", 64, help_text, minimum=1, maximum=1_000_000, is_required=True)


def window(name: str, default: tuple[int, ...] | None, help_text: str) -> AttributeSpec:
    """Return the attribute for a size in each spatial dimension, of 1 to 3 dimensions; without a default it may be left out."""
    is_optional = default is None
    return AttributeSpec(
        name, "ints", default, help_text, minimum=1, lengths=(1, 2, 3), is_optional=is_optional, is_required=not is_optional
    )


def axis(help_text: str, default: int = -1, name: str = "axis", is_required: bool = False) -> AttributeSpec:
    """Return the attribute for one dimension, counted with the batch as 0 or from the end."""
    return AttributeSpec(name, "int", default, help_text, minimum=-8, maximum=8, is_required=is_required)


def axes(help_text: str, default: tuple[int, ...] = (-1,), name: str = "axis", is_required: bool = False) -> AttributeSpec:
    """Return the attribute for several dimensions, counted with the batch as 0 or from the end."""
    return AttributeSpec(name, "ints", default, help_text, minimum=-8, is_unpacked=True, is_required=is_required)


def padding(*choices: str) -> AttributeSpec:
    """Return the attribute for what a convolution does at the borders."""
    return replace(PADDING, choices=choices)


def element_type(name: str, default: str | None, help_text: str, has_all: bool = False) -> AttributeSpec:
    """Return the attribute for a type of numbers; `has_all`: whole numbers and truth values too."""
    names = _ANY_TYPE if has_all else _FLOATS
    is_optional = default is None
    return AttributeSpec(name, "choice", default, help_text, choices=names, expressions=_types(names), is_optional=is_optional)


def in_group(group: str, *specs: AttributeSpec) -> tuple[AttributeSpec, ...]:
    """Return attributes as those of another constructor of the template."""
    return tuple(replace(spec, group=group) for spec in specs)


USE_BIAS = AttributeSpec("use_bias", "bool", True, "Add a trained offset to each output.")
KERNEL_INIT = initializer("kernel_init", "lecun_normal", "How the kernel's first values are drawn.")
BIAS_INIT = initializer("bias_init", "zeros", "How the bias's first values are drawn.")
PADDING = AttributeSpec(
    "padding",
    "padding",
    "SAME",
    "SAME keeps the size (divided by the strides); VALID uses whole windows only; numbers are the values added on each side.",
    choices=("SAME", "VALID"),
)
DTYPE = element_type("dtype", None, "Type of numbers to compute with; empty: that of the inputs and params.")
PARAM_DTYPE = element_type("param_dtype", "float32", "Type of numbers that the params are kept in.")
PRECISION = AttributeSpec(
    "precision",
    "choice",
    None,
    "How exactly matrices are multiplied on GPU and TPU; empty: JAX's own setting.",
    choices=_PRECISIONS,
    expressions={name: f"jax.lax.Precision.{name}" for name in _PRECISIONS},
    is_optional=True,
)
TYPES = (DTYPE, PARAM_DTYPE)
KEEPDIMS = AttributeSpec("keepdims", "bool", False, "Keep the dimension with size 1.")
