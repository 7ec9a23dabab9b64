"""Takes variables from a file into a project, as if they had been trained there for 0 steps."""

from pathlib import Path

from flaxstudio.export.fitting import fit
from flaxstudio.export.params import read_variables
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.training.beginning import begin_with, preparation_of


def import_variables(path: Path, project: Project, results: Results, catalogue: Catalogue, beside: Path | None) -> Results:
    """Return the results with the variables in a file; ProblemError naming what does not fit the graph.

    What the data is prepared by stays as it was for this graph; without it, it is learnt anew from the training split.
    """
    variables = fit(read_variables(path), project, catalogue)
    preparation = preparation_of(project, results, catalogue, beside)
    return Results(begin_with(variables, project, preparation), results.runs)
