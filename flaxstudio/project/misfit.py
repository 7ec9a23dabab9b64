"""Whether variables are those of a model: each array there, of its shape, and nothing else; told in one sentence."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from flaxstudio.project.variables import Path, node_of, path_text

Shapes = Mapping[Path, tuple[int, ...]]
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Misfit:
    """What does not fit, as a sentence, and the first array of it."""

    sentence: str
    first: Path

    def node(self, names: Collection[str]) -> str:
        """Return the node that the first array belongs to, or ""."""
        return node_of(self.first, names)


def misfit(wanted: Shapes, given: Shapes) -> Misfit | None:
    """Return what keeps variables from being a model's, or None.

    State may have grown, as it does in the first step of some layers.
    """
    missing = [path for path in wanted if path not in given]
    extra = [path for path in given if path not in wanted]
    other = [path for path in wanted if path in given and not _fits(path, wanted[path], given[path])]
    if not (missing or extra or other):
        return None
    shapes = [f"{path_text(path)} is {given[path]} and should be {wanted[path]}" for path in other]
    parts = [
        ("missing: ", [path_text(path) for path in missing]),
        ("not in the graph: ", [path_text(path) for path in extra]),
        ("of another shape: ", shapes),
    ]
    told = "; ".join(title + _listed(names) for title, names in parts if names)
    return Misfit(f"{told[0].upper()}{told[1:]}.", (missing or other or extra)[0])


def _fits(path: Path, wanted: tuple[int, ...], given: tuple[int, ...]) -> bool:
    if wanted == given:
        return True
    try:
        return path[0] != "params" and np.broadcast_shapes(wanted, given) == given
    except ValueError:
        return False


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
