"""The project's data, prepared as a model takes it, for trials: whatever its outputs are, and before any training."""

from pathlib import Path

from flaxstudio.data.dataset import Dataset, prepare
from flaxstudio.data.sources import open_table
from flaxstudio.evaluation.trial_inputs import input_kind
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Preparation, Trained


def prepared_data(project: Project, trained: Trained | None, catalogue: Catalogue, beside: Path | None) -> Dataset:
    """Return the splits as the model's first Input takes them; ProblemError where there is no data or it does not fit.

    Scaling and classes are those that the variables were trained with; without a training they are learnt now.
    """
    spec = project.dataset
    entry = next(project.graph.of_layer("Input"), None)
    if spec is None or entry is None:
        raise ProblemError("There is no data.", "Choose a sample set or open a file in the Data panel.")
    table = open_table(spec.source, classic_random=project.training.classic_random, beside=beside)
    shape, dtype = input_kind(entry, catalogue)
    return prepare(spec, table, shape, dtype=dtype, preparation=_learnt(trained))


def _learnt(trained: Trained | None) -> Preparation | None:
    return trained.preparation if trained is not None and trained.step else None
