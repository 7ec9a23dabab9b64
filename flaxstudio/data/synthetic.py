"""The made-up data of the Flax basics notebook: a noisy linear map, drawn by JAX as the notebook draws it."""

import jax
import numpy as np

from flaxstudio.data.table import Column, Table

SAMPLES, INPUTS, OUTPUTS, NOISE = 20, 10, 5, 0.1


def linear_table(*, classic_random: bool) -> Table:
    """Return columns x0..x9 and y0..y4 of 20 rows, with the targets before the noise as reference.

    `classic_random` draws as JAX did before 0.5, as in the notebook's printed results.
    """
    with jax.threefry_partitionable(not classic_random), jax.enable_x64(False):
        weights_key, bias_key = jax.random.split(jax.random.PRNGKey(0))
        weights = jax.random.normal(weights_key, (INPUTS, OUTPUTS))
        bias = jax.random.normal(bias_key, (OUTPUTS,))
        sample_key, noise_key = jax.random.split(weights_key)
        x = jax.random.normal(sample_key, (SAMPLES, INPUTS))
        exact = x @ weights + bias
        y = exact + NOISE * jax.random.normal(noise_key, (SAMPLES, OUTPUTS))
    features = {f"x{i}": np.asarray(x[:, i]) for i in range(INPUTS)}
    targets = {f"y{i}": np.asarray(y[:, i]) for i in range(OUTPUTS)}
    reference: dict[str, Column] = {f"y{i}": np.asarray(exact[:, i]) for i in range(OUTPUTS)}
    return Table({**features, **targets}, "linear", reference=reference)
