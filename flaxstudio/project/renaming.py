"""Pairs the modules of a file with those of the model where they are the same in another spelling: Dense_0 is dense_1."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flaxstudio.project.variables import Path

Shape = tuple[int, ...]
_NUMBERS = re.compile(r"(?:_\d+)+$")


@dataclass(frozen=True, slots=True)
class _Branch:
    """The modules and arrays below one name."""

    modules: dict[str, "_Branch"] = field(default_factory=dict)
    arrays: dict[str, Shape] = field(default_factory=dict)

    def shapes(self) -> Counter[Shape]:
        """Return how often each shape lies below."""
        return sum((branch.shapes() for branch in self.modules.values()), Counter(self.arrays.values()))


def renamed(wanted: Mapping[Path, Shape], given: Mapping[Path, Shape]) -> dict[Path, Path]:
    """Return each of the file's paths -> the path that the model has for it, for those that differ.

    A module whose name the model has keeps it. Of the others, those of one kind are paired in the order of their numbers,
    as Flax counts them from 0 where its author named none; those of equal shapes first, since Flax counts in the order of
    making and not of calling.
    """
    pairs = _pairs(_tree(wanted), _tree(given), (), ())
    return {theirs: ours for theirs, ours in pairs if theirs != ours}


def _tree(shapes: Mapping[Path, Shape]) -> _Branch:
    root = _Branch()
    for path, shape in shapes.items():
        branch = root
        for name in path[:-1]:
            branch = branch.modules.setdefault(name, _Branch())
        branch.arrays[path[-1]] = shape
    return root


def _pairs(wanted: _Branch, given: _Branch, ours: Path, theirs: Path) -> list[tuple[Path, Path]]:
    found = [((*theirs, name), (*ours, name)) for name in given.arrays]
    partners = _partners(wanted.modules, given.modules) if theirs else {}  # collections keep their names
    for name, branch in given.modules.items():
        partner = partners.get(name, name)
        found += _pairs(wanted.modules.get(partner, _Branch()), branch, (*ours, partner), (*theirs, name))
    return found


def _partners(wanted: Mapping[str, _Branch], given: Mapping[str, _Branch]) -> dict[str, str]:
    """Return a file's module -> the model's, for those without a namesake."""
    left = _by_kind(name for name in wanted if name not in given)
    partners: dict[str, str] = {}
    for kind, names in _by_kind(name for name in given if name not in wanted).items():
        free = left.get(kind, [])
        for theirs in names:
            shapes = given[theirs].shapes()
            if ours := next((name for name in free if wanted[name].shapes() == shapes), ""):
                partners[theirs] = ours
                free.remove(ours)
        others = (theirs for theirs in names if theirs not in partners)
        partners |= dict(zip(others, free, strict=False))  # what one of them has more stays alone
    return partners


def _by_kind(names: Iterable[str]) -> dict[str, list[str]]:
    """Return what modules are called without numbers and spelling -> their names by their numbers."""
    kinds: dict[str, list[str]] = {}
    for name in sorted(names, key=_numbers):
        kinds.setdefault(_NUMBERS.sub("", name).replace("_", "").lower(), []).append(name)
    return kinds


def _numbers(name: str) -> tuple[int, ...]:
    found = _NUMBERS.search(name)
    return tuple(int(number) for number in found.group().split("_")[1:]) if found else ()
