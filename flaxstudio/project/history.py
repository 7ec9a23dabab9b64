"""Undo and redo by keeping old values: no inverse code, nothing to get wrong."""

from dataclasses import dataclass, replace

from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Project
from flaxstudio.project.results import Trained, bytes_beside
from flaxstudio.project.settling import settled_project

KEPT_BYTES = 2 * 2**30
"""How much memory the variables of old steps may take; beyond it the oldest such steps are forgotten."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was before an edit, and that edit's text. `sets_variables` tells which of the two it changed."""

    text: str
    project: Project
    merge_key: str = ""
    trained: Trained | None = None
    sets_variables: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """The present project and variables, with what came before and, after an undo, what was taken back.

    A step changes either the project or the variables, and undoing it leaves the other alone. So no undo of an edit
    ever touches what training brought; and training, which is no step, ends the life of the variables' steps before it.
    """

    present: Project
    past: tuple[Step, ...] = ()
    future: tuple[Step, ...] = ()
    trained: Trained | None = None

    def after(self, edit: Edit) -> "History":
        """Return the history after an edit; itself if the edit changes nothing."""
        project = settled_project(edit.apply(self.present), self.present)
        if project == self.present:
            return self
        if edit.merge_key and self.past and self.past[-1].merge_key == edit.merge_key and not self.future:
            return replace(self, present=project)
        step = Step(edit.text, self.present, edit.merge_key)
        return replace(self, present=project, past=(*self.past, step), future=())

    def after_setting(self, trained: Trained | None, text: str) -> "History":
        """Return the history after the variables were set by hand; itself if they are the same."""
        if trained is self.trained:
            return self
        step = Step(text, self.present, trained=self.trained, sets_variables=True)
        return replace(self, past=_kept((*self.past, step), trained), future=(), trained=trained)

    def after_training(self, trained: Trained | None) -> "History":
        """Return the history with what training brought: no step, and none is left that would put older variables back."""
        if trained is self.trained:
            return self
        past, future = (tuple(s for s in steps if not s.sets_variables) for steps in (self.past, self.future))
        return replace(self, past=past, future=future, trained=trained)

    def undone(self) -> "History":
        """Return the history one step back; itself at the beginning."""
        if not self.past:
            return self
        last = self.past[-1]
        return replace(self._at(last), past=self.past[:-1], future=(*self.future, replace(self._now(last), merge_key="")))

    def redone(self) -> "History":
        """Return the history one step forward; itself at the end."""
        if not self.future:
            return self
        following = self.future[-1]
        return replace(self._at(following), past=(*self.past, self._now(following)), future=self.future[:-1])

    @property
    def texts(self) -> tuple[str, ...]:
        """Every step's text, those that were taken back last; as many are done as there are in the past."""
        return (*(step.text for step in self.past), *(step.text for step in reversed(self.future)))

    def at(self, count: int) -> "History":
        """Return the history with so many steps done: undone or redone as often as it takes."""
        history = self
        for _ in range(len(self.past) - max(count, 0)):
            history = history.undone()
        for _ in range(min(count, len(self.texts)) - len(self.past)):
            history = history.redone()
        return history

    def sealed(self) -> "History":
        """Return the history with its last step closed: the next edit will not merge into it."""
        if not self.past or not self.past[-1].merge_key:
            return self
        return replace(self, past=(*self.past[:-1], replace(self.past[-1], merge_key="")))

    def _at(self, step: Step) -> "History":
        """Return the history with the one thing put back that the step changed."""
        return replace(self, trained=step.trained) if step.sets_variables else replace(self, present=step.project)

    def _now(self, step: Step) -> Step:
        """Return the step with the present instead of what it held: the same step, seen from its other side."""
        return replace(step, trained=self.trained) if step.sets_variables else replace(step, project=self.present)


def _kept(past: tuple[Step, ...], trained: Trained | None) -> tuple[Step, ...]:
    """Return the steps without the oldest variables once all together take too much memory."""
    following, total, kept = trained, 0, []
    for step in reversed(past):
        if step.sets_variables:
            total += bytes_beside(step.trained, following)
            following = step.trained
            if total > KEPT_BYTES:
                continue
        kept.append(step)
    return tuple(reversed(kept))
