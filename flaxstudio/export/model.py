"""What an exporter gets: a trained model with all it needs to be run, as one frozen value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from flaxstudio.codegen.applying import apply_in_use
from flaxstudio.codegen.module import build_module, require_sound
from flaxstudio.codegen.source import Source, generate
from flaxstudio.data.dataset import apart
from flaxstudio.graph.entries import call_outputs, call_shapes
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Scale, Trained
from flaxstudio.project.storage import dump_project


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A project's graph with the variables that were trained for it.

    `inputs` are the arrays of its call, in order, with the shape of one sample; `outputs` are what it returns. One
    alone is called "inputs" or "outputs"; of several each has its node's name.
    """

    project: Project
    trained: Trained
    source: Source
    inputs: Mapping[str, ArrayShape]
    scales: Mapping[str, Scale]
    outputs: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """Return a project file with this model and nothing of the data it was trained on, for a worker process."""
        return dump_project(replace(self.project, dataset=None), Results(self.trained))

    def apply_function(self) -> Callable[..., Any]:
        """Return the function (variables, features, ...) -> outputs, one array of shape (batch, ...) for each Input.

        It scales the features if training did. Of several Outputs it returns a tuple.
        """
        module, rngs = build_module(self.source), self.source.rngs

        def apply(variables: Any, *features: Any) -> Any:
            taken = [_scaled(array, scale) for array, scale in zip(features, self.scales.values(), strict=True)]
            return apply_in_use(module.apply, variables, *taken, rngs=rngs)

        return apply

    def named_function(self) -> Callable[[Any, Mapping[str, Any]], dict[str, Any]]:
        """Return the function (variables, arrays by name) -> outputs by name."""
        apply = self.apply_function()

        def named(variables: Any, features: Mapping[str, Any]) -> dict[str, Any]:
            given = apply(variables, *(features[name] for name in self.inputs))
            return dict(zip(self.outputs, apart(given), strict=True))

        return named

    @property
    def scales_features(self) -> bool:
        """Whether the features were scaled for training, so that the exported function has to do the same."""
        return any(map(changes, self.scales.values()))


def model_of(project: Project, results: Results, catalogue: Catalogue) -> Model:
    """Return what is to be exported; ProblemError if it is not trained or was edited since."""
    trained = results.trained
    if trained is None:
        raise ProblemError("The model has not been trained.", "Train it, or import its params, before you export it.")
    if not trained.fits(project):
        raise ProblemError("The graph was changed after it was trained.", "Train it again, or undo the changes.")
    require_sound(project.graph, catalogue)
    shapes = call_shapes(project.graph, catalogue)
    names = ("inputs",) if len(shapes) == 1 else tuple(shapes)
    outputs = tuple(node.name for node in call_outputs(project.graph))
    return Model(
        project,
        trained,
        generate(project.graph, project.name, catalogue),
        dict(zip(names, shapes.values(), strict=True)),
        dict(zip(names, map(trained.preparation.scale_of, shapes), strict=True)),
        ("outputs",) if len(outputs) == 1 else outputs,
    )


def changes(scale: Scale) -> bool:
    """Return whether a scale changes the features at all."""
    return bool(np.any(scale.offset != 0) or np.any(scale.scale != 1))


def _scaled(features: Any, scale: Scale) -> Any:
    return (features - scale.offset) / scale.scale if changes(scale) else features
