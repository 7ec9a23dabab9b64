"""The losses of all Outputs: one section each, or that of the only one without a heading."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from flaxstudio.data.goal_facts import GoalFacts
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.disclosure import Disclosure
from flaxstudio.gui.panels.objective_section import ObjectiveSection
from flaxstudio.gui.panels.training_choices import common_kind
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import is_loss


class ObjectiveForm(QWidget):
    """Shows what is minimised and tells each change as a whole new TrainConfig, with the words for the history."""

    training_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._shown: tuple[TrainConfig, tuple[GoalFacts, ...]] | None = None
        self.sections: dict[str, ObjectiveSection] = {}
        self.headings: dict[str, Disclosure] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)

    def display(self, training: TrainConfig, goals: tuple[GoalFacts, ...]) -> None:
        """Show the losses of the Outputs; without any known, the common loss."""
        if (training, goals) == self._shown:
            return
        self._shown = training, goals
        goals = goals or (GoalFacts("", common_kind(training)),)
        if not all(is_loss(training.loss_of(goal.name)) for goal in goals):
            return
        names = [goal.name for goal in goals]
        if names != list(self.sections):
            self._rebuild(names)
        for goal in goals:
            section = self.sections[goal.name]
            section.display(training, goal, is_only=len(goals) == 1)
            if heading := self.headings.get(goal.name):
                weight = section.objective.weight
                factor = "" if weight == 1.0 else f"{weight:g} × "
                heading.setText(f"{goal.name} · {factor}{section.spec.title}")

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        for section in self.sections.values():
            section.set_tokens(tokens)
        for heading in self.headings.values():
            heading.set_tokens(tokens)

    def _rebuild(self, names: list[str]) -> None:
        for view in (*self.sections.values(), *self.headings.values()):
            self._layout.removeWidget(view)
            view.hide()
            view.deleteLater()
        self.sections = {name: ObjectiveSection(self._tokens, self) for name in names}
        self.headings = {}
        for name, section in self.sections.items():
            section.training_changed.connect(self.training_changed)
            if len(names) > 1:
                self.headings[name] = heading = Disclosure(name, section, is_heading=True)
                heading.set_tokens(self._tokens)
                self._layout.addWidget(heading)
                heading.setChecked(True)
            self._layout.addWidget(section)
        self._layout.setContentsMargins(0, 0, 0, t.GAP if len(names) > 1 else 0)
