"""A classifier and a regression, trained once for all tests of this room."""

import functools

from flaxstudio.project.project import Project
from flaxstudio.project.results import Trained
from flaxstudio.training.events import Event
from tests.training.runs import events_of, noisy_events, noisy_project, template, trained_by


def classifier() -> tuple[Project, Trained, tuple[Event, ...]]:
    return noisy_project(), trained_by(noisy_project(), noisy_events()), noisy_events()


@functools.cache
def regression() -> tuple[Project, Trained]:
    project = template("linear-regression")
    return project, trained_by(project, events_of(project))
