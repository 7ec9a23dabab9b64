"""Whether what an optimizer does is proportional to its learning rate: then members of several rates share one program."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.project.config import TrainConfig
from flaxstudio.training.optimizers import make_optimizer

_STEPS = 3


def is_proportional(config: TrainConfig) -> bool:
    """Return whether twice the rate gives twice the updates, tried on a few numbers."""
    one, two = (_updates(config, factor) for factor in (1.0, 2.0))
    if one is None or two is None:
        return False
    return all(
        np.allclose(2 * first, second, rtol=1e-4, atol=1e-12)
        for first, second in zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True)
    )


def _updates(config: TrainConfig, factor: float) -> list[object] | None:
    """Return the updates of some steps with the same gradients; None where the optimizer wants more than these."""
    spec = replace(config.optimizer, learning_rate=factor * config.optimizer.learning_rate)
    optimizer = make_optimizer(spec, config.steps)
    if optimizer.needs:
        return None
    params = {"kernel": jnp.linspace(-1.0, 2.0, 12).reshape(4, 3), "bias": jnp.array([0.5, -0.25, 1.0])}
    state, told = optimizer.tx.init(params), []
    for step in range(_STEPS):
        gradients = jax.tree.map(lambda leaf, step=step: jnp.cos(leaf * (step + 1)), params)
        updates, state = optimizer.tx.update(gradients, state, params)
        told.append(updates)
    return list(told)
