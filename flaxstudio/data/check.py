"""Find before a run where data and model do not fit together, each with its remedy and, where there is one, its fix."""

import math
from collections.abc import Iterator

from flaxstudio.data.columns import class_names, number_column, sizes_of
from flaxstudio.data.dataset import fault_of_shape
from flaxstudio.data.table import Table
from flaxstudio.graph.entries import entry_shape
from flaxstudio.graph.graph import Formula, Graph, Node, Value
from flaxstudio.graph.problem import Fix, Problem, ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import DatasetSpec
from flaxstudio.project.project import Project

_MANY_CLASSES = 50


def check_data(project: Project, table: Table, catalogue: Catalogue) -> tuple[Problem, ...]:
    """Return where the table, the dataset's spec and the graph do not fit together."""
    spec = project.dataset
    if spec is None or not spec.features or not spec.targets:
        return ()  # check_project tells these
    columns = tuple(_column_problems(spec, table))
    if columns:
        return columns
    return (*_input_problems(project.graph, spec, table, catalogue), *_output_problems(project.graph, spec, table, catalogue))


def target_count(spec: DatasetSpec, table: Table) -> int:
    """Return how many values the model's output needs: one a class, or one a target."""
    return len(class_names(table, spec.targets[0])) if spec.target_kind == "classes" else sum(sizes_of(table, spec.targets))


def shape_for(spec: DatasetSpec, table: Table, present: tuple[int, ...]) -> tuple[int, ...]:
    """Return the Input shape that takes the features, of the present shape's rank where that can be."""
    count = sum(sizes_of(table, spec.features))
    natural = table.column(spec.features[0]).shape[1:] if len(spec.features) == 1 else ()
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
    is_class = spec.target_kind == "classes"
    for name in (*spec.features, *(() if is_class else spec.targets)):
        try:
            number_column(table, name)
        except ProblemError as error:
            yield error.problem
    if is_class:
        yield from _class_problems(spec.targets[0], table)


def _class_problems(target: str, table: Table) -> Iterator[Problem]:
    try:
        count = len(class_names(table, target))
    except ProblemError as error:
        yield error.problem
        return
    if count > _MANY_CLASSES and count > table.rows / 2:
        what = f"Column “{target}” has {count:,} different values in {table.rows:,} rows: these are not classes."
        yield Problem("", what, "Choose a target of numbers, or another column.")


def _input_problems(graph: Graph, spec: DatasetSpec, table: Table, catalogue: Catalogue) -> Iterator[Problem]:
    sizes = sizes_of(table, spec.features)
    for node in graph.of_layer("Input"):
        shape = entry_shape(node, catalogue).sizes
        if not fault_of_shape(sizes, shape):
            continue
        wanted = shape_for(spec, table, shape)
        yield Problem(
            node.name,
            f"The ticked features give {sum(sizes)} numbers a sample; {node.name} takes {_shape_text(shape)}.",
            f"Set its shape to {_shape_text(wanted)}, or tick other features.",
            fix=Fix(f"Set shape to {_shape_text(wanted)}", node.name, "shape", wanted),
        )


def _output_problems(graph: Graph, spec: DatasetSpec, table: Table, catalogue: Catalogue) -> Iterator[Problem]:
    wanted = target_count(spec, table)
    what = "classes" if spec.target_kind == "classes" else "target values" if wanted > 1 else "target value"
    for output in graph.of_layer("Output"):
        dense = _last_dense(graph, output, catalogue)
        if dense is None:
            continue
        features: Value = catalogue[dense.layer].value(dense, "features")
        if not isinstance(features, Formula) and features != wanted:
            yield Problem(
                dense.name,
                f"{dense.name} gives {features} outputs, and the data has {wanted} {what}.",
                f"Set its features to {wanted}.",
                fix=Fix(f"Set features to {wanted}", dense.name, "features", wanted),
            )


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
            return node if spec else None
        if spec.family not in ("activation", "normalisation"):
            return None
        name = node.name
    return None


def _shape_text(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))
