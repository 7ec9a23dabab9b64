"""Find before a run where data and model do not fit together, each with its remedy and, where there is one, its fix."""

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from flaxstudio.data.columns import class_names, number_column, sizes_of
from flaxstudio.data.dataset import fault_of_shape
from flaxstudio.data.ends import Ends, Goal, ends_of
from flaxstudio.data.objective_fit import objective_problems
from flaxstudio.data.table import Table
from flaxstudio.graph.activity import active
from flaxstudio.graph.entries import call_outputs
from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.problem import Problem, ProblemError, setting
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import DatasetSpec
from flaxstudio.project.project import Project

_MANY_CLASSES = 50
_MANY_FRACTIONS = 10


def check_data(
    project: Project, table: Table, catalogue: Catalogue, sizes: Mapping[str, int] = MappingProxyType({})
) -> tuple[Problem, ...]:
    """Return where the table, the dataset's spec and the graph do not fit together.

    `sizes` are the numbers that Outputs give a sample, where they have been computed; else the last layers tell them.
    """
    spec = project.dataset
    if spec is None or not spec.features or not spec.targets:
        return ()  # check_project tells these
    columns = tuple(_column_problems(spec, table))
    if columns:
        return columns
    graph = active(project.graph, catalogue)
    outputs = call_outputs(graph)
    told = {node.name: size for node in outputs if (size := _last_size(graph, node, catalogue))}
    ends = ends_of(project, spec, table, catalogue, {**told, **sizes})
    values = tuple(_goal_problems(ends.goals, table))
    if values:
        return values
    return (
        *_input_problems(ends, spec, table),
        *_output_problems(graph, ends, table, catalogue),
        *objective_problems(ends.goals, project.training, table),
    )


def target_count(goal: Goal, table: Table) -> int:
    """Return how many values an Output needs last: one a class, or one a target; of one array, its last dimension."""
    if goal.kind == "classes":
        return len(class_names(table, goal.columns[0], goal.ignored))
    shape = table.column(goal.columns[0]).shape[1:] if len(goal.columns) == 1 else ()
    return shape[-1] if len(shape) > 1 else sum(sizes_of(table, goal.columns))


def shape_for(columns: Sequence[str], table: Table, present: tuple[int, ...]) -> tuple[int, ...]:
    """Return the Input shape that takes the columns, of the present shape's rank where that can be."""
    count = sum(sizes_of(table, columns))
    natural = table.column(columns[0]).shape[1:] if len(columns) == 1 else ()
    side = math.isqrt(count)
    if len(present) == 1 or count == 0:
        return (count,)
    if len(natural) == len(present):
        return natural
    if len(present) == 3 and len(natural) == 2:
        return (*natural, 1)
    if len(present) == 3 and side * side == count and side > 1:
        return (side, side, 1)
    return natural if len(natural) > 1 else (count,)


def _column_problems(spec: DatasetSpec, table: Table) -> Iterator[Problem]:
    for name in spec.features:
        try:
            number_column(table, name)
        except ProblemError as error:
            yield error.problem
    for name in spec.targets:
        try:
            table.column(name)
        except ProblemError as error:
            yield error.problem


def _goal_problems(goals: Sequence[Goal], table: Table) -> Iterator[Problem]:
    for goal in goals:
        if not goal.columns:
            yield Problem(goal.name, f"{goal.name} has no target.", "Choose a target for it, or delete it.")
        elif goal.kind == "classes":
            if len(goals) > 1 and len(goal.columns) > 1:
                told = ", ".join(goal.columns)
                what = f"{goal.name} tells classes of one target, and {told} are left for it."
                yield Problem(goal.name, what, "Choose one target for each Output, or give Outputs the names of their columns.")
            else:
                yield from _class_problems(goal.columns[0], table)
        else:
            for name in goal.columns:
                try:
                    number_column(table, name)
                except ProblemError as error:
                    yield error.problem


def _class_problems(target: str, table: Table) -> Iterator[Problem]:
    try:
        count, column = len(class_names(table, target)), table.column(target)
    except ProblemError as error:
        yield error.problem
        return
    has_fractions = column.dtype.kind == "f" and bool((column != np.round(column)).any())
    if count > (_MANY_FRACTIONS if has_fractions else _MANY_CLASSES) and count > table.rows / 2:
        what = f"Column “{target}” has {count:,} different values in {table.rows:,} rows: these are not classes."
        yield Problem("", what, "Choose a target of numbers, or another column.")


def _input_problems(ends: Ends, spec: DatasetSpec, table: Table) -> Iterator[Problem]:
    is_one = len(ends.entries) == 1
    for entry in ends.entries:
        sizes, shape = sizes_of(table, entry.columns), entry.shape.sizes
        if not entry.columns:
            yield Problem(
                entry.name,
                f"{entry.name} gets no feature.",
                "Tick a column for it, or give the Inputs smaller shapes or the names of their columns.",
            )
            continue
        if not fault_of_shape(sizes, shape):
            continue
        wanted = shape_for(entry.columns, table, shape)
        which = "The ticked features" if is_one else _listed(entry.columns)
        give = "give" if is_one or len(entry.columns) > 1 else "gives"
        yield Problem(
            entry.name,
            f"{which} {give} {sum(sizes)} numbers a sample; {entry.name} takes {_shape_text(shape)}.",
            f"Set its shape to {_shape_text(wanted)}, or tick other features.",
            fixes=(setting(f"Set shape to {_shape_text(wanted)}", entry.name, "shape", wanted),),
        )
    taken = {name for entry in ends.entries for name in entry.columns}
    left = tuple(name for name in spec.features if name not in taken)
    if ends.entries and left:
        yield Problem("", f"No Input takes {_listed(left)}.", "Untick what is not needed, or add an Input.")


def _output_problems(graph: Graph, ends: Ends, table: Table, catalogue: Catalogue) -> Iterator[Problem]:
    for goal in ends.goals:
        wanted = target_count(goal, table)
        what = "classes" if goal.kind == "classes" else "target values" if wanted > 1 else "target value"
        given = _last_size(graph, graph.node(goal.name), catalogue)
        dense = _last_dense(graph, graph.node(goal.name), catalogue)
        if dense is not None and given not in (0, wanted):
            yield Problem(
                dense.name,
                f"{dense.name} gives {given} outputs, and the data has {wanted} {what}.",
                f"Set its features to {wanted}.",
                fixes=(setting(f"Set features to {wanted}", dense.name, "features", wanted),),
            )


def _last_size(graph: Graph, output: Node, catalogue: Catalogue) -> int:
    """Return how many values an Output gives last, where its graph says it in a plain number; else 0."""
    dense = _last_dense(graph, output, catalogue)
    features = catalogue[dense.layer].value(dense, "features") if dense else 0
    return features if isinstance(features, int) else 0


def _last_dense(graph: Graph, output: Node, catalogue: Catalogue) -> Node | None:
    """Return the Dense whose features are the output's size: the last layer but for those that keep shapes."""
    nodes = graph.by_name()
    seen: set[str] = set()
    name = output.name
    while name not in seen:
        seen.add(name)
        edges = graph.edges_into(name)
        if len(edges) != 1 or edges[0].source.node not in nodes:
            return None
        node = nodes[edges[0].source.node]
        spec = catalogue.get(node.layer)
        if node.layer == "Dense" or spec is None:
            return nodes.get(str(node.attributes.get("shares", "")), node) if spec else None
        if spec.family not in ("activation", "normalisation"):
            return None
        name = node.name
    return None


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"


def _shape_text(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))
