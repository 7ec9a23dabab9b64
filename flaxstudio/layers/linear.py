"""Layers that multiply by a trained matrix, or look up its rows."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import (
    BIAS_INIT,
    FLAX,
    KERNEL_INIT,
    PRECISION,
    TYPES,
    USE_BIAS,
    axes,
    axis,
    element_type,
    features,
    initializer,
)

_ANY = (PortSpec("in", "(batch, ..., features)", minimum_rank=2),)
_NUMBERS = (PortSpec("in", "(batch, ...) whole numbers"),)
_KERNEL = (USE_BIAS, *TYPES, PRECISION, KERNEL_INIT, BIAS_INIT)

LAYERS = (
    LayerSpec(
        "Dense",
        "linear",
        "Multiplies the last dimension by a trained matrix (kernel) and adds a bias.",
        "nn.Dense({attributes})",
        inputs=_ANY,
        attributes=(features("Size of the output's last dimension."), *_KERNEL),
        is_module=True,
        shown=("features",),
        doc=f"{FLAX}/layers.html#flax.linen.Dense",
        keywords="linear fully connected affine",
    ),
    LayerSpec(
        "DenseGeneral",
        "linear",
        "A Dense over any dimensions of the input, giving any dimensions out.",
        "nn.DenseGeneral({attributes})",
        inputs=_ANY,
        attributes=(
            AttributeSpec(
                "features",
                "ints",
                (64,),
                "Sizes of the output's last dimensions.",
                minimum=1,
                is_unpacked=True,
                is_required=True,
            ),
            axes("The input's dimensions that are multiplied away; -1 is the last."),
            axes("Dimensions that each have a kernel of their own; never the batch.", (), "batch_dims"),
            *_KERNEL,
        ),
        is_module=True,
        shown=("features", "axis"),
        doc=f"{FLAX}/layers.html#flax.linen.DenseGeneral",
        keywords="linear tensor contraction heads",
    ),
    LayerSpec(
        "Einsum",
        "linear",
        "Multiplies by a trained kernel as an einsum equation says.",
        "nn.Einsum({attributes})",
        inputs=_ANY,
        attributes=(
            AttributeSpec("shape", "ints", (8, 64), "Shape of the kernel.", minimum=1, is_required=True),
            AttributeSpec(
                "einsum_str",
                "text",
                "...i,io->...o",
                "The equation: letters of the input's dimensions, of the kernel's, and of the output's.",
                pattern=r"[A-Za-z. ]+,[A-Za-z. ]+->[A-Za-z. ]+",
                is_required=True,
            ),
            *_KERNEL,
            element_type("preferred_element_type", None, "Type of numbers to add up in; empty: chosen by JAX."),
        ),
        is_module=True,
        shown=("einsum_str", "shape"),
        doc=f"{FLAX}/layers.html#flax.linen.Einsum",
        keywords="linear equation contraction",
    ),
    LayerSpec(
        "Embed",
        "linear",
        "Looks up a trained row of features for each whole number.",
        "nn.Embed({attributes})",
        inputs=_NUMBERS,
        attributes=(
            AttributeSpec(
                "num_embeddings",
                "int",
                1000,
                "How many different numbers there are: they run from 0 to one less.",
                minimum=1,
                maximum=100_000_000,
                is_required=True,
            ),
            features("Size of each row."),
            *TYPES,
            initializer("embedding_init", "default_embed_init", "How the rows' first values are drawn."),
        ),
        is_module=True,
        shown=("num_embeddings", "features"),
        doc=f"{FLAX}/layers.html#flax.linen.Embed",
        keywords="embedding lookup token word vocabulary categorical",
    ),
    LayerSpec(
        "OneHot",
        "linear",
        "Makes a row of zeros with a single one of each whole number.",
        "nn.one_hot({inputs}, {attributes})",
        inputs=_NUMBERS,
        attributes=(
            AttributeSpec("num_classes", "int", 10, "Length of each row.", minimum=1, maximum=1_000_000, is_required=True),
            axis("Where the new dimension stands; -1 is the end."),
            element_type("dtype", None, "Type of the rows' numbers; empty: float32.", has_all=True),
        ),
        shown=("num_classes",),
        doc=f"{FLAX}/activation_functions.html#flax.linen.one_hot",
        keywords="encoding class categorical",
    ),
)
