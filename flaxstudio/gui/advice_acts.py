"""What the user asks of warnings: to be told no more of some, and to be told again."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from flaxstudio.graph.problem import Problem
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.session import Session
from flaxstudio.project.dismissing import bring_back, can_be_dismissed, dismiss


class AdviceActs(QObject):
    """Slots for dismissing warnings; each is a step that can be undone. `say` tells what was not to be done."""

    def __init__(self, session: Session, canvas: Canvas, say: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._say = say

    def on_dismiss(self, problem: Problem) -> None:
        """Tell no more of one warning."""
        self._session.edit(dismiss([problem]))

    def on_dismiss_selected(self) -> None:
        """Tell no more of the warnings at the selected nodes."""
        names = self._canvas.selected_nodes()
        here = (problem for problem in self._session.knowledge.shown_problems if problem.node in names)
        if found := [problem for problem in here if can_be_dismissed(problem)]:
            self._session.edit(dismiss(found))
        else:
            self._say(self.tr("There is no warning at what is selected."))

    def on_bring_back(self, problem: Problem) -> None:
        """Tell of a dismissed warning again."""
        self._session.edit(bring_back([problem]))

    def on_bring_back_all(self) -> None:
        """Tell of all dismissed warnings again."""
        if found := self._session.knowledge.dismissed:
            self._session.edit(bring_back(found))
        else:
            self._say(self.tr("No warning is dismissed."))
