"""Attributes that several layers share, so that they read the same everywhere."""

from flaxstudio.graph.spec import AttributeSpec

FLAX = "https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen"

_INITIALIZERS = (
    "lecun_normal", "lecun_uniform", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "zeros", "ones",
)  # fmt: skip


def _initializer_source(name: str) -> str:
    return f"nn.initializers.{name}" + ("" if name in ("zeros", "ones") else "()")


USE_BIAS = AttributeSpec("use_bias", "bool", True, "Add a trained offset to each output.")
KERNEL_INIT = AttributeSpec(
    "kernel_init",
    "choice",
    "lecun_normal",
    "How the kernel's first values are drawn.",
    choices=_INITIALIZERS,
    expressions={name: _initializer_source(name) for name in _INITIALIZERS},
)
PADDING = AttributeSpec(
    "padding",
    "choice",
    "SAME",
    "SAME keeps the size (divided by the strides); VALID uses whole windows only.",
    choices=("SAME", "VALID"),
)


def features(help_text: str) -> AttributeSpec:
    """Return the attribute for a layer's number of outputs."""
    return AttributeSpec("features", "int", 64, help_text, minimum=1, maximum=1_000_000, is_required=True)


def window(name: str, default: tuple[int, ...] | None, help_text: str) -> AttributeSpec:
    """Return the attribute for a size in each spatial dimension, of 1 to 3 dimensions; without a default it may be left out."""
    is_optional = default is None
    return AttributeSpec(
        name, "ints", default, help_text, minimum=1, lengths=(1, 2, 3), is_optional=is_optional, is_required=not is_optional
    )
