"""The project's data, prepared as a model takes it, for trials: whatever its outputs are, and before any training."""

from dataclasses import replace
from pathlib import Path

from flaxstudio.data.dataset import Dataset, prepare
from flaxstudio.data.ends import ends_of
from flaxstudio.data.sources import open_table
from flaxstudio.graph.entries import call_inputs
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Preparation, Trained


def prepared_data(project: Project, trained: Trained | None, catalogue: Catalogue, beside: Path | None) -> Dataset:
    """Return the splits as the model's Inputs take them; ProblemError where there is no data or it does not fit.

    Scaling and classes are those that the variables were trained with; without a training they are learnt now.
    """
    spec = project.dataset
    if spec is None or not call_inputs(project.graph, catalogue):
        raise ProblemError("There is no data.", "Choose a sample set or open a file in the Data panel.")
    table = open_table(spec.source, classic_random=project.training.classic_random, beside=beside)
    ends = ends_of(project, spec, table, catalogue, {})
    judged = tuple(goal for goal in ends.goals if goal.columns)
    return prepare(spec, table, replace(ends, goals=judged), _learnt(trained))


def _learnt(trained: Trained | None) -> Preparation | None:
    return trained.preparation if trained is not None and trained.step else None
