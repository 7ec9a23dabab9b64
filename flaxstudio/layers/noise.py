"""Layers that draw random numbers: against memorising, and for models that sample."""

from dataclasses import replace

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import FLAX, axes

_BROADCAST_DIMS = axes(
    "Dimensions whose values share one draw: 1, 2 drops whole channels of an image, 1, 2, 3 whole samples.",
    (),
    "broadcast_dims",
)

LAYERS = (
    LayerSpec(
        "Dropout",
        "normalisation",
        "In training sets a random share of the values to zero; does nothing afterwards.",
        "nn.Dropout({attributes})",
        attributes=(
            AttributeSpec("rate", "float", 0.5, "Share of the values set to zero.", minimum=0.0, maximum=1.0, is_required=True),
            replace(_BROADCAST_DIMS, is_unpacked=False),  # Flax runs through it, one number too
        ),
        is_module=True,
        call="deterministic=not train",
        rngs=("dropout",),
        shown=("rate",),
        doc=f"{FLAX}/layers.html#flax.linen.Dropout",
        keywords="regularization random spatial stochastic depth drop path",
    ),
    LayerSpec(
        "GaussianNoise",
        "normalisation",
        "In training adds normally distributed noise; does nothing afterwards.",
        '{inputs} + {stddev} * jax.random.normal(self.make_rng("noise"), {inputs}.shape, {inputs}.dtype)'
        " if train else {inputs}",
        attributes=(AttributeSpec("stddev", "float", 0.1, "How strong the noise is.", minimum=0.0, is_required=True),),
        rngs=("noise",),
        shown=("stddev",),
        keywords="random augmentation regularization",
    ),
    LayerSpec(
        "GaussianSample",
        "normalisation",
        "In training draws from a normal distribution; afterwards gives its mean. The middle of a variational autoencoder.",
        '{mean} + jnp.exp(0.5 * {log_variance}) * jax.random.normal(self.make_rng("sample"), {mean}.shape)'
        " if train else {mean}",
        inputs=(PortSpec("mean"), PortSpec("log_variance", "logarithm of the variance")),
        rngs=("sample",),
        keywords="vae variational autoencoder reparameterise random",
    ),
)
