"""Measures a device: how fast it multiplies, convolves and moves memory. Takes about a second."""

import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from flaxstudio.project.forecast import Throughput

_SECONDS = 0.12
_CHANNELS = 32
_SIDE = 16
_WIDTH = 256


def measure_throughput(device: jax.Device) -> Throughput:
    """Return what a device does, by small programs like those of a training step."""
    with jax.default_device(device):
        rows, square = jnp.ones((64, _WIDTH)), jnp.ones((_WIDTH, _WIDTH))
        images, kernel = jnp.ones((32, _SIDE, _SIDE, _CHANNELS)), jnp.ones((3, 3, _CHANNELS, _CHANNELS))
        long = jnp.ones(4 * 1024 * 1024)
        multiply = jax.jit(jax.grad(lambda w, x: jnp.tanh(x @ w).sum(), argnums=(0, 1)))
        convolve = jax.jit(jax.grad(lambda w, x: jnp.tanh(_convolved(x, w)).sum(), argnums=(0, 1)))
        overhead = _seconds(jax.jit(lambda x: x + 1), jnp.ones(8))
        product_flops = 3 * 2 * 64 * _WIDTH * _WIDTH
        convolution_flops = 3 * 2 * 32 * _SIDE * _SIDE * 9 * _CHANNELS * _CHANNELS
        return Throughput(
            product_flops / max(_seconds(multiply, square, rows) - overhead, 1e-9),
            convolution_flops / max(_seconds(convolve, kernel, images) - overhead, 1e-9),
            2 * long.nbytes / max(_seconds(jax.jit(lambda x: x * 2 + 1), long) - overhead, 1e-9),
            overhead,
        )


def _convolved(images: jax.Array, kernel: jax.Array) -> jax.Array:
    return lax.conv_general_dilated(images, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def _seconds(program: Callable[..., Any], *arguments: Any) -> float:
    """Return the least time that a call took, of those within a short while: what disturbs only makes it longer."""
    jax.block_until_ready(program(*arguments))
    best, until = float("inf"), time.perf_counter() + _SECONDS
    while True:
        began = time.perf_counter()
        jax.block_until_ready(program(*arguments))
        now = time.perf_counter()
        best = min(best, now - began)
        if now > until:
            return best
