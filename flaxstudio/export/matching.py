"""Takes from a file those variables that the model has too, in the same shapes, and tells about all others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from flaxstudio.export.fitting import expected_variables, in_collections
from flaxstudio.export.params import read_variables
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.renaming import renamed
from flaxstudio.project.results import Tree
from flaxstudio.project.variables import Match, array_at, compare, in_model_order, leaves, shapes_of, with_array
from flaxstudio.project.variables import Path as Way


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What a file holds beside what the model wants, line by line. `given` is the file's tree under the model's names."""

    name: str
    matches: tuple[Match, ...]
    given: Tree

    def count(self, verdict: str) -> int:
        """Return how many lines have that verdict."""
        return sum(match.verdict == verdict for match in self.matches)

    @property
    def is_whole(self) -> bool:
        """Whether the model can take everything as it is called there, and there is nothing else."""
        return self.count("fits") == len(self.matches) and not any(match.source for match in self.matches)


def compare_file(path: Path, project: Project, catalogue: Catalogue) -> Comparison:
    """Return how a file's variables compare with those of the model; ProblemError if it holds none that can be read."""
    expected = expected_variables(project, catalogue)
    given = in_collections(read_variables(path), expected)
    wanted = shapes_of(expected)
    sources = renamed(wanted, shapes_of(given))
    given = _under(sources, given)
    names = {ours: theirs for theirs, ours in sources.items()}
    ordered = {leaf: wanted[leaf] for leaf in in_model_order(wanted, project.graph, project.library)}
    matches = compare(ordered, shapes_of(given))
    return Comparison(path.name, tuple(replace(m, source=names.get(m.path, ())) for m in matches), given)


def _under(names: Mapping[Way, Way], given: Tree) -> Tree:
    """Return a file's tree with its arrays under other names."""
    tree: Tree = {}
    for path, array in leaves(given):
        tree = with_array(tree, names.get(path, path), array)
    return tree


def take_matching(comparison: Comparison, base: Tree) -> Tree:
    """Return the base with every array exchanged that fits, in the base's types; ProblemError if none does."""
    fitting = [match.path for match in comparison.matches if match.verdict == "fits"]
    if not fitting:
        raise ProblemError(f"Nothing in {comparison.name} fits the model.", "Load variables of a model that is built alike.")
    for path in fitting:
        array = np.asarray(array_at(comparison.given, path), array_at(base, path).dtype)
        base = with_array(base, path, array)
    return base
