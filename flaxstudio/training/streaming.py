"""Steps on data that does not fit: batches are read from disk ahead of the device, and are used up once. The losses are
those of the same run from memory, bit for bit."""

import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from flaxstudio.data.batches import BatchOrder
from flaxstudio.data.dataset import Arrays, Split, apart, joined
from flaxstudio.data.mapping import mapping_of, rows_at
from flaxstudio.training.dispatch import Dispatcher, Losses, Options, Step
from flaxstudio.training.steps import TrainState

_BLOCK_BYTES = 8 * 2**20
_MOST_STEPS = 1024
_AHEAD = 2
"""Blocks that are read while the one before them is computed."""
Block = tuple[Arrays, Arrays]
"""Features and targets of consecutive steps, each of shape (steps, batch, ...)."""


@dataclass(frozen=True, slots=True)
class Program:
    """A step, whether many go into one compiled loop, and XLA's options: as Dispatcher has them."""

    step: Step
    is_looped: bool
    options: Options = None


class StreamingDispatcher:
    """Runs steps on a split of which only some batches at a time are in memory. `place` puts arrays onto the device.

    It is used as a Dispatcher is. A thread reads the blocks that come next; a run that goes back begins to read anew.
    """

    def __init__(self, split: Split, order: BatchOrder, place: Callable[[Any], Any], program: Program) -> None:
        self.capacity = _steps_of_block(split, order.batch_size)
        self._order = order
        self._reader = _Reader(split, order, self.capacity, place if program.is_looped else lambda block: block)
        self._is_looped = program.is_looped
        self._run = (_looped if program.is_looped else _single)(program.step, program.options)

    def run(self, state: TrainState, first_step: int, steps: int) -> tuple[TrainState, Losses]:
        """Start the given number of steps, `capacity` at most; `state` is used up. Returns before they are done."""
        losses: Any = jnp.zeros(self.capacity, jnp.float32) if self._is_looped else []
        done = 0
        while done < steps:
            number, offset = divmod(first_step + done, self.capacity)
            count = min(steps - done, self.capacity - offset)
            block = self._reader.block(number)
            if self._is_looped:
                places = np.array([offset, done, count], np.int32)
                state, losses = self._run(state, losses, *block, places)
            else:
                for index in range(offset, offset + count):
                    state, value = self._run(state, *_at(block, index))
                    losses.append(value)
            done += count
        return state, losses

    def batch(self, step: int) -> tuple[Any, Any]:
        """Return the features and targets of one step."""
        number, offset = divmod(step, self.capacity)
        features, targets = jax.tree.map(jnp.asarray, _at(self._reader.block(number), offset))
        return features, targets

    def close(self) -> None:
        """Read no more."""
        self._reader.close()


class _Reader:
    """Reads blocks in a thread of its own, the next ones ahead of being asked for."""

    def __init__(self, split: Split, order: BatchOrder, steps: int, place: Callable[[Block], Block]) -> None:
        self._split = split
        self._order = order
        self._steps = steps
        self._place = place
        self._thread = ThreadPoolExecutor(1, "reading data")
        self._blocks: dict[int, Future[Block]] = {}

    def block(self, number: int) -> Block:
        """Return the steps from `number` times the length of a block on, and have those after it read."""
        wanted = range(number, number + 1 + _AHEAD)
        for other in [other for other in self._blocks if other not in wanted]:
            self._blocks.pop(other).cancel()
        for each in wanted:
            if each not in self._blocks:
                self._blocks[each] = self._thread.submit(self._read, each)
        return self._blocks[number].result()

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._blocks.clear()

    def _read(self, number: int) -> Block:
        rows = self._order.rows_of(number * self._steps, self._steps)
        features, targets = (_rows_of(arrays, rows) for arrays in (self._split.features, self._split.targets))
        return self._place((features, targets))


Closing = list[Callable[[], None]]
"""What is called when a run has ended."""
AnyDispatcher = Dispatcher | StreamingDispatcher


def dispatcher_for(
    split: Split, order: BatchOrder, device: jax.Device, place: Callable[[Any], Any], program: Program, closing: Closing
) -> AnyDispatcher:
    """Return what runs steps on a split, from memory or from disk; what ends the reading is added to `closing`."""
    if not is_streamed(split, order, device):
        features, targets = place((split.features, split.targets))
        return Dispatcher(program.step, features, targets, order, is_looped=program.is_looped, options=program.options)
    dispatcher = StreamingDispatcher(split, order, place, program)
    closing.append(dispatcher.close)
    return dispatcher


def is_streamed(split: Split, order: BatchOrder, device: jax.Device) -> bool:
    """Return whether a split is read while its run goes: one that stays on disk, or would take too much of a device.

    Where a step takes all rows there is nothing to be read ahead.
    """
    arrays = (*apart(split.features), *apart(split.targets))
    is_on_disk = any(mapping_of(array) is not None for array in arrays)
    if order.is_whole or device.platform == "cpu":
        return not order.is_whole and is_on_disk
    stats = device.memory_stats() or {}
    free = stats.get("bytes_limit", math.inf) - stats.get("bytes_in_use", 0)
    return is_on_disk or 2 * sum(array.nbytes for array in arrays) > free


def _steps_of_block(split: Split, batch_size: int) -> int:
    """Return how many steps are read at once; of large batches one."""
    arrays = (*apart(split.features), *apart(split.targets))
    sample: int = sum(array.dtype.itemsize * math.prod(array.shape[1:]) for array in arrays)
    return max(1, min(_MOST_STEPS, int(_BLOCK_BYTES // max(1, sample * batch_size))))


def _rows_of(arrays: Arrays, rows: npt.NDArray[np.int32]) -> Arrays:
    """Return rows of each array, in the shape of `rows`."""
    return joined([rows_at(array, rows.reshape(-1)).reshape(*rows.shape, *array.shape[1:]) for array in apart(arrays)])


def _at(block: Any, index: Any) -> Any:
    return jax.tree.map(lambda array: array[index], block)


def _single(step: Step, options: Options) -> Any:
    return jax.jit(step, donate_argnums=0, compiler_options=None if options is None else dict(options))


def _looped(step: Step, options: Options) -> Any:
    """Return the compiled program of some steps of a block in one loop. `places`: the first step's place in the block, that
    of its loss among the losses, and how many steps."""

    def run(state: TrainState, losses: jax.Array, features: Any, targets: Any, places: jax.Array) -> Any:
        offset, start, steps = places

        def body(index: jax.Array, carried: tuple[TrainState, jax.Array]) -> tuple[TrainState, jax.Array]:
            state, losses = carried
            state, value = step(state, *_at((features, targets), offset + index))
            return state, losses.at[start + index].set(value)

        return jax.lax.fori_loop(0, steps, body, (state, losses))

    return jax.jit(run, donate_argnums=(0, 1), compiler_options=None if options is None else dict(options))
