"""The one mutable object: an open project with its history, results and path."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from flaxstudio.project.edits import Edit
from flaxstudio.project.history import History
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Trained


class Document:
    """An open project. `on_change` is its one subscriber, called after every change with nothing: ask the document."""

    def __init__(self, project: Project, results: Results | None = None, path: Path | None = None) -> None:
        self.on_change: Callable[[], None] | None = None
        self.path = path
        self._results = results or Results()
        self._history = History(project, trained=self._results.trained)
        self._saved = (project, self._results)

    @property
    def project(self) -> Project:
        """The present project."""
        return self._history.present

    @property
    def results(self) -> Results:
        """What training brought so far, with what was set by hand since."""
        return self._results

    @property
    def is_modified(self) -> bool:
        """Whether there is something that the file does not have."""
        project, results = self._saved
        return self.project != project or not self._results.is_same(results)

    @property
    def undo_text(self) -> str:
        """What undo would take back; empty if nothing."""
        return self._history.past[-1].text if self._history.past else ""

    @property
    def redo_text(self) -> str:
        """What redo would do again; empty if nothing."""
        return self._history.future[-1].text if self._history.future else ""

    @property
    def steps(self) -> tuple[str, ...]:
        """Every step of the history by name, the undone ones last."""
        return self._history.texts

    @property
    def steps_done(self) -> int:
        """How many of the steps are done."""
        return len(self._history.past)

    def edit(self, edit: Edit) -> None:
        """Carry out an edit; ProblemError if it may not be."""
        self._become(self._history.after(edit))

    def set_variables(self, trained: Trained | None, text: str) -> None:
        """Put other variables in the place of the present ones: a step of the history, named by the text."""
        self._become(self._history.after_setting(trained, text))

    def undo(self) -> None:
        """Take back the last edit."""
        self._become(self._history.undone())

    def redo(self) -> None:
        """Do again what was taken back."""
        self._become(self._history.redone())

    def go_to_step(self, count: int) -> None:
        """Undo or redo until so many steps are done; told as one change."""
        self._become(self._history.at(count))

    def set_results(self, results: Results) -> None:
        """Keep what a run brought. Not undoable: training is not an edit.

        Where it brought variables, those set by hand before it can no longer be put back by undo: it has used them.
        """
        self._results = results
        self._history = self._history.after_training(results.trained)
        self._tell()

    def mark_saved(self, path: Path, project: Project, results: Results) -> None:
        """Note that the file at `path` holds this project and these results; they may be older than the present ones."""
        self.path = path
        self._saved = (project, results)
        self._history = self._history.sealed()
        self._tell()

    def _become(self, history: History) -> None:
        if history is not self._history:
            self._history = history
            if history.trained is not self._results.trained:
                self._results = replace(self._results, trained=history.trained)
            self._tell()

    def _tell(self) -> None:
        if self.on_change is not None:
            self.on_change()
