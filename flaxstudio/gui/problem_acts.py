"""From problem to problem by keys, and the first repair of the one that is in question."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from flaxstudio.graph.problem import Fix, Problem
from flaxstudio.gui.commands.keymap import native
from flaxstudio.gui.main_window import MainWindow
from flaxstudio.gui.session import Session

ShowNode = Callable[[str, str], None]
"""Selects a node in a block's graph ("" for the model's own) and brings it into sight."""
Repair = Callable[[Fix, str], bool]
"""Carries out a repair in a block's graph; returns whether it could."""


class ProblemActs(QObject):
    """Slots for the commands about problems. Remembers which problem was gone to last."""

    def __init__(
        self, session: Session, window: MainWindow, show_node: ShowNode, repair: Repair, say: Callable[[str], None]
    ) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._show_node = show_node
        self._repair = repair
        self._say = say
        self._last: Problem | None = None
        self._index = -1

    def acts(self) -> dict[str, Callable[[], None]]:
        """Return what the commands do."""
        return {
            "next_problem": lambda: self.step(1),
            "previous_problem": lambda: self.step(-1),
            "repair": self.on_repair,
        }

    def step(self, by: int) -> None:
        """Go to the next problem or the one before; after the last comes the first."""
        problems = self._session.knowledge.problems
        if not problems:
            self._say(self.tr("No problems."))
            return
        index = self._start(problems, by) % len(problems)
        self._go_to(problems[index], index, len(problems))

    def on_chosen(self, problem: Problem) -> None:
        """Note that the user has gone to a problem by the list."""
        problems = self._session.knowledge.problems
        if problem in problems:
            self._last, self._index = problem, problems.index(problem)

    def on_repair(self) -> None:
        """Do the first repair of the problem in question: the list's where that has the keys, else the selected node's."""
        problem = self._in_question()
        if problem is None:
            self._say(self.tr("Nothing is wrong here. Go to a problem first."))
        elif problem.fix is None:
            self._say(self.tr("There is no repair of one click: {0}").format(problem))
        elif self._repair(problem.fix, problem.block):
            self._say(self.tr("Repaired: {0}").format(problem.fix.label))

    def _start(self, problems: tuple[Problem, ...], by: int) -> int:
        """Return the place to go to: beside the problem gone to last, else where the selected node's problems are."""
        here = [index for index, problem in enumerate(problems) if self._is_selected(problem)]
        if self._last in problems and (self._is_selected(self._last) or not self._window.selected):
            return problems.index(self._last) + by
        if here:
            return here[0]
        if self._last is not None and self._last not in problems:  # it was repaired: its place is the next one's now
            return self._index if by > 0 else self._index - 1
        if self._last in problems:
            return problems.index(self._last) + by
        inside = [index for index, problem in enumerate(problems) if problem.node and problem.block == self._session.block]
        return (inside or [0])[0] if by > 0 else (inside or [-1])[-1]

    def _go_to(self, problem: Problem, index: int, count: int) -> None:
        self._last, self._index = problem, index
        panel = self._window.problems_panel
        if problem.node:
            self._show_node(problem.node, problem.block)
        else:  # of the whole model, or of its data
            self._window.canvas.select(())
            self._window.raise_dock("problems")
        self._window.sight.show("problems", "mark", lambda: panel.mark(problem))
        self._say(f"{index + 1} / {count}: {problem}{self._offer(problem)}")

    def _offer(self, problem: Problem) -> str:
        keys = self._window.keys.keys["repair"]
        if problem.fix is None or not keys:
            return ""
        return " " + self.tr("{0}: {1}.").format(native(keys[0]), problem.fix.label)

    def _in_question(self) -> Problem | None:
        panel, problems = self._window.problems_panel, self._session.knowledge.problems
        if panel.has_keys() and (chosen := panel.chosen()) in problems:
            return chosen
        here = [problem for problem in problems if self._is_selected(problem)]
        if self._last in here or (self._last in problems and not self._window.selected):
            return self._last
        return min(here, key=lambda problem: (problem.fix is None, problem.severity), default=None)

    def _is_selected(self, problem: Problem) -> bool:
        return problem.node in self._window.selected and problem.block == self._session.block
