"""What a trained model says about new samples, as a table."""

from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.data.dataset import apply_preparation
from flaxstudio.data.table import Column, Table
from flaxstudio.evaluation.scores import require_trained
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import DatasetSpec
from flaxstudio.project.project import Project
from flaxstudio.project.results import Trained
from flaxstudio.training.device import Setting, find_device
from flaxstudio.training.losses import build_loss
from flaxstudio.training.scoring import Scorer
from flaxstudio.training.task import Model, build_model, check_variables


def predict(project: Project, trained: Trained | None, catalogue: Catalogue, table: Table, *, device: str = "auto") -> Table:
    """Return predictions for the rows of a table that has the feature columns; ProblemError where it does not fit.

    For classes: the target's column with each row's most likely class, then `probability_CLASS` for every class.
    For numbers: the targets' columns.
    """
    known = require_trained(project, trained)
    spec = project.dataset
    if spec is None:
        raise ProblemError("There is no data to tell which columns are the features.", "Choose the data in the Data panel.")
    with Setting(find_device(device), project.training.classic_random).entered():
        model = build_model(project, catalogue)
        check_variables(model, known.variables)
        features = apply_preparation(spec.features, table, model.sample_shape, known.preparation, model.dtype)
        outputs = _scorer(project, spec, model).outputs(known.variables, features)
    if known.preparation.classes:
        return Table(_class_columns(spec.targets[0], known.preparation.classes, outputs), table.title)
    return Table(_number_columns(spec.targets, outputs), table.title)


def _scorer(project: Project, spec: DatasetSpec, model: Model) -> Scorer:
    return Scorer(model.module, build_loss(project.training.loss), spec.target_kind, model.sample_shape)


def _class_columns(target: str, classes: tuple[str, ...], outputs: npt.NDArray[Any]) -> dict[str, Column]:
    if outputs.shape[1:] != (len(classes),):
        raise ProblemError("The model's outputs do not fit the classes it was trained on.", "Train it again.")
    names = np.array(classes, dtype=object)
    scores = np.exp(outputs.astype(np.float64) - outputs.max(axis=-1, keepdims=True))
    probabilities = (scores / scores.sum(axis=-1, keepdims=True)).astype(np.float32)
    columns: dict[str, Column] = {target: names[outputs.argmax(axis=-1)]}
    return columns | {f"probability_{name}": probabilities[:, index] for index, name in enumerate(classes)}


def _number_columns(targets: tuple[str, ...], outputs: npt.NDArray[Any]) -> dict[str, Column]:
    """Return one column a target where there are as many outputs, else all outputs as one array."""
    if len(targets) > 1 and outputs.shape[1:] == (len(targets),):
        return {name: outputs[:, index] for index, name in enumerate(targets)}
    name = targets[0] if targets else "output"
    return {name: outputs[:, 0] if outputs.shape[1:] == (1,) else outputs}
