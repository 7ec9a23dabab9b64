"""The TrainState and the pure train_step: gradients, mutable collections, dropout keys, Optax update."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import struct
from flax.training import train_state

from flaxstudio.codegen.applying import arguments_of, keys_by_name
from flaxstudio.codegen.source import Source
from flaxstudio.project.optim_option import Need
from flaxstudio.training.formulation import suited
from flaxstudio.training.losses import Loss
from flaxstudio.training.optimizers import Optimizer, ParamsInUse
from flaxstudio.training.scaling import LossScaling, chosen, scaled, unscaled


class TrainState(train_state.TrainState):
    """Flax's TrainState with the collections beside params, the root of the random keys, and whether losses were finite.

    `rate` is what updates are multiplied by: 1, or less or more where the learning rate was changed while the run went.
    `scaling` is there in float16 only. `needs` and `params_in_use` are the optimizer's.
    """

    collections: dict[str, Any]
    key: jax.Array
    is_finite: jax.Array
    rate: jax.Array
    scaling: LossScaling | None = None
    needs: tuple[Need, ...] = struct.field(pytree_node=False, default=())
    params_in_use: ParamsInUse | None = struct.field(pytree_node=False, default=None)


def create_state(
    apply_fn: Any, variables: Mapping[str, Any], optimizer: Optimizer, key: jax.Array, step: int = 0
) -> TrainState:
    """Return the state before step `step` with fresh optimizer state."""
    collections = {name: tree for name, tree in variables.items() if name != "params"}
    params = variables.get("params", {})

    def begun(params: Any) -> Any:
        # some optimizers keep the params themselves; what is one array cannot be given away twice
        return jax.tree.map(jnp.copy, optimizer.tx.init(params))

    return TrainState(
        step=jnp.array(step, jnp.int32),
        apply_fn=apply_fn,
        params=params,
        tx=optimizer.tx,
        opt_state=jax.jit(begun)(params),  # one program: its many small ones would be compiled one by one
        collections=collections,
        key=key,
        is_finite=jnp.array(True),
        rate=jnp.ones(()),
        needs=optimizer.needs,
        params_in_use=optimizer.params_in_use,
    )


def variables_of(state: TrainState) -> dict[str, Any]:
    """Return all linen collections of a state."""
    return {**({"params": state.params} if state.params else {}), **state.collections}


def variables_in_use(state: TrainState) -> dict[str, Any]:
    """Return all linen collections, with the params that the model is judged and used with."""
    if state.params_in_use is None:
        return variables_of(state)
    return {**variables_of(state), "params": state.params_in_use(state.opt_state, state.params)}


def step_keys(state: TrainState, rngs: Iterable[str] = ()) -> dict[str, jax.Array]:
    """Return the random keys of the state's next step: a function of root and step, so that resumed runs repeat nothing."""
    return keys_by_name(jax.random.fold_in(state.key, state.step), dict.fromkeys(("dropout", *rngs)))


def step_of(source: Source, loss: Loss, device: jax.Device) -> Callable[..., tuple[TrainState, jax.Array]]:
    """Return the train_step of a model, as it is best computed on a device."""
    return suited(partial(train_step, loss=loss, uses_train=source.uses_train, rngs=source.rngs), device)


def train_step(
    state: TrainState, features: Any, targets: Any, *, loss: Loss, uses_train: bool, rngs: tuple[str, ...] = ()
) -> tuple[TrainState, jax.Array]:
    """Return the state after one step and the loss before it, the mean over the batch.

    `features` and `targets` are one array, or a tuple with one for each Input and Output.
    From a loss that is not finite on, params, collections and step stay as they are, to be examined. (Masking the
    updates costs nothing; choosing between the old and the new state would cost a quarter of a small step.) With loss
    scaling, a step whose gradients are not finite changes nothing but the scale and the step.
    """

    def loss_of(params: Any) -> tuple[jax.Array, tuple[jax.Array, Any]]:
        outputs, collections = state.apply_fn(
            {"params": params, **state.collections},
            *arguments_of(features),
            **({"train": True} if uses_train else {}),
            rngs=step_keys(state, rngs),
            mutable=list(state.collections),
        )
        value = loss(outputs, targets).mean()
        return scaled(state.scaling, value), (value, collections)

    (_, (value, collections)), gradients = jax.value_and_grad(loss_of, has_aux=True)(state.params)
    gradients, is_good, scaling = unscaled(state.scaling, gradients)
    is_finite = state.is_finite & jnp.isfinite(value)
    extra = extra_arguments(state.needs, lambda params: loss_of(params)[1][0], value, gradients)
    updates, opt_state = state.tx.update(gradients, state.opt_state, state.params, **extra)
    after = state.replace(
        step=state.step + is_finite,
        params=optax.apply_updates(state.params, jax.tree.map(partial(_scaled, state.rate, is_finite & is_good), updates)),
        opt_state=chosen(is_good, opt_state, state.opt_state),
        collections=jax.tree.map(partial(_after, is_finite & is_good), collections, state.collections),
        is_finite=is_finite,
        scaling=scaling,
    )
    return after, value.astype(jnp.float32)


def extra_arguments(
    needs: Iterable[Need], loss: Callable[[Any], jax.Array], value: jax.Array, gradients: Any
) -> dict[str, Any]:
    """Return what an optimizer's update takes beside gradients, state and params; `loss` is that of the batch."""

    def value_fn(params: Any, *_: Any) -> jax.Array:
        return loss(params)

    known = {"value": value, "grad": gradients, "value_fn": value_fn, "obj_fn": value_fn, "grad_fn": jax.grad(value_fn)}
    return {need: known[need] for need in needs}


def _scaled(rate: jax.Array, is_finite: jax.Array, update: jax.Array) -> jax.Array:
    """Return an update times the rate, or none; a rate of 1 changes no bit of it."""
    return jnp.where(is_finite, update * rate.astype(update.dtype), 0)


def _after(is_taken: jax.Array, new: jax.Array, old: jax.Array) -> jax.Array:
    """Return an array of a collection after the step, of the type it had: in a loop nothing may change its type."""
    return jnp.where(is_taken, new.astype(old.dtype), old)
