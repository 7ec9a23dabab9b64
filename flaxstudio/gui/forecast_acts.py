"""“Will it fit, how long?”: asked of a process of its own, which can be ended; the device is measured once."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from flaxstudio.graph.problem import ProblemError
from flaxstudio.gui.background import Task
from flaxstudio.gui.dialogs.forecast import ForecastDialog
from flaxstudio.gui.session import Session
from flaxstudio.project.edits import set_training
from flaxstudio.project.forecast import Forecast, Throughput
from flaxstudio.training.forecast_process import forecast_in_process


class ForecastActs(QObject):
    """Opens the dialog, starts the work and keeps what was measured of the device."""

    _told = Signal(object, str)

    def __init__(self, session: Session, window: QWidget, trusted: Callable[[], frozenset[str]]) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._trusted = trusted
        self._throughput: Throughput | None = None
        self._task: Task | None = None
        self.dialog: ForecastDialog | None = None
        self._told.connect(self._on_told)

    def on_requested(self) -> None:
        """Make a forecast of the open project's next run."""
        self.close()
        self._session.bring_up_to_date()
        known = self._session.knowledge
        dialog = ForecastDialog(self._window)
        dialog.batch_requested.connect(self._on_batch)
        dialog.cancelled.connect(self.close)
        dialog.open()
        self.dialog = dialog
        errors = [problem for problem in known.problems if problem.severity == "error"]
        if errors:
            dialog.refuse(str(errors[0]))
            return
        project, trusted, speed = known.project, self._trusted(), self._throughput
        beside = known.path.parent if known.path else None

        def work(cancelled: Callable[[], bool]) -> Forecast | None:
            return forecast_in_process(project, trusted, beside, speed, lambda doing: self._told.emit(dialog, doing), cancelled)

        self._task = task = Task(work, self)
        task.done.connect(lambda found: self._on_done(dialog, found, project.training.batch_size))
        task.refused.connect(lambda error: self._on_refused(dialog, error))
        task.finished.connect(task.deleteLater)
        task.start()

    def close(self) -> None:
        """End the work under way."""
        task, self._task = self._task, None
        self.dialog = None
        if task is not None:
            task.cancel()
            task.wait()

    def _on_told(self, dialog: ForecastDialog, doing: str) -> None:
        if dialog is self.dialog:
            dialog.tell(doing)

    def _on_done(self, dialog: ForecastDialog, found: Forecast | None, batch_size: int | None) -> None:
        self._task = None
        if found is not None and dialog is self.dialog:
            self._throughput = found.throughput
            dialog.display(found, batch_size)

    def _on_refused(self, dialog: ForecastDialog, error: ProblemError) -> None:
        self._task = None
        if dialog is self.dialog:
            dialog.refuse(str(error))

    def _on_batch(self, batch_size: int) -> None:
        training = replace(self._session.document.project.training, batch_size=batch_size)
        self._session.edit(set_training(training, self.tr("Change batch size")))
