"""A trained model's loss and metrics on a split, the very numbers that its run has told for that split."""

from pathlib import Path

from flaxstudio.data.dataset import SplitName
from flaxstudio.data.table import Tell, untold
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Evaluation, Trained
from flaxstudio.training.device import setting_of
from flaxstudio.training.task import check_variables, prepare_task


def evaluate(
    project: Project,
    trained: Trained | None,
    catalogue: Catalogue,
    split: SplitName = "test",
    *,
    device: str = "auto",
    beside: Path | None = None,
    tell: Tell = untold,
) -> Evaluation:
    """Return a split's loss and metrics; ProblemError if nothing was trained, the model has changed or the split is empty.

    `tell` gets the share that is done while data is read.
    """
    model = require_trained(project, trained)
    with setting_of(device, project.training).entered():
        task = prepare_task(project, catalogue, beside, model.preparation, tell)
        check_variables(task.model, model.variables)
        samples = task.dataset.split(split)
        if len(samples) == 0:
            raise ProblemError(f"The data has no {split} split.", f"Set its {split} share in the Data panel.")
        score = task.scorer.score(model.variables, samples)
    return Evaluation(model.step, split, score.loss, score.metrics)


def require_trained(project: Project, trained: Trained | None) -> Trained:
    """Return what was trained; ProblemError if nothing was, or if the model has changed since."""
    if trained is None:
        raise ProblemError("The model has not been trained.", "Train it first.")
    if not trained.fits(project):
        raise ProblemError("The model has changed since it was trained.", "Train it again.")
    return trained
