"""The models of Flax's notebook on the basics of linen, as the notebook writes them and as they are drawn."""

from collections.abc import Callable, Sequence

import flax.linen as nn
import jax.numpy as jnp
from jax import lax

from flaxstudio.graph.graph import Field, Formula
from flaxstudio.graph.library import Code, Library
from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.sketch import Sketch

from .judging import CATALOGUE, Drawing, sketch

SIMPLE_DENSE = """\
from collections.abc import Callable

import flax.linen as nn
from jax import lax


class SimpleDense(nn.Module):
    features: int
    kernel_init: Callable = nn.initializers.lecun_normal()
    bias_init: Callable = nn.initializers.zeros_init()

    @nn.compact
    def __call__(self, inputs):
        kernel = self.param("kernel", self.kernel_init, (inputs.shape[-1], self.features))
        y = lax.dot_general(inputs, kernel, (((inputs.ndim - 1,), (0,)), ((), ())))
        bias = self.param("bias", self.bias_init, (self.features,))
        y = y + bias
        return y
"""

BIAS_ADDER = """\
import flax.linen as nn
import jax.numpy as jnp


class BiasAdderWithRunningMean(nn.Module):
    decay: float = 0.99

    @nn.compact
    def __call__(self, x):
        is_initialized = self.has_variable("batch_stats", "mean")
        ra_mean = self.variable("batch_stats", "mean", lambda s: jnp.zeros(s), x.shape[1:])
        bias = self.param("bias", lambda rng, shape: jnp.zeros(shape), x.shape[1:])
        if is_initialized:
            ra_mean.value = self.decay * ra_mean.value + (1.0 - self.decay) * jnp.mean(x, axis=0, keepdims=True)
        return x - ra_mean.value + bias
"""


class ExplicitMLP(nn.Module):
    features: Sequence[int]

    def setup(self):  # type: ignore[no-untyped-def]
        self.layers = [nn.Dense(feat) for feat in self.features]

    def __call__(self, inputs):  # type: ignore[no-untyped-def]
        x = inputs
        for i, lyr in enumerate(self.layers):
            x = lyr(x)
            if i != len(self.layers) - 1:
                x = nn.relu(x)
        return x


class SimpleMLP(nn.Module):
    features: Sequence[int]

    @nn.compact
    def __call__(self, inputs):  # type: ignore[no-untyped-def]
        x = inputs
        for i, feat in enumerate(self.features):
            x = nn.Dense(feat, name=f"layers_{i}")(x)
            if i != len(self.features) - 1:
                x = nn.relu(x)
        return x


class SimpleDense(nn.Module):
    features: int
    kernel_init: Callable = nn.initializers.lecun_normal()  # type: ignore[type-arg]
    bias_init: Callable = nn.initializers.zeros_init()  # type: ignore[type-arg]

    @nn.compact
    def __call__(self, inputs):  # type: ignore[no-untyped-def]
        kernel = self.param("kernel", self.kernel_init, (inputs.shape[-1], self.features))
        y = lax.dot_general(inputs, kernel, (((inputs.ndim - 1,), (0,)), ((), ())))
        bias = self.param("bias", self.bias_init, (self.features,))
        return y + bias


class BiasAdderWithRunningMean(nn.Module):
    decay: float = 0.99

    @nn.compact
    def __call__(self, x):  # type: ignore[no-untyped-def]
        is_initialized = self.has_variable("batch_stats", "mean")
        ra_mean = self.variable("batch_stats", "mean", lambda s: jnp.zeros(s), x.shape[1:])
        bias = self.param("bias", lambda rng, shape: jnp.zeros(shape), x.shape[1:])
        if is_initialized:
            ra_mean.value = self.decay * ra_mean.value + (1.0 - self.decay) * jnp.mean(x, axis=0, keepdims=True)
        return x - ra_mean.value + bias


def linear_regression() -> Drawing:
    """Return the Dense that the notebook fits a line with."""
    s = sketch()
    s.add("Output", s.add("Dense", s.add("Input", shape=(10,)), features=5))
    return Drawing(s.graph(), name="LinearRegression")


def mlp(name: str) -> Drawing:
    """Return the notebook's MLP of as many Denses as the field `features` has numbers."""
    s = sketch(fields=[Field("features", "ints", (3, 4, 5))])
    x = s.add("Input", shape=(4,), name="inputs")
    s.add("Output", s.add("Dense", x, features=Formula("features", is_each=True), between="relu", name="layers"))
    return Drawing(s.graph(), name=name)


def code_library() -> Library:
    """Return the two layers that the notebook writes as code."""
    return Library(codes=(Code("SimpleDense", SIMPLE_DENSE), Code("BiasAdderWithRunningMean", BIAS_ADDER)))


def code_catalogue(is_trusted: bool = True) -> Catalogue:
    """Return the catalogue with them."""
    library = code_library()
    return catalogue_of(library, CATALOGUE, library.hashes if is_trusted else frozenset())


class CodeDrawing(Drawing):
    """A drawing with layers written as code."""

    @property
    def catalogue(self) -> Catalogue:
        return code_catalogue()


def simple_dense() -> Drawing:
    """Return a network of the layer with params of its own."""
    s = Sketch(code_catalogue())
    s.add("Output", s.add("SimpleDense", s.add("Input", shape=(4,)), features=3))
    return CodeDrawing(s.graph(), name="DenseModel")


def bias_adder() -> Drawing:
    """Return a network of the layer with a running mean."""
    s = Sketch(code_catalogue())
    s.add("Output", s.add("BiasAdderWithRunningMean", s.add("Input", shape=(5,)), name="adder"))
    return CodeDrawing(s.graph(), name="BiasModel")
