"""The Python interface: open a project file and use its Module and variables in a program of one's own."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from flaxstudio.codegen.module import build_module, require_sound
from flaxstudio.codegen.source import generate
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.consent import consent_file, trusted_hashes
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Tree
from flaxstudio.project.storage import load_project

if TYPE_CHECKING:
    import flax.linen as nn


@dataclass(frozen=True, slots=True, eq=False)
class LoadedProject:
    """A project file's content: `project` is what was drawn and set, `results` what training brought."""

    project: Project
    results: Results
    trusts_code: bool = False

    @property
    def variables(self) -> Tree:
        """The trained variables, all collections, as numpy: `module().apply(variables, x)`; ProblemError if untrained."""
        if self.results.trained is None:
            raise ProblemError("The model has not been trained.", "Train it before you use its variables.")
        return self.results.trained.variables

    def source(self) -> str:
        """Return the source text of the Module."""
        return generate(self.project.graph, self.project.name, self._catalogue()).text

    def module(self) -> "nn.Module":
        """Return the linen Module; ProblemError if the graph is not finished."""
        require_sound(self.project.graph, self._catalogue())
        return build_module(generate(self.project.graph, self.project.name, self._catalogue()))

    def _catalogue(self) -> Catalogue:
        library = self.project.library
        trusted = library.hashes if self.trusts_code else trusted_hashes(consent_file())
        return catalogue_of(library, catalogue(), trusted)


def load(path: str | PathLike[str], *, trust_code: bool = False) -> LoadedProject:
    """Open a project file; ProblemError if it is missing, damaged, foreign or newer. Runs nothing from the file.

    With `trust_code`, `module()` may run the code of the project's own layers; without, only what was allowed before.
    """
    return LoadedProject(*load_project(Path(path)), trust_code)
