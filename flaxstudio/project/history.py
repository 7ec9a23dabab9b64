"""Undo and redo by keeping old values: no inverse code, nothing to get wrong."""

from dataclasses import dataclass, replace

from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Project


@dataclass(frozen=True, slots=True)
class Step:
    """A project as it was before an edit, and that edit's text."""

    text: str
    project: Project
    merge_key: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """The present project with what came before and, after an undo, what was taken back."""

    present: Project
    past: tuple[Step, ...] = ()
    future: tuple[Step, ...] = ()

    def after(self, edit: Edit) -> "History":
        """Return the history after an edit; itself if the edit changes nothing."""
        project = edit.apply(self.present)
        if project == self.present:
            return self
        if edit.merge_key and self.past and self.past[-1].merge_key == edit.merge_key and not self.future:
            return replace(self, present=project)
        return History(project, (*self.past, Step(edit.text, self.present, edit.merge_key)))

    def undone(self) -> "History":
        """Return the history one step back; itself at the beginning."""
        if not self.past:
            return self
        last = self.past[-1]
        return History(last.project, self.past[:-1], (*self.future, replace(last, project=self.present, merge_key="")))

    def redone(self) -> "History":
        """Return the history one step forward; itself at the end."""
        if not self.future:
            return self
        following = self.future[-1]
        return History(following.project, (*self.past, replace(following, project=self.present)), self.future[:-1])

    def sealed(self) -> "History":
        """Return the history with its last step closed: the next edit will not merge into it."""
        if not self.past or not self.past[-1].merge_key:
            return self
        return replace(self, past=(*self.past[:-1], replace(self.past[-1], merge_key="")))
