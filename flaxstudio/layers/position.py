"""Layers that tell attention where each step stands, and tokens that are learned."""

from flaxstudio.graph.library import Code
from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import initializer

_SINUSOIDAL = '''\
import flax.linen as nn
import jax.numpy as jnp


class SinusoidalPosition(nn.Module):
    """Adds to each step sines and cosines of its place, as in “Attention Is All You Need”."""

    max_wavelength: float = 10000.0

    @nn.compact
    def __call__(self, x):
        length, features = x.shape[-2:]
        rates = self.max_wavelength ** (-jnp.arange(0, features, 2) / features)
        angles = jnp.arange(length)[:, None] * rates
        waves = jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], axis=-1)
        return x + waves[:, :features].astype(x.dtype)
'''

_LEARNED = '''\
import flax.linen as nn


class LearnedPosition(nn.Module):
    """Adds to each step a trained row of features, one for each place."""

    max_length: int | None = None
    embedding_init: nn.initializers.Initializer = nn.initializers.normal(stddev=0.02)

    @nn.compact
    def __call__(self, x):
        length, features = x.shape[-2:]
        shape = (self.max_length or length, features)
        embedding = self.param("embedding", self.embedding_init, shape)
        return x + embedding[:length].astype(x.dtype)
'''

_ROTARY = '''\
import flax.linen as nn
import jax.numpy as jnp


class RotaryPosition(nn.Module):
    """Turns pairs of features by angles that grow with the place (RoPE)."""

    max_wavelength: float = 10000.0

    @nn.compact
    def __call__(self, x):
        length, half = x.shape[1], x.shape[-1] // 2
        rates = self.max_wavelength ** (-jnp.arange(half) / half)
        angles = jnp.arange(length)[:, None] * rates
        # heads, if there are any, stand between length and features
        angles = angles.reshape((length,) + (1,) * (x.ndim - 3) + (half,))
        sin, cos = jnp.sin(angles).astype(x.dtype), jnp.cos(angles).astype(x.dtype)
        first, second = jnp.split(x, 2, axis=-1)
        return jnp.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)
'''

_CLASS_TOKEN = '''\
import flax.linen as nn
import jax.numpy as jnp


class ClassToken(nn.Module):
    """Puts a trained token before the sequence; what it becomes stands for the whole."""

    token_init: nn.initializers.Initializer = nn.initializers.zeros

    @nn.compact
    def __call__(self, x):
        batch, _, features = x.shape
        token = self.param("token", self.token_init, (1, 1, features))
        token = jnp.tile(token, (batch, 1, 1)).astype(x.dtype)
        return jnp.concatenate([token, x], axis=1)
'''

_QUERIES = '''\
import flax.linen as nn
import jax.numpy as jnp


class LearnedQueries(nn.Module):
    """Gives the same trained tokens to each sample; of the input only the batch size is used."""

    count: int
    features: int
    queries_init: nn.initializers.Initializer = nn.initializers.normal(stddev=0.02)

    @nn.compact
    def __call__(self, x):
        queries = self.param("queries", self.queries_init, (self.count, self.features))
        return jnp.tile(queries, (x.shape[0], 1, 1))
'''

_STEPS = (PortSpec("in", "(batch, length, features)", rank=3),)
_WAVELENGTH = AttributeSpec(
    "max_wavelength", "float", 10000.0, "The slowest wave's length in steps: longer than any sequence.", minimum=1.0
)
_EMBEDDING_INIT = initializer("embedding_init", "normal(0.02)", "How the rows' first values are drawn.")


def _code(
    name: str, text: str, summary: str, *attributes: AttributeSpec, inputs: tuple[PortSpec, ...] = _STEPS, keywords: str = ""
) -> LayerSpec:
    return LayerSpec(
        name,
        "attention",
        summary,
        f"{name}({{attributes}})",
        inputs=inputs,
        attributes=attributes,
        is_module=True,
        shown=tuple(attribute.name for attribute in attributes if attribute.is_required),
        definition=Code(name, text),
        keywords=f"transformer {keywords}",
    )


LAYERS = (
    _code(
        "SinusoidalPosition",
        _SINUSOIDAL,
        "Adds to each step of a sequence sines and cosines of its place; nothing is trained.",
        _WAVELENGTH,
        keywords="positional encoding embedding",
    ),
    _code(
        "LearnedPosition",
        _LEARNED,
        "Adds to each step of a sequence a trained row of features, one for each place.",
        AttributeSpec(
            "max_length", "int", None, "How many places there are at most; empty: as many as the input has.",
            minimum=1, is_optional=True,
        ),
        _EMBEDDING_INIT,
        keywords="positional embedding vit gpt",
    ),
    _code(
        "RotaryPosition",
        _ROTARY,
        "Turns pairs of features by angles that grow with the place: for queries and keys of attention.",
        _WAVELENGTH,
        inputs=(PortSpec("in", "(batch, length, ..., even features)", minimum_rank=3),),
        keywords="rope positional embedding",
    ),
    _code(
        "ClassToken",
        _CLASS_TOKEN,
        "Puts a trained token before the sequence; FirstStep takes it out again at the end.",
        initializer("token_init", "zeros", "How the token's first values are drawn."),
        keywords="cls vit",
    ),
    _code(
        "LearnedQueries",
        _QUERIES,
        "Trained tokens, the same for each sample: queries that attention asks an input with.",
        AttributeSpec("count", "int", 8, "How many tokens.", minimum=1, is_required=True),
        AttributeSpec("features", "int", 64, "Size of each token.", minimum=1, is_required=True),
        initializer("queries_init", "normal(0.02)", "How the tokens' first values are drawn."),
        inputs=(PortSpec("in", "anything; only its batch size is used"),),
        keywords="perceiver detr latents constant parameter",
    ),
)  # fmt: skip
