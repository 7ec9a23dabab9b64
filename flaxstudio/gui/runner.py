"""The run under way: starts it in its thread, follows its events, and keeps what it brought in the document."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer, Signal

from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.panels.run_state import RunState, RunStatus
from flaxstudio.gui.training_thread import TrainingThread
from flaxstudio.project.checkpoints import UNSAVED, Checkpoint, checkpoint_folder, runs_folder
from flaxstudio.project.document import Document
from flaxstudio.project.optim_steering import Knob, knobs_in_force, standing_for
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, RunRecord, Trained
from flaxstudio.training.control import Control
from flaxstudio.training.events import Changed, Event, RunFailed, RunFinished, RunStarted, StepsDone
from flaxstudio.training.growing import Growing
from flaxstudio.training.members import MembersDone, PopulationEvent, PopulationFinished, PopulationRecorder, PopulationStarted
from flaxstudio.training.record import RunRecorder

PROGRESS_MS = 100
"""How often it is told at most how far a run is; `state` itself is always true."""
STOP_MS = 10_000
"""How long to wait for a run to stop when the window closes: the longest single step that we wait for."""


class Runner(QObject):
    """At most one run at a time. `told` passes the run's events on to the plots; `catalogue` gives the project's layers."""

    state_changed = Signal()
    told = Signal(object)
    failed = Signal(str, str)  # sentence, node

    def __init__(self, catalogue: Callable[[], Catalogue], warm_up: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._warm_up = warm_up
        self._thread: TrainingThread | None = None
        self._document: Document | None = None
        self._recorder: RunRecorder | PopulationRecorder | None = None
        self._steps_per_epoch = 1.0
        self._queue: list[Project] = []
        self.folder: Path | None = None
        """Where the checkpoints of the last run lie, until it is saved."""
        self.state = RunState()
        self._progress = QTimer(self)
        self._progress.setSingleShot(True)
        self._progress.setInterval(PROGRESS_MS)
        self._progress.timeout.connect(self.state_changed)

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way, paused ones included."""
        return self._thread is not None

    @property
    def recorded(self) -> Growing | None:
        """Where the losses of the run under way are kept; of a population None."""
        return self._recorder.losses if isinstance(self._recorder, RunRecorder) else None

    def state_for(self, project: Project, results: Results) -> RunState:
        """Return how the run under way stands, or how the open project's last one ended."""
        return self.state if self.is_busy else at_rest(project, results)

    def start(
        self,
        document: Document,
        resume: Trained | None = None,
        earlier: RunRecord | None = None,
        *,
        project: Project | None = None,
        is_single: bool = False,
    ) -> None:
        """Begin a run of the document's present project, or of another value of it; `resume` goes on from there.

        With `earlier`, the record of an interrupted run, that very run goes on. `is_single` holds it after one step.
        """
        if self.is_busy:
            return
        project, catalogue = project or document.project, self._catalogue()
        told = self._told(document) | {"is_observed": True, "resume": resume, "earlier": earlier}
        optimizer = project.training.optimizer
        knobs = knobs_in_force(optimizer, standing_for(optimizer, resume))
        state = RunState(status="starting", steps=project.training.steps, knobs=knobs, queued=len(self._queue))
        self._begin(partial(_events, project, catalogue, told), RunRecorder(project), state, is_single=is_single)

    def start_members(self, document: Document, members: Sequence[Project], found: Sequence[Checkpoint] = ()) -> None:
        """Begin a population; with `found`, the members of its checkpoint, the one that had been interrupted goes on."""
        if self.is_busy:
            return
        told = self._told(document) | {"found": found}
        steps = members[0].training.steps
        state = RunState(status="starting", steps=steps, queued=len(self._queue), members=len(members))
        self._begin(partial(_members_events, members, self._catalogue(), told), PopulationRecorder(members), state)

    def _told(self, document: Document) -> dict[str, Any]:
        """Return what every run of a document is told."""
        self._document = document
        path = document.path
        return {
            "results": document.results,
            "beside": path.parent if path else None,
            "keep_in": self._folder_for(path),
        }

    def _begin(
        self,
        events: Callable[[Control], Iterator[Any]],
        recorder: RunRecorder | PopulationRecorder,
        state: RunState,
        *,
        is_single: bool = False,
    ) -> None:
        def warmed_up(control: Control) -> Iterator[Any]:
            self._warm_up()
            return events(control)

        self._thread = thread = TrainingThread(warmed_up, self)
        thread.told.connect(self._on_event)
        thread.finished.connect(self._on_finished)
        if is_single:
            thread.control.step()
        self._recorder = recorder
        self._become(state)
        thread.start(QThread.Priority.LowPriority)

    def enqueue(self, document: Document) -> None:
        """Have the project as it is now trained when the run under way has ended, or now if there is none."""
        if not self.is_busy:
            self.start(document)
            return
        self._queue.append(document.project)
        self._become(replace(self.state, queued=len(self._queue)))

    def clear_queue(self) -> None:
        """Let no run follow the one under way."""
        self._queue.clear()
        self._become(replace(self.state, queued=0))

    def step(self) -> None:
        """Let the run under way do one step and hold it there."""
        if self._thread is not None and self.state.status in ("running", "paused"):
            self._thread.control.step()
            self._become(replace(self.state, status="paused"))

    def change_number(self, name: str, value: float) -> None:
        """Let the run under way go on with another value of one of its knobs."""
        if self._thread is not None:
            self._thread.control.change(name, value)

    def pause_or_resume(self) -> None:
        """Hold the run, or let it go on."""
        if self._thread is None:
            return
        if self.state.status == "paused":
            self._thread.control.resume()
            self._become(replace(self.state, status="running"))
        elif self.state.status == "running":
            self._thread.control.pause()
            self._become(replace(self.state, status="paused"))

    def stop(self) -> None:
        """End the run and keep what it has learned."""
        if self._thread is not None:
            self._thread.control.stop()
            self._become(replace(self.state, status="stopping"))

    def stop_and_wait(self) -> None:
        """End the run, and those that wait, before the window goes away or another project comes."""
        self._queue.clear()
        if self._thread is None:
            return
        thread = self._thread
        thread.control.stop()
        thread.wait(STOP_MS)
        # the last events wait in this thread's queue
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)

    def _on_event(self, event: Any) -> None:
        if self._recorder is None:
            return
        self._recorder.add(event)
        match event:
            case RunStarted():
                self._on_started(event)
            case PopulationStarted():
                self._on_started(event.members[0])
            case StepsDone() | MembersDone():
                self.state = self._after_steps(event)
                if not self._progress.isActive():
                    self._progress.start()
            case RunFinished() | RunFailed() | PopulationFinished():
                self._keep()
            case Changed():
                self._become(replace(self.state, knobs=_turned(self.state.knobs, event)))
        self.told.emit(event)
        if isinstance(event, RunFailed):
            self.failed.emit(event.error, event.node)

    def _on_started(self, event: RunStarted) -> None:
        is_held = self._thread is not None and self._thread.control.is_paused
        status: RunStatus = "paused" if is_held else "running"
        self._become(replace(self.state, status=status, step=event.first_step, steps=event.steps))
        self._steps_per_epoch = event.steps_per_epoch

    def _after_steps(self, event: StepsDone | MembersDone) -> RunState:
        step, rate = event.first_step + len(event.losses), event.steps_per_second
        left = (self.state.steps - step) / rate if rate > 0 else None
        return replace(self.state, step=step, epoch=step / self._steps_per_epoch, rate=rate, seconds_left=left)

    def _keep(self) -> None:
        """Put what the run brought into its document, whatever was edited there meanwhile."""
        if self._document is not None and self._recorder is not None:
            self._document.set_results(self._recorder.results(self._document.results))

    def _on_finished(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.deleteLater()
        self._become(replace(self.state, status="idle", rate=0.0, seconds_left=None, members=0, knobs=()))
        if self._queue and self._document is not None:
            self.start(self._document, project=self._queue.pop(0))

    def _folder_for(self, path: Path | None) -> Path:
        """Return where the checkpoints of a run go; those of a run of the same unsaved project go on there."""
        if path is not None:
            self.folder = checkpoint_folder(path)
        elif self.folder is None or not self.folder.name.startswith(UNSAVED):
            self.folder = runs_folder() / f"{UNSAVED}{uuid.uuid4().hex[:16]}"
        return self.folder

    def _become(self, state: RunState) -> None:
        self._progress.stop()
        self.state = state
        self.state_changed.emit()


def at_rest(project: Project, results: Results) -> RunState:
    """Return the state of a project that is not being trained: where its last run ended, and whether it can go on."""
    trained = results.trained
    is_open = trained is not None and trained.fits(project) and trained.step < project.training.steps
    if not results.runs:
        return RunState(step=trained.step if trained else 0, can_continue=is_open)
    last = results.runs[-1]
    step = last.first_step + len(last.losses)
    steps = project.training.steps if is_open else step
    return RunState(step=step, steps=steps, epoch=step / last.steps_per_epoch, can_continue=is_open)


def _turned(knobs: tuple[Knob, ...], change: Changed) -> tuple[Knob, ...]:
    return tuple(replace(knob, value=change.value) if knob.name == change.name else knob for knob in knobs)


def _events(project: Project, catalogue: Catalogue, told: dict[str, Any], control: Control) -> Iterator[Event]:
    from flaxstudio.training.loop import train  # imports jax: here, in the run's own thread

    return train(project, catalogue, control=control, **told)


def _members_events(
    members: Sequence[Project], catalogue: Catalogue, told: dict[str, Any], control: Control
) -> Iterator[PopulationEvent]:
    from flaxstudio.training.population import train_population  # imports jax, as above

    return train_population(members, catalogue, control=control, **told)
