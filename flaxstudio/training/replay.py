"""The steps of a run computed once more from where it was last kept, to have the state before any of them."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.training.steps import TrainState
from flaxstudio.training.streaming import AnyDispatcher


class Replay:
    """Begins at step `first` with the state that `begin` makes. `changes`: what becomes of it before some steps."""

    def __init__(
        self,
        begin: Callable[[], TrainState],
        first: int,
        dispatcher: AnyDispatcher,
        changes: Mapping[int, Callable[[TrainState], TrainState]],
    ) -> None:
        self.first = first
        self._begin = begin
        self._dispatcher = dispatcher
        self._changes = changes
        self._reached: tuple[int, TrainState] | None = None

    def at(self, step: int) -> TrainState:
        """Return the state before a step, as the run had it."""
        if self._reached is None or self._reached[0] > step:
            self._reached = (self.first, self._begin())
        place, state = self._reached
        state = jax.tree.map(jnp.copy, state)
        while place < step:
            if place in self._changes:
                state = self._changes[place](state)
            until = min([step, *(change for change in self._changes if place < change)])
            count = min(self._dispatcher.capacity, until - place)
            state, losses = self._dispatcher.run(state, place, count)
            jax.block_until_ready(losses)
            place += count
        self._reached = (place, jax.tree.map(jnp.copy, state))
        return state

    def last_sound(self, step: int) -> int:
        """Return the last step up to that one before which all params and collections are finite numbers."""
        sound, broken = self.first, step + 1
        for guess in (step - 1, step):  # as good as always it is one of these
            if self.first <= guess < broken and sound <= guess:
                if is_sound(self.at(guess)):
                    sound = guess
                else:
                    broken = guess
        while broken - sound > 1:
            middle = (sound + broken) // 2
            if is_sound(self.at(middle)):
                sound = middle
            else:
                broken = middle
        return sound


def is_sound(state: TrainState) -> bool:
    """Return whether all params and collections are finite numbers."""
    return all_finite(jax.device_get((state.params, state.collections)))


def all_finite(tree: Any) -> bool:
    """Return whether all numbers of a tree of host arrays are finite."""
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(tree)]
    return all(bool(np.isfinite(leaf).all()) for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.inexact))


def size_of(state: TrainState) -> float:
    """Return the largest absolute value among the params."""
    return max((float(jnp.abs(leaf).max()) for leaf in jax.tree.leaves(state.params) if leaf.size), default=0.0)
