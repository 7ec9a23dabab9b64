"""Looks at a run now and then: its gradient, how far its layers move and how their values lie, how much memory is taken."""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from flaxstudio.training.device import Setting
from flaxstudio.training.distributions import Taps, layers_seen, looked_at
from flaxstudio.training.events import Observed
from flaxstudio.training.steps import TrainState

_SECONDS = 1.0
_SHARE = 0.01
"""Of the time: so much may looking take at most."""


class Observer:
    """Compiles its own program beside the run, which it never holds up for that, and never changes the state.

    `step_program` is the run's: state, features and targets to the state after a step and its loss. `taps` makes the model
    that tells what its nodes give; it is asked once, beside the run.
    """

    def __init__(self, step_program: Callable[..., Any], setting: Setting, taps: Callable[[], Taps]) -> None:
        self._step_program = step_program
        self._setting = setting
        self._make_taps = taps
        self._taps: Taps | None = None
        self._programs: dict[Any, Any] = {}  # by the structure of the state: another optimizer makes another one
        self._thread: threading.Thread | None = None
        self._last = time.perf_counter()
        self._cost = 0.0

    def is_due(self) -> bool:
        """Return whether it is time to look."""
        return time.perf_counter() - self._last >= max(_SECONDS, self._cost / _SHARE)

    def observe(self, state: TrainState, batch: tuple[Any, Any], step: int) -> Observed | None:
        """Return what is seen at a step, before it; None while the program is being compiled."""
        self._last = time.perf_counter()
        structure = jax.tree.structure(state)
        program = self._programs.get(structure)
        if program is None:
            self._begin_compiling(structure, state, batch)
            return None
        jax.block_until_ready(state.step)
        began = time.perf_counter()
        gradient, sizes, layers = jax.device_get(program(state, *batch))
        self._cost = time.perf_counter() - began
        ratios = {name: float(moved / max(size, 1e-12)) for name, (moved, size) in sizes.items()}
        assert self._taps is not None
        seen = layers_seen(layers, self._taps.order)
        return Observed(step, float(gradient), ratios, memory_in_use(self._setting.device), seen)

    def _begin_compiling(self, structure: Any, state: TrainState, batch: tuple[Any, Any]) -> None:
        is_under_way = self._thread is not None and self._thread.is_alive()
        if is_under_way or structure in self._programs:
            return
        self._programs[structure] = None
        shapes = jax.tree.map(_shape_of, (state, *batch))

        def compile_it() -> None:
            with self._setting.entered():
                self._taps = self._taps or self._make_taps()
                program = jax.jit(_looking(self._step_program, self._taps)).lower(*shapes).compile()
            self._programs[structure] = program

        self._thread = threading.Thread(target=compile_it, name="observer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wait for the compiler, which cannot be stopped."""
        if self._thread is not None:
            self._thread.join()


def _looking(step_program: Callable[..., Any], taps: Taps) -> Callable[..., Any]:
    """Return the program: the gradient's norm, of each layer how far its params move and how large they are, and how its
    values lie."""

    def look(state: TrainState, features: Any, targets: Any) -> Any:
        def loss_of(params: Any) -> jax.Array:
            value: jax.Array = step_program(state.replace(params=params), features, targets)[1]
            return value

        after = step_program(state, features, targets)[0]
        gradients = jax.grad(loss_of)(state.params)
        moved = jax.tree.map(jnp.subtract, after.params, state.params)
        sizes = {name: (norm_of(moved[name]), norm_of(tree)) for name, tree in state.params.items()}
        return norm_of(gradients), sizes, looked_at(state, gradients, features, taps)

    return look


def _shape_of(leaf: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=getattr(leaf, "sharding", None))


def norm_of(tree: Any) -> jax.Array:
    """Return the root of the sum of all squares, in float32."""
    squares = [jnp.sum(jnp.square(jnp.abs(leaf).astype(jnp.float32))) for leaf in jax.tree.leaves(tree)]
    return jnp.sqrt(jnp.sum(jnp.stack(squares))) if squares else jnp.zeros(())


def memory_in_use(device: jax.Device) -> int:
    """Return the bytes in use on a device; of the CPU, those of this process; 0 where it cannot be told."""
    stats = device.memory_stats()
    if stats and "bytes_in_use" in stats:
        return int(stats["bytes_in_use"])
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
