"""Where a run computes and whose random numbers it draws, as a context that is never held across a yield."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import jax

from flaxstudio.graph.problem import ProblemError


@dataclass(frozen=True, slots=True)
class Setting:
    """A device of JAX, and whether random numbers are those of JAX before 0.5."""

    device: jax.Device
    classic_random: bool

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Compute on the device with these random numbers, on this thread, for the length of a `with`."""
        with jax.default_device(self.device), jax.threefry_partitionable(not self.classic_random):
            yield


def find_device(name: str) -> jax.Device:
    """Return the device for "auto", "cpu" or "gpu"; ProblemError if this machine has none."""
    if name == "auto":
        return jax.devices()[0]
    try:
        return jax.devices(name)[0]
    except RuntimeError as error:
        if name == "gpu":
            raise ProblemError(
                "There is no GPU that JAX can use on this machine.", "Choose the device cpu, or install JAX for your GPU."
            ) from error
        raise ProblemError(f"There is no device “{name}”.", "Choose auto, cpu or gpu.") from error
