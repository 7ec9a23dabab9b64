"""The Flax basics notebook's own layers, as they stand there, and its first cell's imports."""

NOTEBOOK_IMPORTS = """\
import jax
from typing import Any, Callable, Sequence
from jax import lax, random, numpy as jnp
from flax import linen as nn
"""

SIMPLE_DENSE = """\
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
