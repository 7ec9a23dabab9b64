"""All that a project means to the engine: its data made ready, its Module built from the source, and whether they fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.module import build_module, node_of_error
from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.codegen.source import Source, generate
from flaxstudio.data.check import check_data
from flaxstudio.data.dataset import Dataset, prepare
from flaxstudio.data.sources import open_table
from flaxstudio.graph.entries import entry_shape
from flaxstudio.graph.problem import Problem, ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import DatasetSpec
from flaxstudio.project.project import Project, check_project
from flaxstudio.project.results import Preparation
from flaxstudio.training.losses import Loss, build_loss
from flaxstudio.training.scoring import Scorer


@dataclass(frozen=True, slots=True)
class Model:
    """A project's Module with the source it was built from and the shape of one sample."""

    source: Source
    module: nn.Module
    sample_shape: tuple[int, ...]
    dtype: str

    def samples(self, count: int) -> jax.Array:
        """Return a batch of zeros as the Module takes it."""
        return jnp.zeros((count, *self.sample_shape), self.dtype)


@dataclass(frozen=True, slots=True)
class Task:
    """A model, the dataset it is to learn and the loss that judges it."""

    model: Model
    dataset: Dataset
    loss: Loss
    scorer: Scorer


def build_model(project: Project, catalogue: Catalogue) -> Model:
    """Return the Module that a sound graph describes."""
    source = generate(project.graph, project.name, catalogue)
    entry = next(project.graph.of_layer("Input"))
    shape = entry_shape(entry, catalogue)
    return Model(source, build_module(source), shape.sizes, shape.dtype)


def prepare_task(
    project: Project, catalogue: Catalogue, beside: Path | None = None, preparation: Preparation | None = None
) -> Task:
    """Return what a run or an evaluation works on; ProblemError with the first thing that is wrong."""
    _raise_first(check_project(project, catalogue))
    spec = _require_dataset(project)
    table = open_table(spec.source, classic_random=project.training.classic_random, beside=beside)
    _raise_first(check_data(project, table, catalogue))
    model = build_model(project, catalogue)
    dataset = prepare(spec, table, model.sample_shape, dtype=model.dtype, preparation=preparation)
    _check_output(project, model, dataset, catalogue)
    loss = build_loss(project.training.loss)
    return Task(model, dataset, loss, Scorer(model.module, loss, spec.target_kind, model.sample_shape))


def check_variables(model: Model, variables: Mapping[str, Any]) -> None:
    """Raise ProblemError unless a tree has the collections, names and shapes that the Module's own variables have."""
    _, own = _output_shapes(model)
    if _shapes(own) != _shapes(variables):
        raise ProblemError("The saved variables do not fit the model.", "Train it again, or import params that fit.")


def _shapes(tree: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    return {jax.tree_util.keystr(path): np.shape(leaf) for path, leaf in jax.tree_util.tree_leaves_with_path(dict(tree))}


def _require_dataset(project: Project) -> DatasetSpec:
    if project.dataset is None:
        raise ProblemError("There is no data.", "Choose a sample set or open a CSV or NPZ file.")
    return project.dataset


def _raise_first(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        if problem.severity == "error":
            raise ProblemError(problem.what, problem.remedy, problem.node)


def _check_output(project: Project, model: Model, dataset: Dataset, catalogue: Catalogue) -> None:
    """Raise ProblemError unless the Module runs and gives what the loss compares with the targets."""
    try:
        output, variables = _output_shapes(model)
    except Exception as error:
        _raise_first(ShapeInference(catalogue).infer(project.graph).problems)
        node = node_of_error(model.source, error)
        what = f"{node or 'The model'} cannot be computed: {str(error).splitlines()[0]}."
        raise ProblemError(what, "Change its attributes or what feeds it.", node) from error
    if not jax.tree.leaves(variables.get("params", {})):
        raise ProblemError(
            "The model has no params, so there is nothing to train.", "Add a Dense or another layer with params."
        )
    given, wanted = output.shape[1:], _wanted_shape(dataset)
    if given == wanted:
        return
    last = next(project.graph.of_layer("Output")).name
    raise ProblemError(
        f"The model gives {_text(given)} a sample, and the data needs {_text(wanted)}.",
        f"End the model with a Flatten and a Dense of {wanted[-1]} features." if len(wanted) == 1 else "Change its last layer.",
        last,
    )


def _output_shapes(model: Model) -> Any:
    def run(key: jax.Array, samples: jax.Array) -> Any:
        return model.module.init_with_output(key, samples)

    return jax.eval_shape(run, jax.ShapeDtypeStruct((2,), jnp.uint32), jax.eval_shape(lambda: model.samples(2)))


def _wanted_shape(dataset: Dataset) -> tuple[int, ...]:
    classes = dataset.preparation.classes
    return (len(classes),) if classes else dataset.train.targets.shape[1:]


def _text(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} value{'s' if shape[0] != 1 else ''}" if len(shape) == 1 else f"an array of {shape}"
