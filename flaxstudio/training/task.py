"""All that a project means to the engine: its data made ready, its Module built from the source, and whether they fit."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.applying import apply_in_use, arguments_of
from flaxstudio.codegen.module import build_module, node_of_error
from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.codegen.source import Source, generate
from flaxstudio.data.check import check_data
from flaxstudio.data.dataset import Dataset, SplitName, apart, joined, prepare
from flaxstudio.data.ends import Goal, ends_of
from flaxstudio.data.sources import open_table
from flaxstudio.data.table import Tell, untold
from flaxstudio.graph.entries import call_outputs, call_shapes
from flaxstudio.graph.problem import Problem, ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.metrics import metrics_for
from flaxstudio.project.misfit import misfit
from flaxstudio.project.project import Project, check_project
from flaxstudio.project.results import Preparation
from flaxstudio.project.variables import leaves
from flaxstudio.training.losses import Loss, output_loss, total_loss
from flaxstudio.training.precision import Apply, applied
from flaxstudio.training.scoring import Judge, Scorer


@dataclass(frozen=True, slots=True)
class Model:
    """A project's Module with the source it was built from and what each Input of its call takes, in order."""

    source: Source
    module: nn.Module
    inputs: Mapping[str, ArrayShape]
    apply: Apply
    """The Module's own, in the precision of its run."""

    def samples(self, count: int) -> Any:
        """Return a batch of zeros as the Module takes it, on the host: one array, or a tuple with one for each Input."""
        return joined([np.zeros((count, *shape.sizes), jnp.dtype(shape.dtype)) for shape in self.inputs.values()])

    def apply_in_use(self, variables: Mapping[str, Any], samples: Any) -> Any:
        """Return the outputs as they are outside training."""
        return apply_in_use(self.apply, variables, *arguments_of(samples), rngs=self.source.rngs)


@dataclass(frozen=True, slots=True)
class Task:
    """A model, the dataset it is to learn and the loss that is minimised."""

    model: Model
    dataset: Dataset
    loss: Loss
    scorer: Scorer


def build_model(project: Project, catalogue: Catalogue) -> Model:
    """Return the Module that a sound graph describes."""
    source = generate(project.graph, project.name, catalogue)
    module = build_module(source)
    return Model(source, module, call_shapes(project.graph, catalogue), applied(module, project.training.compute))


def build_scorer(model: Model, goals: Sequence[Goal], config: TrainConfig) -> Scorer:
    """Return what applies the Module to many samples and judges each Output as its goal says."""
    judges = [_judge(goal, config) for goal in goals]
    return Scorer(model.apply, judges, [shape.sizes for shape in model.inputs.values()], model.source.rngs)


def _judge(goal: Goal, config: TrainConfig) -> Judge:
    ignored = config.objective_of(goal.name).ignored_number if goal.kind == "numbers" else None
    return Judge(
        goal.name,
        goal.kind,
        output_loss(config, goal.name),
        metrics_for(goal.kind, config.metrics),
        config.averaging,
        ignored,
    )


def prepare_task(
    project: Project,
    catalogue: Catalogue,
    beside: Path | None = None,
    preparation: Preparation | None = None,
    tell: Tell = untold,
) -> Task:
    """Return what a run or an evaluation works on; ProblemError with the first thing that is wrong.

    `tell` gets the share that is done where data is read that takes long.
    """
    _raise_first(check_project(project, catalogue))
    spec, config = _require_dataset(project), project.training
    table = open_table(spec.source, classic_random=config.classic_random, beside=beside, memory=spec.memory, tell=tell)
    _raise_first(check_data(project, table, catalogue))
    model = build_model(project, catalogue)
    shapes = _checked_outputs(project, model, catalogue)
    sizes = {name: math.prod(shape) for name, shape in shapes.items()}
    if len(shapes) > 1:
        _raise_first(check_data(project, table, catalogue, sizes))  # which targets go where depends on the sizes
    ends = ends_of(project, spec, table, catalogue, sizes)
    dataset = prepare(spec, table, ends, preparation, tell)
    _check_targets(shapes, dataset)
    _check_counted(config, dataset)
    loss = total_loss([output_loss(config, goal.name).loss for goal in ends.goals])
    return Task(model, dataset, loss, build_scorer(model, ends.goals, config))


def check_variables(model: Model, variables: Mapping[str, Any]) -> None:
    """Raise ProblemError unless a tree has the collections, names and shapes that the Module's own variables have."""
    wanted, given = (
        {path: np.shape(leaf) for path, leaf in leaves(tree)} for tree in (_outputs_and_variables(model)[1], variables)
    )
    if found := misfit(wanted, given):
        what = f"The saved variables do not fit the model. {found.sentence}"
        raise ProblemError(what, "Train it again, or import params that fit.", found.node(model.source.lines))


def _require_dataset(project: Project) -> DatasetSpec:
    if project.dataset is None:
        raise ProblemError("There is no data.", "Choose a sample set or open a CSV or NPZ file.")
    return project.dataset


def _raise_first(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        if problem.severity == "error":
            raise ProblemError(problem.what, problem.remedy, problem.node)


def _checked_outputs(project: Project, model: Model, catalogue: Catalogue) -> dict[str, tuple[int, ...]]:
    """Return Output -> the shape of what it gives for a sample; ProblemError unless the Module runs and can learn."""
    try:
        outputs, variables = _outputs_and_variables(model)
    except Exception as error:
        _raise_first(ShapeInference(catalogue).infer(project.graph).problems)
        node = node_of_error(model.source, error)
        what = f"{node or 'The model'} cannot be computed: {str(error).splitlines()[0]}."
        raise ProblemError(what, "Change its attributes or what feeds it.", node) from error
    if not jax.tree.leaves(variables.get("params", {})):
        raise ProblemError(
            "The model has no params, so there is nothing to train.", "Add a Dense or another layer with params."
        )
    names = [node.name for node in call_outputs(project.graph)]
    shapes = {}
    for name, output in zip(names, [outputs] if len(names) == 1 else outputs, strict=True):
        if not isinstance(output, jax.ShapeDtypeStruct):
            raise ProblemError(f"{name} gets a state of several arrays.", "Connect one array to it.", name)
        shapes[name] = tuple(output.shape[1:])
    return shapes


def _check_targets(shapes: Mapping[str, tuple[int, ...]], dataset: Dataset) -> None:
    """Raise ProblemError unless each Output gives what its loss compares with the targets."""
    for goal, targets in zip(dataset.ends.goals, apart(dataset.train.targets), strict=True):
        classes = dataset.preparation.classes_of(goal.name)
        given, wanted = shapes[goal.name], (*targets.shape[1:], *([len(classes)] if classes else []))
        if given == wanted:
            continue
        dense = f"End the model with a Flatten and a Dense of {wanted[-1]} features."
        which = "The model" if len(shapes) == 1 else goal.name
        raise ProblemError(
            f"{which} gives {_text(given)} a sample, and the data needs {_text(wanted)}.",
            dense if len(wanted) == 1 else "Change its last layer.",
            goal.name,
        )


def _check_counted(config: TrainConfig, dataset: Dataset) -> None:
    """Raise ProblemError where all targets of a split are left out."""
    for split in (dataset.train, dataset.validation, dataset.test):
        for goal, targets in zip(dataset.ends.goals, apart(split.targets), strict=True):
            objective = config.objective_of(goal.name)
            if objective.ignored is None or not len(split):
                continue
            is_counted = targets >= 0 if goal.kind == "classes" else targets != np.float32(objective.ignored_number or 0)
            if not is_counted.any():
                name = next(name for name in get_args(SplitName) if dataset.split(name) is split)
                what = f"Every target of {goal.name} in the {name} split is left out, so nothing is left to judge by."
                raise ProblemError(what, "Leave out another label, or make that split larger.", goal.name)


def _outputs_and_variables(model: Model) -> Any:
    """Return the shapes of what the Module gives, and of its variables."""

    def run(key: jax.Array, samples: Any) -> Any:
        return model.module.init_with_output(key, *arguments_of(samples))

    return jax.eval_shape(run, jax.ShapeDtypeStruct((2,), jnp.uint32), model.samples(2))


def _text(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} value{'s' if shape[0] != 1 else ''}" if len(shape) == 1 else f"an array of {shape}"
