"""A run that was interrupted, or ended and was never saved, is offered when its project is opened again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject

from flaxstudio.gui.background import Worker
from flaxstudio.gui.offer import Offer
from flaxstudio.gui.runner import Runner
from flaxstudio.gui.session import Session
from flaxstudio.project.checkpoints import Checkpoint, checkpoint_folder, discard, newest, unsaved_folders
from flaxstudio.project.document import Document
from flaxstudio.project.edits import Edit
from flaxstudio.project.lease import is_held
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.variables import with_aside

_ENDED = ("completed", "early_stopping")


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A checkpoint, where it lies, and the project file that it belongs to, None for a project in no file."""

    folder: Path
    path: Path | None
    checkpoint: Checkpoint


class InterruptedActs(QObject):
    """Looks for checkpoints in the background. `begin` starts a run: the state and record that it goes on from."""

    def __init__(
        self,
        session: Session,
        runner: Runner,
        offer: Offer,
        open_document: Callable[[Document], None],
        begin: Callable[[Checkpoint], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = runner
        self._offer = offer
        self._open = open_document
        self._begin = begin
        self._asked: Document | None = None
        self._worker = Worker(_find, self)
        self._worker.answered.connect(self._on_found)

    def begin(self) -> None:
        """Look for runs of projects that were in no file."""
        self._worker.ask(None)

    def on_session_changed(self) -> None:
        """Look for a run of the project that has just been opened."""
        document = self._session.document
        if document is self._asked:
            return
        self._asked = document
        self._offer.withdraw()
        if document.path is not None and not self._runner.is_busy:
            self._worker.ask(document.path)

    def on_saved(self) -> None:
        """Forget the checkpoints of runs that the file has now."""
        if not self._runner.is_busy and self._runner.folder is not None:
            discard(self._runner.folder)

    def close(self) -> None:
        """End the search."""
        self._worker.close()

    def _on_found(self, _question: object, found: _Found | None) -> None:
        document = self._session.document
        if found is None or self._runner.is_busy or document.path != found.path:
            return
        checkpoint = found.checkpoint
        if checkpoint.is_kept_by(document.results):
            discard(found.folder)
            return
        name, step = found.path.stem if found.path else checkpoint.project.name, f"{checkpoint.step:,}"
        decline = (self.tr("Discard"), lambda: discard(found.folder))
        if checkpoint.reason in _ENDED:
            text = self.tr("A run of {0} ended at step {1} and was not saved.")
            if checkpoint.members:
                text = self.tr("Several runs of {0} ended at step {1} and were not saved.")
            text = text.format(name, step)
            self._offer.ask(text, (self.tr("Keep it"), lambda: self._keep(found)), decline)
        else:
            text = self.tr("A run of {0} was interrupted at step {1}.")
            if checkpoint.members:
                text = self.tr("Several runs of {0} were interrupted at step {1}.")
            text = text.format(name, step)
            self._offer.ask(text, (self.tr("Go on"), lambda: self._go_on(found)), decline)

    def _take_project(self, found: _Found) -> None:
        """Have the project as it was trained, with what had been edited and not saved."""
        if found.path is None:
            self._open(Document(_project_of(found.checkpoint, found.checkpoint.project)))
            self._asked = self._session.document
        elif self._session.document.project != (project := _project_of(found.checkpoint, self._session.document.project)):
            self._session.edit(Edit(self.tr("Take the project of the interrupted run"), lambda _: project))

    def _go_on(self, found: _Found) -> None:
        self._take_project(found)
        self._runner.folder = found.folder
        self._begin(found.checkpoint)

    def _keep(self, found: _Found) -> None:
        self._take_project(found)
        self._runner.folder = found.folder
        document, trained = self._session.document, found.checkpoint.trained
        if found.checkpoint.best is not None:
            document.set_results(_with_members(found.checkpoint, document.results))
        elif trained is not None:
            kept = with_aside(trained, document.results.trained)
            document.set_results(Results(kept, (*document.results.runs, found.checkpoint.record)))


def _project_of(checkpoint: Checkpoint, present: Project) -> Project:
    """Return the project of a run; of a population that goes on, with the seed and the rate that the open one has."""
    if checkpoint.best is not None:
        return checkpoint.members[checkpoint.best].project
    if not checkpoint.members:
        return checkpoint.project
    training, own = checkpoint.project.training, present.training
    optimizer = replace(training.optimizer, learning_rate=own.optimizer.learning_rate)
    return replace(checkpoint.project, training=replace(training, seed=own.seed, optimizer=optimizer))


def _with_members(checkpoint: Checkpoint, before: Results) -> Results:
    """Return the results with all runs of a population, and its best one's variables."""
    trained = checkpoint.members[checkpoint.best or 0].trained
    records = (member.record for member in checkpoint.members)
    return Results(with_aside(trained, before.trained) if trained else before.trained, (*before.runs, *records))


def _find(path: object) -> _Found | None:
    """Return what was left of a project's run, or of the newest run of a project in no file."""
    folders = [checkpoint_folder(path)] if isinstance(path, Path) else list(unsaved_folders())
    for folder in folders:
        if folder.is_dir() and not is_held(folder) and (checkpoint := newest(folder)) is not None:
            return _Found(folder, path if isinstance(path, Path) else None, checkpoint)
    return None
