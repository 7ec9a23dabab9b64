"""What the acts around code layers need: a document that can be edited, a window, and a consent that answers by itself."""

from dataclasses import dataclass, field

from flaxstudio.graph.problem import ProblemError
from flaxstudio.gui.tokens import LIGHT
from flaxstudio.gui.trust import Trust
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.document import Document
from flaxstudio.project.project import Project


@dataclass
class Desk:
    """Stands for the session."""

    document: Document = field(default_factory=lambda: Document(Project()))

    @property
    def catalogue(self):
        return catalogue_of(self.document.project.library, catalogue())

    @property
    def codes(self):
        return {code.name: code.text for code in self.document.project.library.codes}

    def edit(self, edit):
        try:
            self.document.edit(edit)
        except ProblemError:
            return False
        return True


@dataclass
class Answers:
    """Stands for the user before the consent dialog: notes what was asked and gives one answer to all."""

    answer: bool = True
    asked: list = field(default_factory=list)

    def __call__(self, parent, request, tokens):
        self.asked.append(request)
        return self.answer


def make_trust(tmp_path, window, said):
    return Trust(tmp_path / "config" / "trusted.json", window, lambda: LIGHT, said.append)
