"""Takes variables from a file into a project, as if they had been trained there for 0 steps."""

from pathlib import Path

import jax
import numpy as np
from flax import serialization

from flaxstudio.export.fitting import fit
from flaxstudio.export.params import read_variables
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Preparation, Results, Trained, Tree
from flaxstudio.training.optimizers import build_optimizer
from flaxstudio.training.task import prepare_task


def import_variables(path: Path, project: Project, results: Results, catalogue: Catalogue, beside: Path | None) -> Results:
    """Return the results with the variables in a file; ProblemError naming what does not fit the graph.

    What the data is prepared by stays as it was for this graph; without it, it is learnt anew from the training split.
    """
    variables = fit(read_variables(path), project, catalogue)
    preparation = _preparation(project, results, catalogue, beside)
    trained = Trained(variables, _fresh_optimizer_state(project, variables), 0, project.graph, preparation)
    return Results(trained, results.runs)


def _preparation(project: Project, results: Results, catalogue: Catalogue, beside: Path | None) -> Preparation:
    if results.trained is not None and results.trained.graph == project.graph:
        return results.trained.preparation
    if project.dataset is None:
        return Preparation(np.zeros((), np.float32), np.ones((), np.float32))
    return prepare_task(project, catalogue, beside).dataset.preparation


def _fresh_optimizer_state(project: Project, variables: Tree) -> Tree:
    state = build_optimizer(project.training.optimizer).init(variables.get("params", {}))
    return dict(jax.tree.map(np.asarray, serialization.to_state_dict(state)))
