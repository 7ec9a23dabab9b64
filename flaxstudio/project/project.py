"""The project: all that a user draws and sets, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flaxstudio.graph.check import check
from flaxstudio.graph.entries import call_outputs
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.layout import Flow
from flaxstudio.graph.library import Library
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.annotations import Annotations
from flaxstudio.project.config import DatasetSpec, TrainConfig, check_dataset, check_training

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Project:
    """What is drawn and set. `name` is the class name of the Module; `library` holds the layers of the project's own.

    Positions and annotations lie beside the graph, those inside blocks by block, so that moving or colouring a node
    never makes a model stale.
    """

    name: str = "Model"
    graph: Graph = Graph()
    positions: Mapping[str, Position] = field(default_factory=dict, hash=False)
    dataset: DatasetSpec | None = None
    training: TrainConfig = TrainConfig()
    library: Library = Library()
    block_positions: Mapping[str, Mapping[str, Position]] = field(default_factory=dict, hash=False)
    annotations: Annotations = Annotations()
    block_annotations: Mapping[str, Annotations] = field(default_factory=dict, hash=False)
    flow: Flow = "right"
    """Which way the data goes in the drawing."""


def check_project(project: Project, catalogue: Catalogue) -> tuple[Problem, ...]:
    """Return all problems that can be found without computing: of the graph, the run's config and the dataset."""
    return (*check(project.graph, catalogue), *check_settings(project))


def check_settings(project: Project) -> tuple[Problem, ...]:
    """Return the problems of the run's config and of the dataset."""
    outputs = tuple(node.name for node in call_outputs(project.graph)) or ("",)
    return (*check_training(project.training), *check_dataset(project.dataset, project.training, outputs))
