"""What a trained model says about new samples, as a table."""

from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.data.dataset import apart, apply_preparation
from flaxstudio.data.ends import entries_of
from flaxstudio.data.table import Column, Table
from flaxstudio.evaluation.scores import require_trained
from flaxstudio.graph.entries import call_outputs
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Target, Trained
from flaxstudio.training.device import setting_of
from flaxstudio.training.task import build_model, build_scorer, check_variables


def predict(project: Project, trained: Trained | None, catalogue: Catalogue, table: Table, *, device: str = "auto") -> Table:
    """Return predictions for the rows of a table that has the feature columns; ProblemError where it does not fit.

    For classes: the target's column with each row's most likely class, then `probability_CLASS` for every class.
    For numbers: the targets' columns. Of several Outputs, each one's columns begin with its name: `OUTPUT.COLUMN`.
    """
    known = require_trained(project, trained)
    spec = project.dataset
    if spec is None:
        raise ProblemError("There is no data to tell which columns are the features.", "Choose the data in the Data panel.")
    with setting_of(device, project.training).entered():
        model = build_model(project, catalogue)
        check_variables(model, known.variables)
        features = apply_preparation(entries_of(project, spec, table, catalogue), table, known.preparation)
        outputs = apart(build_scorer(model, (), project.training).outputs(known.variables, features))
    names = [node.name for node in call_outputs(project.graph)]
    columns: dict[str, Column] = {}
    for name, given in zip(names, outputs, strict=True):
        target = known.preparation.outputs.get(name) or Target(spec.targets, known.preparation.classes)
        own = _columns(target, given)
        columns |= own if len(names) == 1 else {_prefixed(name, column): values for column, values in own.items()}
    return Table(columns, table.title)


def _prefixed(output: str, column: str) -> str:
    """Return a column's name among those of other Outputs: an Output of the column's name says it already."""
    return column if column == output else f"{output}.{column}"


def _columns(target: Target, outputs: npt.NDArray[Any]) -> dict[str, Column]:
    if target.classes:
        return _class_columns(target.columns[0], target.classes, outputs)
    return _number_columns(target.columns, outputs)


def _class_columns(target: str, classes: tuple[str, ...], outputs: npt.NDArray[Any]) -> dict[str, Column]:
    if outputs.shape[-1] != len(classes):
        raise ProblemError("The model's outputs do not fit the classes it was trained on.", "Train it again.")
    names = np.array(classes, dtype=object)
    scores = np.exp(outputs.astype(np.float64) - outputs.max(axis=-1, keepdims=True))
    probabilities = (scores / scores.sum(axis=-1, keepdims=True)).astype(np.float32)
    columns: dict[str, Column] = {target: names[outputs.argmax(axis=-1)]}
    return columns | {f"probability_{name}": probabilities[..., index] for index, name in enumerate(classes)}


def _number_columns(targets: tuple[str, ...], outputs: npt.NDArray[Any]) -> dict[str, Column]:
    """Return one column a target where there are as many outputs, else all outputs as one array."""
    if len(targets) > 1 and outputs.shape[1:] == (len(targets),):
        return {name: outputs[:, index] for index, name in enumerate(targets)}
    name = targets[0] if targets else "output"
    return {name: outputs[:, 0] if outputs.shape[1:] == (1,) else outputs}
