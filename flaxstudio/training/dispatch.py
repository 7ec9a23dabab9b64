"""Many steps in one dispatch where that is faster, one by one where it is not; the losses are the same bit for bit however
the steps are cut into dispatches."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from flaxstudio.data.batches import BatchOrder
from flaxstudio.training.steps import TrainState

Step = Callable[[TrainState, Any, Any], tuple[TrainState, jax.Array]]
Losses = jax.Array | list[jax.Array]
Options = Mapping[str, Any] | None

_MAX_STEPS = 2**15
_MAX_INDICES = 2**18


class Dispatcher:
    """Holds the training split on the device and runs steps on it; batches are gathered there by index.

    `is_looped` puts the steps of a dispatch into one compiled loop. It is a property of the model and the device, never
    of a measurement: the two programs may differ in the last bits, and a run must not depend on the clock. `options` are
    XLA's.
    """

    def __init__(
        self, step: Step, features: Any, targets: Any, order: BatchOrder, *, is_looped: bool, options: Options = None
    ) -> None:
        self._order = order
        self._data = (jax.device_put(features), jax.device_put(targets))
        self._is_looped = is_looped
        self.capacity = capacity_of(None if order.is_whole else order.batch_size)
        self._run = looped_program(step, self.capacity, options) if is_looped else single_program(step, options)

    def run(self, state: TrainState, first_step: int, steps: int) -> tuple[TrainState, Losses]:
        """Start the given number of steps, `capacity` at most; `state` is used up. Returns before they are done."""
        if self._is_looped:
            rows = None if self._order.is_whole else self._block(first_step, steps)
            return self._run(state, *self._data, rows, np.int32(steps))  # type: ignore[no-any-return]
        block = [None] * steps if self._order.is_whole else list(self._order.rows_of(first_step, steps))
        losses = []
        for rows in block:
            state, value = self._run(state, *self._data, rows)
            losses.append(value)
        return state, losses

    def batch(self, step: int) -> tuple[Any, Any]:
        """Return the features and targets of one step."""
        return _gathered(*self._data, None if self._order.is_whole else jnp.asarray(self._order.rows_of(step, 1)[0]))

    def _block(self, first_step: int, steps: int) -> npt.NDArray[np.int32]:
        block = np.zeros((self.capacity, self._order.batch_size), np.int32)
        block[:steps] = self._order.rows_of(first_step, steps)
        return block


def single_program(step: Step, options: Options = None) -> Any:
    """Return the compiled program of one step: state, features, targets and the rows of a batch to state and loss."""

    def run(state: TrainState, features: Any, targets: Any, rows: jax.Array | None) -> Any:
        return step(state, *_gathered(features, targets, rows))

    return jax.jit(run, donate_argnums=0, compiler_options=None if options is None else dict(options))


def looped_program(step: Step, capacity: int, options: Options = None) -> Any:
    """Return the compiled program of up to `capacity` steps in one loop."""

    def run(state: TrainState, features: Any, targets: Any, block: jax.Array | None, steps: jax.Array) -> Any:
        def body(index: jax.Array, carried: tuple[TrainState, jax.Array]) -> tuple[TrainState, jax.Array]:
            state, losses = carried
            state, value = step(state, *_gathered(features, targets, None if block is None else block[index]))
            return state, losses.at[index].set(value)

        return jax.lax.fori_loop(0, steps, body, (state, jnp.zeros(capacity, jnp.float32)))

    return jax.jit(run, donate_argnums=0, compiler_options=None if options is None else dict(options))


def capacity_of(batch_size: int | None) -> int:
    """Return how many steps fit a dispatch; `batch_size` is None where a step takes all rows."""
    return _MAX_STEPS if batch_size is None else max(1, min(_MAX_STEPS, _MAX_INDICES // batch_size))


def read_losses(losses: Losses, steps: int) -> npt.NDArray[np.float32]:
    """Return the losses of a dispatch, waiting until they are there; float32, shape (steps,)."""
    if isinstance(losses, list):
        return np.array(jax.device_get(losses), dtype=np.float32)
    return np.asarray(losses)[:steps].astype(np.float32)


def is_ready(losses: Losses) -> bool:
    """Return whether a dispatch has been computed."""
    last: Any = losses[-1] if isinstance(losses, list) else losses
    return bool(last.is_ready())


def is_better_looped(forward: Callable[..., Any], device: jax.Device, *arguments: Any) -> bool:
    """Return whether steps of this model are to be put into one loop on this device.

    WORKAROUND: XLA's convolutions on CPU are 6 to 12 times slower inside a loop (jaxlib 0.10); all else gains by it.
    """
    return device.platform != "cpu" or "conv_general_dilated" not in str(jax.make_jaxpr(forward)(*arguments))


def _gathered(features: Any, targets: Any, rows: jax.Array | None) -> tuple[Any, Any]:
    """Return those rows of every array."""
    if rows is None:
        return features, targets
    gathered: tuple[Any, Any] = jax.tree.map(lambda array: array.at[rows].get(mode="promise_in_bounds"), (features, targets))
    return gathered
