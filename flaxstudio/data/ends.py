"""Which columns each Input of the call takes, and which each Output is held against: by name, else in order by size."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from flaxstudio.data.columns import sizes_of
from flaxstudio.data.table import Table, text_of
from flaxstudio.graph.entries import call_inputs, call_outputs, entry_shape
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import DatasetSpec, TrainConfig, target_kind
from flaxstudio.project.options import TargetKind
from flaxstudio.project.project import Project


@dataclass(frozen=True, slots=True)
class Entry:
    """An Input of the call: the shape of one sample, and the feature columns that fill it."""

    name: str
    shape: ArrayShape
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """An Output of the call: the target columns that it is held against, as numbers or as classes.

    `ignored` is the label of what belongs to no class and is left out, "" for none.
    """

    name: str
    kind: TargetKind
    columns: tuple[str, ...]
    ignored: str = ""


@dataclass(frozen=True, slots=True)
class Ends:
    """All Inputs and Outputs of the call, in the order of its parameters and of what it returns."""

    entries: tuple[Entry, ...]
    goals: tuple[Goal, ...]


def ends_of(project: Project, spec: DatasetSpec, table: Table, catalogue: Catalogue, sizes: Mapping[str, int]) -> Ends:
    """Return which columns go where. `sizes` are the numbers that Outputs give a sample, where known.

    An end that gets no column has none. The last one takes all that are left.
    """
    return Ends(entries_of(project, spec, table, catalogue), _goals_of(project, spec, table, sizes))


def entries_of(project: Project, spec: DatasetSpec, table: Table, catalogue: Catalogue) -> tuple[Entry, ...]:
    """Return the Inputs of the call with their columns; of an unfinished graph, all Inputs."""
    nodes = call_inputs(project.graph, catalogue)
    found = tuple(Entry(node.name, entry_shape(node, catalogue), ()) for node in nodes)
    counts = dict(zip(spec.features, sizes_of(table, spec.features), strict=True))
    wanted = {entry.name: _fill(counts, prod(entry.shape.sizes)) for entry in found}
    columns = _allotted(wanted, spec.features)
    return tuple(replace(entry, columns=columns[entry.name]) for entry in found)


def _goals_of(project: Project, spec: DatasetSpec, table: Table, sizes: Mapping[str, int]) -> tuple[Goal, ...]:
    nodes = call_outputs(project.graph) or tuple(project.graph.of_layer("Output"))
    found = tuple(_goal(node.name, spec, project.training) for node in nodes)
    counts = dict(zip(spec.targets, sizes_of(table, spec.targets), strict=True))
    wanted: dict[str, _Take] = {}
    for goal in found:
        size = sizes.get(goal.name, 0)
        wanted[goal.name] = _take_one if goal.kind == "classes" else _fill(counts, size) if size else _take_all
    columns = _allotted(wanted, spec.targets)
    return tuple(replace(goal, columns=columns[goal.name]) for goal in found)


def _goal(name: str, spec: DatasetSpec, config: TrainConfig) -> Goal:
    """Return an Output's goal without its columns."""
    kind, ignored = target_kind(name, spec, config), config.objective_of(name).ignored
    return Goal(name, kind, (), "" if ignored is None or kind == "numbers" else text_of(ignored))


_Take = Callable[[Sequence[str]], int]
"""How many of the columns that are left an end takes."""


def _take_one(_: Sequence[str]) -> int:
    return 1


def _take_all(left: Sequence[str]) -> int:
    return len(left)


def _fill(counts: Mapping[str, int], size: int) -> _Take:
    """Return how many columns it takes until there are `size` numbers a sample."""

    def take(left: Sequence[str]) -> int:
        filled = 0
        for number, name in enumerate(left):
            if filled >= size:
                return number
            filled += counts[name]
        return len(left)

    return take


def _allotted(ends: Mapping[str, _Take], columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return each end's columns: the one of its name, else the next ones, leaving at least one for each end after it."""
    if len(ends) == 1:
        return {name: tuple(columns) for name in ends}
    found: dict[str, tuple[str, ...]] = {name: (name,) for name in ends if name in columns}
    left = [name for name in columns if name not in found]
    others = [name for name in ends if name not in found]
    for number, name in enumerate(others, start=1):
        after = len(others) - number
        count = min(ends[name](left), max(1, len(left) - after)) if after else len(left)
        found[name], left = tuple(left[:count]), left[count:]
    return found
