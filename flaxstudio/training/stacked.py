"""Steps of several members at once: their states stacked, each with its own rows of the same data."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from flaxstudio.data.batches import BatchOrder
from flaxstudio.training.dispatch import capacity_of


class StackedDispatcher:
    """Holds the training split once, for all members; `is_looped` puts the steps of a dispatch into one compiled loop."""

    def __init__(
        self, step: Callable[..., Any], features: Any, targets: Any, orders: Sequence[BatchOrder], *, is_looped: bool
    ) -> None:
        self._orders = orders
        self._is_whole = orders[0].is_whole
        self._data = (jax.device_put(features), jax.device_put(targets))
        rows = None if self._is_whole else orders[0].batch_size * len(orders)
        self.capacity = capacity_of(rows) if is_looped else 1
        self._program = _program(step, self.capacity, len(orders), is_looped=is_looped)

    def run(self, state: Any, first_step: int, steps: int) -> tuple[Any, jax.Array]:
        """Start so many steps; the losses have the shape (capacity, members). `state` is used up."""
        block = None if self._is_whole else self._block(first_step, steps)
        state, losses = self._program(state, *self._data, block, np.int32(steps))
        return state, losses

    def _block(self, first_step: int, steps: int) -> npt.NDArray[np.int32]:
        block = np.zeros((self.capacity, len(self._orders), self._orders[0].batch_size), np.int32)
        for member, order in enumerate(self._orders):
            block[:steps, member] = order.rows_of(first_step, steps)
        return block


def _program(step: Callable[..., Any], capacity: int, members: int, *, is_looped: bool) -> Any:
    """Return the compiled program: stacked state, features, targets, rows and number of steps to state and losses."""

    def once(state: Any, features: Any, targets: Any, rows: jax.Array | None) -> Any:
        if rows is None:
            return jax.vmap(step, in_axes=(0, None, None))(state, features, targets)
        batch = jax.tree.map(lambda array: array.at[rows].get(mode="promise_in_bounds"), (features, targets))
        return jax.vmap(step)(state, *batch)

    def run(state: Any, features: Any, targets: Any, block: jax.Array | None, steps: jax.Array) -> Any:
        def body(index: Any, carried: Any) -> Any:
            state, losses = carried
            state, values = once(state, features, targets, None if block is None else block[index])
            return state, losses.at[index].set(values)

        begin = (state, jnp.zeros((capacity, members), jnp.float32))
        return jax.lax.fori_loop(0, steps, body, begin) if is_looped else body(0, begin)

    return jax.jit(run, donate_argnums=0)
