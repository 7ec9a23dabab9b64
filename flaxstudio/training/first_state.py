"""The state that a run begins from: drawn anew, or as an earlier run left it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from flaxstudio.codegen.applying import arguments_of, keys_by_name
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.optim_steering import standing_for
from flaxstudio.project.project import Project
from flaxstudio.project.results import Standing, Trained
from flaxstudio.training.initialization import initialize, run_keys
from flaxstudio.training.keeping import restored
from flaxstudio.training.precision import stored
from flaxstudio.training.scaling import scaling_for
from flaxstudio.training.settling import settled
from flaxstudio.training.steering import optimizer_for, rate_of
from flaxstudio.training.steps import TrainState, create_state
from flaxstudio.training.task import Model, check_variables


def check_resumable(project: Project, resume: Trained | None, *, is_interrupted: bool) -> None:
    """Raise ProblemError where a run cannot go on from there; an interrupted one may have no step left to do."""
    if resume is None:
        return
    if not resume.fits(project):
        raise ProblemError("The model has changed since it was trained.", "Train it from the start.")
    if resume.step >= project.training.steps + is_interrupted:
        raise ProblemError(
            f"The model has already been trained for {resume.step:,} steps.", "Raise the number of steps to go on."
        )


def first_state(project: Project, model: Model, resume: Trained | None) -> TrainState:
    """Return the state before the run's first step, on the device; ProblemError where what was saved does not fit."""
    config = project.training
    root, init_key = run_keys(config.seed, config.seeds)
    standing = standing_for(config.optimizer, resume)
    optimizer = optimizer_for(config, standing)
    if resume is None:
        drawn = initialize(model.module, init_key, model.samples(1), config.initialization)
        return create_state(model.apply, _settled(model, drawn, root, config), optimizer, root).replace(
            scaling=scaling_for(config.compute)
        )
    check_variables(model, resume.variables)
    variables = _settled(model, jax.tree.map(jnp.array, resume.variables), root, config)
    state = create_state(model.apply, variables, optimizer, root, resume.step)
    scaling = scaling_for(config.compute, standing.loss_scale, standing.good_steps)
    state = state.replace(rate=rate_of(standing), scaling=scaling)
    if resume.step == 0:
        return state  # no step was taken yet, so there is nothing that another optimizer could not go on from
    try:
        return restored(state, variables, resume.optimizer_state)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ProblemError(
            "The optimizer has changed since the model was trained.", "Choose it again, or train from the start."
        ) from error


def with_scaling(standing: Standing, state: TrainState) -> Standing:
    """Return a standing with the loss scale of a state, which waits until it is computed."""
    if state.scaling is None:
        return replace(standing, loss_scale=None, good_steps=0)
    return replace(standing, loss_scale=float(state.scaling.scale), good_steps=int(state.scaling.good_steps))


def _settled(model: Model, variables: Mapping[str, Any], key: jax.Array, config: TrainConfig) -> dict[str, Any]:
    """Return the variables in the run's precision, with their state in the shape it has after a step."""
    keys = keys_by_name(key, ("dropout", *model.source.rngs))
    variables = stored(model.module, variables, arguments_of(model.samples(2)), keys, config.compute)
    return settled(model.module, variables, model.samples(2), keys, uses_train=model.source.uses_train)
