"""Losses as they are shown: the expressions that codegen writes are what is computed."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

from flaxstudio.codegen.loss_text import LossText, loss_text
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import loss_spec

Loss = Callable[[Any, Any], jax.Array]


@dataclass(frozen=True, slots=True)
class OutputLoss:
    """An Output's loss: `loss` gives one value a sample, or their mean where they count differently (`is_weighted`);
    `parts` gives the values and how much each counts, to be summed over a whole split."""

    loss: Loss
    parts: Callable[[Any, Any], tuple[jax.Array, jax.Array]]
    is_weighted: bool
    weight: float


def build_loss(name: str) -> Loss:
    """Return the function (outputs, targets) -> one value a sample; KeyError for an unknown name."""
    return _output_loss(LossText(loss_spec(name).expression())).loss


def output_loss(config: TrainConfig, output: str) -> OutputLoss:
    """Return a checked Output's loss."""
    return _output_loss(loss_text(config, output))


def _output_loss(text: LossText) -> OutputLoss:
    namespace = {"optax": optax, "jnp": jnp, "jax": jax}
    values_of = eval(f"lambda outputs, targets: {text.values}", namespace)
    weights_of = eval(f"lambda values, targets: {text.weights or 'jnp.ones_like(values)'}", namespace)
    mean_of = eval(f"lambda values, weights: {text.mean}", namespace)

    def parts(outputs: Any, targets: Any) -> tuple[jax.Array, jax.Array]:
        values = values_of(outputs, targets)
        return values, weights_of(values, targets)

    def loss(outputs: Any, targets: Any) -> jax.Array:
        values = values_of(outputs, targets)
        value: jax.Array = mean_of(values, weights_of(values, targets) if text.weights else None)
        return value

    return OutputLoss(loss, parts, bool(text.weights), text.weight)


def total_loss(losses: Sequence[Loss]) -> Loss:
    """Return what is minimised: the one loss itself, or the sum over the Outputs of each one's mean."""
    if len(losses) == 1:
        return losses[0]

    def total(outputs: Sequence[jax.Array], targets: Sequence[jax.Array]) -> jax.Array:
        parts = [loss(*pair).mean() for loss, *pair in zip(losses, outputs, targets, strict=True)]
        return functools.reduce(jnp.add, parts)

    return total
