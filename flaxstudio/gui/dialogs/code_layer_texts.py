"""Texts to begin a layer from: an empty one and the own layers of the Flax basics notebook."""

from collections.abc import Collection, Mapping
from itertools import count

from flaxstudio.graph.library import Code

EMPTY = '''\
import flax.linen as nn
import jax.numpy as jnp


class MyLayer(nn.Module):
    """Multiplies its input by a trained scale.

    Attributes:
        start: what the scale begins with.
    """

    start: float = 1.0

    @nn.compact
    def __call__(self, x):
        scale = self.param("scale", nn.initializers.constant(self.start), (x.shape[-1],))
        return x * scale
'''

SIMPLE_DENSE = """\
from typing import Callable

from flax import linen as nn
from jax import lax


class SimpleDense(nn.Module):
  features: int
  kernel_init: Callable = nn.initializers.lecun_normal()
  bias_init: Callable = nn.initializers.zeros_init()

  @nn.compact
  def __call__(self, inputs):
    kernel = self.param('kernel',
                        self.kernel_init, # Initialization function
                        (inputs.shape[-1], self.features))  # shape info.
    y = lax.dot_general(inputs, kernel,
                        (((inputs.ndim - 1,), (0,)), ((), ())),) # TODO Why not jnp.dot?
    bias = self.param('bias', self.bias_init, (self.features,))
    y = y + bias
    return y
"""

BIAS_ADDER = """\
from flax import linen as nn
from jax import numpy as jnp


class BiasAdderWithRunningMean(nn.Module):
  decay: float = 0.99

  @nn.compact
  def __call__(self, x):
    # easy pattern to detect if we're initializing via empty variable tree
    is_initialized = self.has_variable('batch_stats', 'mean')
    ra_mean = self.variable('batch_stats', 'mean',
                            lambda s: jnp.zeros(s),
                            x.shape[1:])
    bias = self.param('bias',
                      lambda rng, shape: jnp.zeros(shape),
                      x.shape[1:])
    if is_initialized:
      ra_mean.value = (self.decay * ra_mean.value +
                       (1.0 - self.decay) * jnp.mean(x, axis=0, keepdims=True))

    return x - ra_mean.value + bias
"""

STARTING_TEXTS: Mapping[str, str] = {
    "MyLayer": EMPTY,
    "SimpleDense": SIMPLE_DENSE,
    "BiasAdderWithRunningMean": BIAS_ADDER,
}


def starting_code(name: str, taken: Collection[str] = ()) -> Code:
    """Return a text to begin from, its class under a name that is free: MyLayer, MyLayer2, ..."""
    free = next(wish for number in count(1) if (wish := f"{name}{number}" if number > 1 else name) not in taken)
    return Code(free, STARTING_TEXTS[name].replace(f"class {name}(", f"class {free}("))
