"""Keeps a run: gathers its events and adds it to a project's results, for the window and the command line alike."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from flaxstudio.project.project import Project
from flaxstudio.project.results import Evaluation, Results, RunRecord, Trained
from flaxstudio.project.variables import with_aside
from flaxstudio.training.events import Evaluated, Event, RunFailed, RunFinished, RunStarted, StepsDone


class RunRecorder:
    """Told every event of one run, in order. `graph` is the graph that is being trained."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._record: RunRecord | None = None
        self._losses: list[npt.NDArray[np.float32]] = []
        self._evaluations: list[Evaluation] = []
        self._trained: Trained | None = None

    def add(self, event: Event) -> None:
        """Take the run's next event."""
        match event:
            case RunStarted():
                self._record = _begun(event)
            case StepsDone():
                self._losses.append(event.losses)
            case Evaluated():
                self._evaluations.append(Evaluation(event.step, event.split, event.loss, event.metrics))
            case RunFinished():
                graph, library = self._project.graph, self._project.library.used_by(self._project.graph)
                state = (event.variables, event.optimizer_state, event.step)
                self._trained = Trained(*state, graph, event.preparation, library)
                self._end(event.reason, event.seconds)
            case RunFailed():
                self._end("failed", 0.0)

    def results(self, before: Results) -> Results:
        """Return the results with this run in them; a run that failed or never began changes no variables."""
        runs = before.runs if self._record is None else (*before.runs, self._whole(self._record))
        trained = with_aside(self._trained, before.trained) if self._trained else before.trained
        return Results(trained, runs)

    def _end(self, reason: str, seconds: float) -> None:
        if self._record is not None:
            self._record = replace(self._record, reason=reason, seconds=seconds)

    def _whole(self, record: RunRecord) -> RunRecord:
        losses = np.concatenate(self._losses) if self._losses else np.empty(0, np.float32)
        return replace(record, losses=losses, evaluations=tuple(self._evaluations))


def _begun(event: RunStarted) -> RunRecord:
    return RunRecord(
        number=event.run,
        started=event.started,
        seed=event.seed,
        device=event.device,
        params=event.params,
        first_step=event.first_step,
        losses=np.empty(0, np.float32),
        steps_per_epoch=event.steps_per_epoch,
    )
