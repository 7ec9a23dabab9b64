"""Losses by name. The expression that project/options.py shows to the user is the one that is computed."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import optax

from flaxstudio.project.options import loss_spec

Loss = Callable[[Any, Any], jax.Array]


def build_loss(name: str) -> Loss:
    """Return the function (outputs, targets) -> one value a sample; KeyError for an unknown name."""
    loss: Loss = eval(f"lambda outputs, targets: {loss_spec(name).code}", {"optax": optax, "jnp": jnp})
    return loss


def total_loss(losses: Sequence[Loss]) -> Loss:
    """Return what is minimised: the one loss itself, or the sum over the Outputs of each one's mean."""
    if len(losses) == 1:
        return losses[0]

    def total(outputs: Sequence[jax.Array], targets: Sequence[jax.Array]) -> jax.Array:
        parts = [loss(*pair).mean() for loss, *pair in zip(losses, outputs, targets, strict=True)]
        return functools.reduce(jnp.add, parts)

    return total
