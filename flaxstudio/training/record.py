"""Keeps a run: gathers its events and adds it to a project's results, for the window and the command line alike."""

from dataclasses import replace

import numpy as np

from flaxstudio.project.project import Project
from flaxstudio.project.results import Change, Evaluation, Results, RunRecord, Trained
from flaxstudio.project.variables import with_aside
from flaxstudio.training.events import Changed, Evaluated, Event, RunFailed, RunFinished, RunStarted, StepsDone
from flaxstudio.training.growing import Growing


class RunRecorder:
    """Told every event of one run, in order. `graph` is the graph that is being trained."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._record: RunRecord | None = None
        self.losses = Growing(np.float32)
        """Of all steps so far: whoever draws them reads them here."""
        self._evaluations: list[Evaluation] = []
        self._changes: list[Change] = []
        self._trained: Trained | None = None

    def add(self, event: Event) -> None:
        """Take the run's next event."""
        match event:
            case RunStarted():
                self._begin(event)
            case StepsDone():
                self.losses.append(event.losses)
            case Evaluated():
                self._evaluations.append(Evaluation(event.step, event.split, event.loss, event.metrics))
            case Changed():
                self._changes.append(Change(event.step, event.name, event.value))
            case RunFinished():
                self._trained = trained_of(event, self._project)
                self._end(event.reason, event.seconds)
            case RunFailed():
                if event.rescued is not None and event.rescued.step > 0:
                    self._trained = trained_of(event.rescued, self._project)
                self._end("failed", 0.0)

    def record(self) -> RunRecord | None:
        """Return the run so far, None before it has begun."""
        if self._record is None:
            return None
        evaluations, changes = tuple(self._evaluations), tuple(self._changes)
        return replace(self._record, losses=self.losses.values, evaluations=evaluations, changes=changes)

    def results(self, before: Results) -> Results:
        """Return the results with this run in them.

        A run that failed leaves the variables of its last sound step, if one was found; one that never began, nothing.
        """
        record = self.record()
        runs = before.runs if record is None else (*before.runs, record)
        trained = with_aside(self._trained, before.trained) if self._trained else before.trained
        return Results(trained, runs)

    def _begin(self, event: RunStarted) -> None:
        self._record = _begun(event)
        if event.earlier is not None:
            self.losses.append(event.earlier.losses)
            self._evaluations = list(event.earlier.evaluations)
            self._changes = list(event.earlier.changes)

    def _end(self, reason: str, seconds: float) -> None:
        if self._record is not None:
            self._record = replace(self._record, reason=reason, seconds=self._record.seconds + seconds)


def until(record: RunRecord, step: int) -> RunRecord:
    """Return a record as it was before a step."""
    return replace(
        record,
        losses=record.losses[: max(0, step - record.first_step)],
        evaluations=tuple(one for one in record.evaluations if one.step <= step),
        changes=tuple(change for change in record.changes if change.step < step),
    )


def trained_of(event: RunFinished, project: Project) -> Trained:
    """Return what a run left, with the graph and the own layers that it trained."""
    graph, library = project.graph, project.library.used_by(project.graph)
    state = (event.variables, event.optimizer_state, event.step)
    return Trained(*state, graph, event.preparation, library, standing=event.standing)


def _begun(event: RunStarted) -> RunRecord:
    return RunRecord(
        number=event.run,
        started=event.started,
        seed=event.seed,
        device=event.device,
        params=event.params,
        first_step=event.earlier.first_step if event.earlier else event.first_step,
        losses=np.empty(0, np.float32),
        steps_per_epoch=event.steps_per_epoch,
        seconds=event.earlier.seconds if event.earlier else 0.0,
        origin=event.origin,
        varied=event.varied,
    )
