"""What a run is told beside its config: the catalogue, where to begin, what to keep and where."""

from dataclasses import dataclass
from pathlib import Path

from flaxstudio.data.table import Tell, untold
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, RunRecord, Trained
from flaxstudio.training.control import Control


@dataclass(frozen=True, slots=True)
class Told:
    """All that a run is told. `results` gives it its number; `beside` is the project's folder, where data files that have
    moved are looked for; `resume` is what an earlier run left. Where that run was interrupted, `earlier` is its record:
    then the same run goes on. Checkpoints are kept in `keep_in`. What moves in it is told where it `is_observed`. `tell`
    gets the share that is done while data is read."""

    project: Project
    catalogue: Catalogue
    control: Control
    device: str = "auto"
    resume: Trained | None = None
    results: Results = Results()
    beside: Path | None = None
    earlier: RunRecord | None = None
    keep_in: Path | None = None
    is_observed: bool = False
    tell: Tell = untold
