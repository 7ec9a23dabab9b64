"""Where a run computes and whose random numbers it draws, as a context that is never held across a yield."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.compute import Compute
from flaxstudio.project.config import TrainConfig


@dataclass(frozen=True, slots=True)
class Setting:
    """A device of JAX, whether random numbers are those of JAX before 0.5, and whether numbers may have 64 bits."""

    device: jax.Device
    classic_random: bool
    is_double: bool = False
    count: int = 1
    """Devices like this one that share each batch."""

    @property
    def text(self) -> str:
        """The device in words: its kind, and how many."""
        kind = f"{self.device.platform} ({self.device.device_kind})"
        return kind if self.count == 1 else f"{self.count} x {kind}"

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Compute on the device with these numbers, on this thread, for the length of a `with`."""
        random, double = jax.threefry_partitionable(not self.classic_random), jax.enable_x64(self.is_double)
        with jax.default_device(self.device), random, double:
            yield


def setting_of(device: str, config: TrainConfig) -> Setting:
    """Return where and how a run of that config computes; ProblemError if this machine has no such device."""
    return Setting(find_device(device), config.classic_random, config.compute.is_double, config.compute.devices)


def compiler_options(setting: Setting, compute: Compute) -> dict[str, Any] | None:
    """Return what XLA is told for the steps of a run: for the same bits in every run a GPU has to be asked, a CPU not."""
    return {"xla_gpu_deterministic_ops": True} if compute.is_deterministic and setting.device.platform == "gpu" else None


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
