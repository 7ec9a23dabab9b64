"""The numbers of a run's optimizer as they are changed while it goes, from the next step on.

A learning rate that all updates are proportional to becomes a factor of them, which is an argument of the compiled step.
Any other number goes into the optimizer's text: the step is made anew of it, as a run so told from the start would have it,
and the optimizer's state goes on.
"""

from collections.abc import Iterable
from dataclasses import replace

import jax
import jax.numpy as jnp

from flaxstudio.project.config import TrainConfig
from flaxstudio.project.optim_steering import has_common_rate, knobs_of, steered
from flaxstudio.project.optimizer import RATE
from flaxstudio.project.results import Change, Standing
from flaxstudio.training.optimizers import Optimizer, make_optimizer
from flaxstudio.training.proportion import is_proportional
from flaxstudio.training.steps import TrainState

_Numbers = tuple[tuple[str, float], ...]


class Steering:
    """Knows the config of one run, and what a change of it means."""

    def __init__(self, config: TrainConfig, begun: tuple[Standing, TrainState] | None = None) -> None:
        """Of a run that has begun, the optimizer of its state is the one for the numbers of its standing."""
        self._config = config
        self._knobs = {knob.name: knob for knob in knobs_of(config.optimizer)}
        self._is_scaled: bool | None = None
        self._made: dict[_Numbers, Optimizer] = {}
        if begun is not None:
            standing, state = begun
            self._made[_numbers(standing)] = Optimizer(state.tx, state.needs, state.params_in_use)

    def changed(self, standing: Standing, name: str, value: float) -> Standing | None:
        """Return the standing with a number changed, None where there is no such number or it cannot have that value."""
        return None if self.refusal(standing, name, value) else self._after(standing, name, value)

    def refusal(self, standing: Standing, name: str, value: float) -> str:
        """Return in a sentence why a number cannot be changed to a value; "" where it can."""
        knob = self._knobs.get(name)
        if knob is None:
            return f"This run has no number {name} that can be changed."
        if (fault := knob.spec.fault(value)) is not None:
            return f"{name} {fault}, and {value:g} is not."
        try:
            self._optimizer(self._after(standing, name, value))
        except (ValueError, ArithmeticError) as error:  # Optax's own refusals
            first = next(iter(str(error).splitlines()), "").strip() or "no reason given"
            return f"{name} cannot be {value:g}, says Optax: {first.rstrip('.')}."
        return ""

    def changed_all(self, standing: Standing, changes: Iterable[Change]) -> dict[int, Standing]:
        """Return the standing from each step on at which something was changed."""
        told: dict[int, Standing] = {}
        for change in changes:
            standing = self.changed(standing, change.name, change.value) or standing
            told[change.step] = standing
        return told

    def rate(self, standing: Standing) -> float:
        """Return the learning rate that holds."""
        own = standing.values.get(RATE)
        return own[0] if own else standing.rate or self._config.optimizer.learning_rate

    def steered(self, state: TrainState, standing: Standing) -> TrainState:
        """Return a state that goes on with the numbers of a standing."""
        optimizer = self._optimizer(standing)
        structure = jax.tree.structure(jax.eval_shape(optimizer.tx.init, state.params))
        opt_state = jax.tree.unflatten(structure, jax.tree.leaves(state.opt_state))
        return state.replace(
            rate=rate_of(standing),
            tx=optimizer.tx,
            needs=optimizer.needs,
            params_in_use=optimizer.params_in_use,
            opt_state=opt_state,
        )

    def _after(self, standing: Standing, name: str, value: float) -> Standing:
        """Return the standing with one of its numbers changed, whether it can be or not."""
        if name == RATE and self._scales():
            return replace(standing, rate=value, rate_base=self._config.optimizer.learning_rate)
        return replace(standing, values={**standing.values, name: (value, self._knobs[name].value)})

    def _scales(self) -> bool:
        """Return whether another learning rate is a factor of all updates; found once, by trying."""
        if self._is_scaled is None:
            spec = self._config.optimizer
            has_own = any(group.optimizer is not None for group in spec.groups)
            self._is_scaled = has_common_rate(spec) and (
                RATE in spec.schedules or (not has_own and is_proportional(self._config))
            )
        return self._is_scaled

    def _optimizer(self, standing: Standing) -> Optimizer:
        """Return the same one for the same numbers, so that a step is not compiled twice."""
        key = _numbers(standing)
        if key not in self._made:
            self._made[key] = optimizer_for(self._config, standing)
        return self._made[key]


def _numbers(standing: Standing) -> _Numbers:
    return tuple(sorted((name, value) for name, (value, _) in standing.values.items()))


def optimizer_for(config: TrainConfig, standing: Standing) -> Optimizer:
    """Return the optimizer with the numbers that hold."""
    values = {name: value for name, (value, _) in standing.values.items()}
    return make_optimizer(steered(config.optimizer, values) if values else config.optimizer, config.steps)


def rate_of(standing: Standing) -> jax.Array:
    """Return what updates are multiplied by."""
    return jnp.array(1.0 if standing.rate is None else standing.rate / standing.rate_base, jnp.float32)
