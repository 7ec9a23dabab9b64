"""Functions applied to each value, and softmax over the last dimension."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec
from flaxstudio.layers.attributes import FLAX


def _activation(name: str, summary: str, *attributes: AttributeSpec, keywords: str = "") -> LayerSpec:
    return LayerSpec(
        name,
        "activation",
        summary,
        f"nn.{name}({{inputs}}{', {attributes}' if attributes else ''})",
        attributes=attributes,
        shown=tuple(attribute.name for attribute in attributes),
        doc=f"{FLAX}/activation_functions.html#flax.linen.{name}",
        keywords=f"activation nonlinearity {keywords}",
    )


LAYERS = (
    _activation("relu", "Keeps positive values, sets negative ones to zero."),
    _activation("gelu", "A smooth relu, used in transformers."),
    _activation("silu", "x times sigmoid(x): a smooth relu.", keywords="swish"),
    _activation(
        "leaky_relu",
        "relu that lets a little of the negative through.",
        AttributeSpec("negative_slope", "float", 0.01, "Slope for negative values.", minimum=0.0, maximum=1.0),
    ),
    _activation("elu", "relu with a smooth, bounded negative side."),
    _activation("tanh", "Squeezes values into -1 to 1."),
    _activation("sigmoid", "Squeezes values into 0 to 1.", keywords="logistic"),
    _activation("softplus", "Smooth and always positive."),
    _activation("softmax", "Turns the last dimension into probabilities that add up to 1."),
    _activation("log_softmax", "Logarithm of softmax."),
)
