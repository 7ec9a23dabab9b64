"""Variables that no step has changed yet: drawn with a key or given, made ready for a run to start from."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.module import build_module, node_of_error, require_sound
from flaxstudio.codegen.source import generate
from flaxstudio.data.dataset import joined
from flaxstudio.graph.entries import call_shapes
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Preparation, Results, Trained, Tree
from flaxstudio.project.variables import leaves, node_of, with_array, with_aside
from flaxstudio.training.device import setting_of
from flaxstudio.training.initialization import initialize, run_keys
from flaxstudio.training.keeping import kept
from flaxstudio.training.optimizers import make_optimizer
from flaxstudio.training.steps import create_state
from flaxstudio.training.task import prepare_task


@dataclass(frozen=True, slots=True)
class InitKey:
    """Which key is given to `init`: `jax.random.key(seed)` itself, or the one that a run of that seed splits off it."""

    seed: int = 0
    is_of_run: bool = True


def draw_variables(project: Project, catalogue: Catalogue, key: InitKey, device: str = "auto") -> Tree:
    """Return what the Module's `init` gives for a key and a dummy input; ProblemError where it cannot be computed."""
    require_sound(project.graph, catalogue)
    source = generate(project.graph, project.name, catalogue)
    with setting_of(device, project.training).entered():
        try:
            module = build_module(source)
            own = run_keys(key.seed)[1] if key.is_of_run else jax.random.PRNGKey(key.seed)
            variables = initialize(module, own, dummy_inputs(project, catalogue), project.training.initialization)
        except ProblemError:
            raise
        except Exception as error:  # whatever Flax or JAX raises about the user's graph is one sentence
            node = node_of_error(source, error)
            raise ProblemError(
                f"{node or 'The model'} cannot be initialised: {_first_line(error)}.",
                "Change its attributes or what feeds it.",
                node,
            ) from error
    if not any(True for _ in leaves(variables)):
        raise ProblemError("The model has no variables: nothing in it learns.", "Add a Dense or another layer with params.")
    return dict(jax.tree.map(np.array, variables))


def dummy_inputs(project: Project, catalogue: Catalogue) -> Any:
    """Return zeros for a batch of one: an array, or a tuple with one for each Input of the call."""
    shapes = call_shapes(project.graph, catalogue).values()
    return joined([jnp.zeros((1, *shape.sizes), shape.dtype) for shape in shapes])


def begin_with(variables: Tree, project: Project, preparation: Preparation) -> Trained:
    """Return variables as the state before a first step, with fresh optimizer state."""
    optimizer = make_optimizer(project.training.optimizer, project.training.steps)
    _, optimizer_state = kept(create_state(None, variables, optimizer, jax.random.PRNGKey(0)))
    return Trained(variables, optimizer_state, 0, project.graph, preparation, project.library.used_by(project.graph))


def initialized(project: Project, results: Results, catalogue: Catalogue, key: InitKey, beside: Path | None) -> Trained:
    """Return new variables for the whole model, at step 0.

    Data that is not there yet, or does not fit yet, prevents nothing: a run from step 0 prepares it anew.
    """
    variables = draw_variables(project, catalogue, key)
    try:
        preparation = preparation_of(project, results, catalogue, beside)
    except ProblemError:
        preparation = _no_preparation()
    return with_aside(begin_with(variables, project, preparation), results.trained)


def initialized_nodes(trained: Trained, names: frozenset[str], project: Project, catalogue: Catalogue, key: InitKey) -> Trained:
    """Return the variables with those of some nodes drawn anew; the others, the step and the optimizer state stay."""
    if not trained.fits(project):
        raise ProblemError("The graph was changed since these variables were made.", "Initialise the whole model.")
    drawn = draw_variables(project, catalogue, key)
    variables = trained.variables
    for path, array in leaves(drawn):
        if node_of(path, project.graph.names()) in names:
            variables = with_array(variables, path, array)
    return replace(trained, variables=variables)


def preparation_of(project: Project, results: Results, catalogue: Catalogue, beside: Path | None) -> Preparation:
    """Return what the data is prepared by: as it was for this graph, else learnt anew from the training split."""
    if results.trained is not None and results.trained.fits(project):
        return results.trained.preparation
    if project.dataset is None:
        return _no_preparation()
    return prepare_task(project, catalogue, beside).dataset.preparation


def _no_preparation() -> Preparation:
    return Preparation(np.zeros((), np.float32), np.ones((), np.float32))


def _first_line(error: Exception) -> str:
    text = str(error).strip().split("\n")[0].split(" (https://")[0]
    return (text or type(error).__name__).rstrip(".")[:300]
