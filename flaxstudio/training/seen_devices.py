"""What JAX can compute on here, with its memory, and what would have to be installed for a GPU."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import jax

from flaxstudio.training.forecasting import memory_of

_INSTALL = 'pip install -U "jax[cuda13]"'
_DRIVER = Path("/proc/driver/nvidia/version")


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """A device of JAX: its number, platform and kind, and its memory in bytes, each None where it is not told."""

    number: int
    platform: str
    kind: str
    memory: int | None
    in_use: int | None


def seen_devices() -> tuple[SeenDevice, ...]:
    """Return all devices that JAX sees, those that it takes by itself first. May take seconds: it wakes them."""
    devices = list(jax.devices())
    if devices[0].platform != "cpu":
        devices += jax.devices("cpu")
    return tuple(_seen(device) for device in devices)


def advice(seen: tuple[SeenDevice, ...], system: str = sys.platform, has_nvidia: bool | None = None) -> str:
    """Return in one sentence what is to be installed for a GPU."""
    if any(device.platform not in ("cpu", "interpreter") for device in seen):
        return "Runs take the GPU by themselves; there is nothing to install."
    if system == "darwin":
        return "JAX computes on the CPU of a Mac, and there is nothing to install for its GPU."
    if system == "win32":
        return f"For an NVIDIA GPU, install Flax Studio in WSL 2 and there JAX's part for it, with: {_INSTALL}"
    if _has_nvidia() if has_nvidia is None else has_nvidia:
        return f"This machine has an NVIDIA GPU that JAX does not see: install JAX's part for it with: {_INSTALL}"
    return f"For an NVIDIA GPU, install its driver, version 580 or newer, and JAX's part for it with: {_INSTALL}"


def _seen(device: jax.Device) -> SeenDevice:
    stats = device.memory_stats() or {}
    return SeenDevice(device.id, device.platform, device.device_kind, memory_of(device), stats.get("bytes_in_use"))


def _has_nvidia() -> bool:
    return _DRIVER.exists() or shutil.which("nvidia-smi") is not None
