"""Functions applied to each value, and those that weigh the values of one dimension against each other."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec
from flaxstudio.layers.attributes import FLAX, JAX, PARAM_DTYPE, axis


def _activation(name: str, summary: str, *attributes: AttributeSpec, keywords: str = "", package: str = "nn") -> LayerSpec:
    page = f"{FLAX}/activation_functions.html#flax.linen.{name}" if package == "nn" else f"{JAX}/jax.nn.{name}.html"
    return LayerSpec(
        name,
        "activation",
        summary,
        f"{package}.{name}({{inputs}}{', {attributes}' if attributes else ''})",
        attributes=attributes,
        shown=tuple(attribute.name for attribute in attributes),
        doc=page,
        keywords=f"activation nonlinearity {keywords}",
    )


_ALPHA = AttributeSpec("alpha", "float", 1.0, "The negative side comes down to minus this.", minimum=0.0)
_AXIS = axis("The dimension whose values add up to 1; -1 is the last.")

LAYERS = (
    _activation("relu", "Keeps positive values, sets negative ones to zero."),
    _activation("relu6", "relu that gives 6 at most.", keywords="mobile"),
    _activation(
        "gelu",
        "A smooth relu, used in transformers.",
        AttributeSpec("approximate", "bool", True, "Use the faster formula with tanh instead of the exact one."),
    ),
    _activation("silu", "x times sigmoid(x): a smooth relu.", keywords="swish"),
    _activation(
        "leaky_relu",
        "relu that lets a little of the negative through.",
        AttributeSpec("negative_slope", "float", 0.01, "Slope for negative values.", minimum=0.0, maximum=1.0),
    ),
    LayerSpec(
        "PReLU",
        "activation",
        "leaky_relu whose slope for negative values is trained.",
        "nn.PReLU({attributes})",
        attributes=(
            AttributeSpec("negative_slope_init", "float", 0.01, "First value of the slope for negative values."),
            PARAM_DTYPE,
        ),
        is_module=True,
        shown=("negative_slope_init",),
        doc=f"{FLAX}/activation_functions.html#flax.linen.PReLU",
        keywords="activation nonlinearity parametric",
    ),
    _activation("elu", "relu with a smooth, bounded negative side.", _ALPHA),
    _activation("celu", "elu whose slope has no jump.", AttributeSpec("alpha", "float", 1.0, _ALPHA.help, minimum=1e-6)),
    _activation("selu", "elu scaled so that values keep mean 0 and variance 1 from layer to layer."),
    _activation("tanh", "Squeezes values into -1 to 1."),
    _activation("sigmoid", "Squeezes values into 0 to 1.", keywords="logistic"),
    _activation("softplus", "Smooth and always positive."),
    _activation("softmax", "Turns a dimension into probabilities that add up to 1.", _AXIS),
    _activation("log_softmax", "Logarithm of softmax.", _AXIS),
    _activation("log_sigmoid", "Logarithm of sigmoid."),
    _activation("hard_sigmoid", "sigmoid made of straight lines."),
    _activation("hard_silu", "silu made of simple pieces.", keywords="hard_swish mobile"),
    _activation("hard_tanh", "tanh made of straight lines."),
    _activation("soft_sign", "x / (1 + |x|): like tanh, but slower to reach -1 and 1."),
    _activation(
        "glu",
        "Splits a dimension in two halves and gates the first by the sigmoid of the second.",
        axis("The dimension that is halved; its size is even."),
        keywords="gated linear unit",
    ),
    _activation(
        "standardize",
        "Brings the values of a dimension to mean 0 and variance 1, without params.",
        axis("The dimension whose values are standardised."),
        AttributeSpec("epsilon", "float", 1e-5, "Small number added to the variance, against division by zero.", minimum=0.0),
        keywords="normalize normalise",
    ),
    _activation("mish", "x times tanh(softplus(x)): a smooth relu.", package="jax.nn"),
    _activation(
        "squareplus",
        "Smooth and always positive, without exponentials.",
        AttributeSpec("b", "float", 4.0, "How smooth the bend is.", minimum=0.0),
        package="jax.nn",
    ),
    _activation("sparse_plus", "softplus that is exactly 0 below -1.", package="jax.nn"),
    _activation("sparse_sigmoid", "sigmoid that is exactly 0 below -1 and 1 above 1.", package="jax.nn"),
)
