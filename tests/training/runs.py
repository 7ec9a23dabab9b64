"""Small projects to train in tests, and a run's events taken apart."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from flaxstudio.graph.graph import Graph
from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, OptimizerSpec, TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.results import Trained
from flaxstudio.project.templates import Layer, build_template, row_of_layers
from flaxstudio.training.events import Evaluated, Event, RunFinished, StepsDone
from flaxstudio.training.loop import train

IRIS = ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm")
IRIS_DATA = DatasetSpec("sample:iris", IRIS, ("species",), "classes", "standard")


def iris_project(*layers: Layer, **config: Any) -> Project:
    """Return a network of the given layers between Input and a last Dense, with 40 short steps of Adam."""
    whole: Sequence[Layer] = (("Input", {"shape": (4,)}), *layers, ("Dense", {"features": 3}), ("Output", {}))
    training = TrainConfig("cross_entropy", OptimizerSpec("adam", 0.01), batch_size=16, steps=40)
    return row_of_layers(Project("Small", dataset=IRIS_DATA, training=replace(training, **config)), whole, catalogue())


def noisy_project(**config: Any) -> Project:
    """Return a network with all that makes a run remember: BatchNorm, Dropout and an optimizer with state."""
    hidden: Layer = ("Dense", {"features": 8})
    return iris_project(hidden, ("BatchNorm", {"momentum": 0.9}), ("relu", {}), ("Dropout", {"rate": 0.5}), **config)


@functools.cache
def noisy_events() -> tuple[Event, ...]:
    """Return the events of `noisy_project()`, trained once for all tests."""
    return tuple(events_of(noisy_project()))


def convolutional_project(**config: Any) -> Project:
    """Return a small convolution over the digits: the kind of model whose steps are not put into one loop on a CPU."""
    drawn = template("digits-mlp", **config)
    layers: Sequence[Layer] = (("Input", {"shape": (8, 8, 1)}), ("Conv", {"features": 4}), ("relu", {}), ("Flatten", {}))
    whole = (*layers, ("Dense", {"features": 10}), ("Output", {}))
    return row_of_layers(replace(drawn, graph=Graph(), positions={}), whole, catalogue())


def template(name: str, **config: Any) -> Project:
    project = build_template(name, catalogue())
    return replace(project, training=replace(project.training, **config))


def events_of(project: Project, **arguments: Any) -> list[Event]:
    return list(train(project, catalogue(), **arguments))


def losses_of(events: Iterable[Event]) -> npt.NDArray[np.float32]:
    return np.concatenate([event.losses for event in events if isinstance(event, StepsDone)])


def evaluations_of(events: Iterable[Event]) -> Iterator[Evaluated]:
    return (event for event in events if isinstance(event, Evaluated))


def trained_by(project: Project, events: Sequence[Event]) -> Trained:
    end = events[-1]
    assert isinstance(end, RunFinished), end
    return Trained(end.variables, end.optimizer_state, end.step, project.graph, end.preparation)


def are_same(first: Any, second: Any) -> bool:
    """Return whether two trees hold the same arrays bit for bit."""
    return jax.tree.structure(first) == jax.tree.structure(second) and all(
        np.array_equal(a, b) for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True)
    )
