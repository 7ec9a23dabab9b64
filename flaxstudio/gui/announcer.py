"""Says what happened to who does not see the window: edits, new problems, what a command answered."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from flaxstudio.graph.problem import Problem
from flaxstudio.gui.knowledge import Knowledge


class Announcer(QObject):
    """Hands sentences to assistive technology; `told` has each of them."""

    told = Signal(str)

    def __init__(self, speaker: QObject) -> None:
        super().__init__(speaker)
        self._speaker = speaker
        self._known: Knowledge | None = None

    def tell(self, text: str) -> None:
        """Say a sentence."""
        if text:
            self.told.emit(text)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._speaker, text))

    def display(self, knowledge: Knowledge) -> None:
        """Say what is new: the step that was done or taken back, then problems that came or went."""
        before, self._known = self._known, knowledge
        if before is None or before.path != knowledge.path:
            return
        if before.project is not knowledge.project:
            is_undone = knowledge.redo_text and knowledge.redo_text == before.undo_text
            self.tell(self.tr("Undone: {0}").format(knowledge.redo_text) if is_undone else knowledge.undo_text)
        if before.problems != knowledge.problems:
            self.tell(self._about_problems(before.graph_problems, knowledge.graph_problems))

    def _about_problems(self, old: tuple[Problem, ...], new: tuple[Problem, ...]) -> str:
        if old and not new:
            return self.tr("No problems in the graph.")
        known = set(map(id, old))
        come = [problem for problem in new if id(problem) not in known]  # most are the same objects; comparing all takes long
        come = [problem for problem in come if problem not in old]
        if not come:
            return ""
        more = self.tr(" And {0} more.").format(len(come) - 1) if len(come) > 1 else ""
        return f"{come[0]}{more}"
