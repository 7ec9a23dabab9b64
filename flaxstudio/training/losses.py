"""Losses by name. The expression that project/options.py shows to the user is the one that is computed."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax

from flaxstudio.project.options import loss_spec

Loss = Callable[[jax.Array, jax.Array], jax.Array]


def build_loss(name: str) -> Loss:
    """Return the function (outputs, targets) -> one value a sample; KeyError for an unknown name."""
    loss: Loss = eval(f"lambda outputs, targets: {loss_spec(name).code}", {"optax": optax, "jnp": jnp})
    return loss
