"""One run on several devices: each batch is split over them, params and data lie whole on each.

XLA adds the gradients up, and statistics as those of BatchNorm are of the whole batch: the result is that of one device but
for the order of sums.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from flaxstudio.graph.problem import ProblemError

_AXIS = "batch"


@dataclass(frozen=True, slots=True)
class Sharing:
    """Several devices that share each batch."""

    mesh: Mesh

    def placed(self, tree: Any) -> Any:
        """Return a tree with its arrays whole on every device."""
        return jax.device_put(tree, NamedSharding(self.mesh, PartitionSpec()))

    def shared(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """Return a train_step whose batch is split over the devices, and whose state is whole on each."""
        parts, whole = NamedSharding(self.mesh, PartitionSpec(_AXIS)), NamedSharding(self.mesh, PartitionSpec())

        def run(state: Any, features: Any, targets: Any) -> Any:
            batch = jax.lax.with_sharding_constraint((features, targets), parts)
            return jax.lax.with_sharding_constraint(step(state, *batch), whole)

        return run


def sharing_of(device: jax.Device, count: int, batch_size: int) -> Sharing | None:
    """Return how so many devices like that one share a batch, None for a single one; ProblemError where they cannot."""
    if count == 1:
        return None
    devices = jax.devices(device.platform)
    if len(devices) < count:
        has = f"{len(devices)} device{'s' if len(devices) > 1 else ''}"
        what = f"The run is to use {count} devices, and JAX sees {has} of the kind {device.platform}."
        raise ProblemError(what, f"Set the number of devices to {len(devices)}.")
    if batch_size % count:
        fitting = batch_size // count * count
        what = f"{batch_size:,} rows at each step cannot be split evenly over {count} devices."
        raise ProblemError(what, f"Set the batch size to {fitting:,}." if fitting else "Set the number of devices to 1.")
    return Sharing(Mesh(np.array(devices[:count]), (_AXIS,)))
