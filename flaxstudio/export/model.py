"""What an exporter gets: a trained model with all it needs to be run, as one frozen value."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from flaxstudio.codegen.module import build_module, require_sound
from flaxstudio.codegen.source import Source, generate
from flaxstudio.graph.entries import entry_shape
from flaxstudio.graph.graph import Node
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Preparation, Results, Trained
from flaxstudio.project.storage import dump_project


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A project's graph with the variables that were trained for it. `sample` is the shape of one sample."""

    project: Project
    trained: Trained
    source: Source
    sample: ArrayShape

    def to_bytes(self) -> bytes:
        """Return a project file with this model and nothing of the data it was trained on, for a worker process."""
        return dump_project(replace(self.project, dataset=None), Results(self.trained))

    def apply_function(self) -> Callable[[Any, Any], Any]:
        """Return the function (variables, features of shape (batch, ...)) -> outputs; scales the features if training did."""
        module, preparation = build_module(self.source), self.trained.preparation

        def apply(variables: Any, features: Any) -> Any:
            if self.scales_features:
                features = (features - preparation.offset) / preparation.scale
            return module.apply(variables, features)

        return apply

    @property
    def scales_features(self) -> bool:
        """Whether the features were scaled for training, so that the exported function has to do the same."""
        return scales(self.trained.preparation)


def model_of(project: Project, results: Results, catalogue: Catalogue) -> Model:
    """Return what is to be exported; ProblemError if it is not trained, was edited since or has several ends."""
    trained = results.trained
    if trained is None:
        raise ProblemError("The model has not been trained.", "Train it, or import its params, before you export it.")
    if not trained.fits(project):
        raise ProblemError("The graph was changed after it was trained.", "Train it again, or undo the changes.")
    require_sound(project.graph, catalogue)
    node = _single(project, "Input")
    _single(project, "Output")
    return Model(project, trained, generate(project.graph, project.name, catalogue), entry_shape(node, catalogue))


def scales(preparation: Preparation) -> bool:
    """Return whether a preparation changes the features at all."""
    return bool(np.any(preparation.offset != 0) or np.any(preparation.scale != 1))


def _single(project: Project, layer: str) -> Node:
    nodes = list(project.graph.of_layer(layer))
    if len(nodes) > 1:
        raise ProblemError(f"This version exports models of one {layer}, and there are {len(nodes)}.", "", nodes[1].name)
    return nodes[0]
