"""Dynamic loss scaling for float16, whose smallest numbers are far larger than small gradients."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import struct

from flaxstudio.project.compute import MAX_LOSS_SCALE, Compute


class LossScaling(struct.PyTreeNode):
    """What the loss is multiplied by, and how many steps in a row had finite gradients."""

    scale: jax.Array
    good_steps: jax.Array
    growth_steps: int = struct.field(pytree_node=False)


def scaling_for(compute: Compute, scale: float | None = None, good_steps: int = 0) -> LossScaling | None:
    """Return what a run begins with, or goes on with; None where its precision needs none."""
    if compute.precision != "float16":
        return None
    first = compute.loss_scale if scale is None else scale
    return LossScaling(jnp.array(first, jnp.float32), jnp.array(good_steps, jnp.int32), compute.growth_steps)


def scaled(scaling: LossScaling | None, loss: jax.Array) -> jax.Array:
    """Return a loss times the scale."""
    return loss if scaling is None else loss * scaling.scale


def unscaled(scaling: LossScaling | None, gradients: Any) -> tuple[Any, jax.Array | bool, LossScaling | None]:
    """Return the gradients of the loss itself, whether they may be used, and the scale of the next step."""
    if scaling is None:
        return gradients, True, None
    gradients = jax.tree.map(lambda gradient: gradient / scaling.scale.astype(gradient.dtype), gradients)
    is_good = jnp.array(True)
    for leaf in jax.tree.leaves(gradients):
        is_good &= jnp.isfinite(leaf).all()
    good_steps = jnp.where(is_good, scaling.good_steps + 1, 0)
    has_grown = good_steps >= scaling.growth_steps
    scale = jnp.where(is_good, jnp.where(has_grown, scaling.scale * 2, scaling.scale), scaling.scale / 2)
    scale = jnp.clip(scale, 1, MAX_LOSS_SCALE)
    return gradients, is_good, scaling.replace(scale=scale, good_steps=jnp.where(has_grown, 0, good_steps))


def chosen(is_good: jax.Array | bool, new: Any, old: Any) -> Any:
    """Return the new tree where a step may be used, else the old; without scaling always the new."""
    if is_good is True:
        return new
    return jax.tree.map(lambda after, before: jnp.where(is_good, after, before), new, old)
