"""What the user asks of data and of the run's config, turned into edits."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from flaxstudio.data.samples import sample_info
from flaxstudio.data.sources import open_table
from flaxstudio.data.suggestion import suggest
from flaxstudio.graph.problem import ProblemError
from flaxstudio.gui.background import Task
from flaxstudio.gui.session import Session
from flaxstudio.gui.settings import Settings
from flaxstudio.project import edits
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.objective_edits import with_common_loss
from flaxstudio.project.options import LOSSES, loss_spec


class DataActs(QObject):
    """Slots for the intents of the data and training panels."""

    reading = Signal(str, object)  # name, share of the file that is read; None at the end

    def __init__(self, session: Session, settings: Settings, window: QWidget, complain: Callable[[str], None]) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self._complain = complain
        self._task: Task | None = None

    def on_file_requested(self) -> None:
        """Ask for a data file and use it."""
        title, kinds = self.tr("Open data"), self.tr("Tables and arrays (*.csv *.tsv *.txt *.npz *.parquet);;All files (*)")
        path, _ = QFileDialog.getOpenFileName(self._window, title, str(self._settings.folder), kinds)
        if path:
            self.on_file_dropped(path)

    def on_file_dropped(self, path: str) -> None:
        """Read a data file in the background and use it as its columns suggest."""
        self._settings.folder = Path(path).parent
        self.stop()
        name, memory = Path(path).name, self._memory

        def tell(cancelled: Callable[[], bool], share: float) -> None:
            if cancelled():
                raise ProblemError(f"{name} is not wanted any more.")
            self.reading.emit(name, share)

        def read(cancelled: Callable[[], bool]) -> DatasetSpec:
            table = open_table(path, memory=memory, tell=partial(tell, cancelled))
            return replace(suggest(table, path), memory=memory)

        self._task = task = Task(read, self)
        task.done.connect(lambda spec: self._use(spec, self.tr("Open {0}").format(name)))
        task.refused.connect(lambda problem: self._complain(str(problem)))
        task.finished.connect(lambda: self._on_read(task, name))
        task.start()

    def stop(self) -> None:
        """Read no further; the thread ends by itself."""
        if self._task is not None:
            self._task.cancel()

    def _on_read(self, task: Task, name: str) -> None:
        if self._task is task:
            self._task = None
            self.reading.emit(name, None)
        task.deleteLater()

    def on_sample_chosen(self, name: str) -> None:
        if info := sample_info(name):
            self._use(info.dataset, self.tr("Use {0}").format(info.title), info.loss)

    def on_dataset_changed(self, dataset: DatasetSpec, text: str) -> None:
        self._use(dataset, text)

    def on_training_changed(self, training: TrainConfig, text: str) -> None:
        self._session.edit(edits.set_training(training, text))

    def close(self) -> None:
        """Wait for the file being read; what it gives is dropped."""
        if self._task is not None:
            self._task.cancel()
            self._task.wait()
            self._task = None

    @property
    def _memory(self) -> int | None:
        """What is set aside for data; another file leaves it as it is."""
        dataset = self._session.document.project.dataset
        return dataset.memory if dataset else None

    def _use(self, dataset: DatasetSpec, text: str, loss: str = "") -> None:
        """Set the dataset, and a loss that suits its targets, in one step."""
        training = self._session.document.project.training
        if not loss and loss_spec(training.loss).target_kind != dataset.target_kind:
            loss = next(spec.name for spec in LOSSES if spec.target_kind == dataset.target_kind)
        changes = [edits.set_dataset(dataset, text)]
        if loss:
            changes.append(edits.set_training(with_common_loss(training, loss)))
        self._session.edit(edits.sequence(text, changes) if len(changes) > 1 else changes[0])
