"""The run under way: starts it in its thread, follows its events, and keeps what it brought in the document."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, Signal

from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.panels.run_state import RunState
from flaxstudio.gui.training_thread import TrainingThread
from flaxstudio.project.document import Document
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Trained
from flaxstudio.training.control import Control
from flaxstudio.training.events import Evaluated, Event, RunFailed, RunFinished, RunStarted, StepsDone
from flaxstudio.training.record import RunRecorder

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
        self._recorder: RunRecorder | None = None
        self._steps_per_epoch = 1.0
        self.state = RunState()

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way, paused ones included."""
        return self._thread is not None

    def state_for(self, project: Project, results: Results) -> RunState:
        """Return how the run under way stands, or how the open project's last one ended."""
        return self.state if self.is_busy else at_rest(project, results)

    def start(self, document: Document, resume: Trained | None = None) -> None:
        """Begin a run of the document's present project; `resume` goes on from there."""
        if self.is_busy:
            return
        project, results, path, catalogue = document.project, document.results, document.path, self._catalogue()
        self._document = document
        beside = path.parent if path else None

        def events(control: Control) -> Iterator[Event]:
            self._warm_up()
            return _events(project, catalogue, control, results, beside, resume)

        self._thread = thread = TrainingThread(events, self)
        thread.told.connect(self._on_event)
        thread.finished.connect(self._on_finished)
        self._recorder = RunRecorder(project)
        self._become(RunState(status="starting", steps=project.training.steps))
        thread.start(QThread.Priority.LowPriority)

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
        """End the run before the window goes away or another project comes."""
        if self._thread is None:
            return
        thread = self._thread
        thread.control.stop()
        thread.wait(STOP_MS)
        # the last events wait in this thread's queue
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)

    def _on_event(self, event: Event) -> None:
        if self._recorder is None:
            return
        self._recorder.add(event)
        match event:
            case RunStarted():
                self._become(replace(self.state, status="running", step=event.first_step, steps=event.steps))
                self._steps_per_epoch = event.steps_per_epoch
            case StepsDone():
                self._become(self._after_steps(event))
            case RunFinished() | RunFailed():
                self._keep()
            case Evaluated():
                pass
        self.told.emit(event)
        if isinstance(event, RunFailed):
            self.failed.emit(event.error, event.node)

    def _after_steps(self, event: StepsDone) -> RunState:
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
        self._become(replace(self.state, status="idle", rate=0.0, seconds_left=None))

    def _become(self, state: RunState) -> None:
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


def _events(
    project: Project, catalogue: Catalogue, control: Control, results: Results, beside: Path | None, resume: Trained | None
) -> Iterator[Event]:
    from flaxstudio.training.loop import train  # imports jax: here, in the run's own thread

    return train(project, catalogue, control=control, results=results, beside=beside, resume=resume)
