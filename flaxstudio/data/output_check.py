"""Find where the shapes that a model gives, and the numbers it looks up, do not fit the data: told at the node that made it."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from flaxstudio.data.columns import class_names
from flaxstudio.data.ends import Goal, ends_of
from flaxstudio.data.table import Table
from flaxstudio.graph.activity import active
from flaxstudio.graph.graph import Edge, Graph, Node
from flaxstudio.graph.order import edges_by_node
from flaxstudio.graph.problem import Fix, Problem, ProblemError, setting
from flaxstudio.graph.repair import InsertLayer
from flaxstudio.graph.shape import ArrayShape, GraphShapes
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project

_KEEPING = ("activation", "normalisation")
_VOID = ("255", "-1", "void", "ignore", "unlabeled")
"""Labels that mostly stand for no class."""

_TABLES = {"Embed": "num_embeddings", "OneHot": "num_classes"}


def check_outputs(project: Project, table: Table, catalogue: Catalogue, shapes: GraphShapes) -> tuple[Problem, ...]:
    """Return where known shapes do not fit the targets, and where numbers of the data are beyond a layer's table."""
    spec, graph = project.dataset, active(project.graph, catalogue)
    if spec is None or not spec.features or not spec.targets:
        return ()
    arriving = _arriving(graph, shapes)
    sizes = output_sizes(project, catalogue, shapes)
    try:
        ends = ends_of(project, spec, table, catalogue, sizes)
        goals = tuple(
            p for goal in ends.goals if (p := _of_goal(goal, arriving.get(goal.name), graph, table, catalogue, shapes))
        )
        entries = {entry.name: entry.columns for entry in ends.entries}
        return (*goals, *_of_tables(graph, entries, table, catalogue))
    except (ProblemError, KeyError):
        return ()  # check_data tells what is wrong with the columns


def output_sizes(project: Project, catalogue: Catalogue, shapes: GraphShapes) -> dict[str, int]:
    """Return how many numbers each Output gives last, where its shape is known."""
    arriving = _arriving(active(project.graph, catalogue), shapes)
    return {name: shape.sizes[-1] for name, shape in arriving.items() if shape is not None and shape.sizes}


def _arriving(graph: Graph, shapes: GraphShapes) -> dict[str, ArrayShape | None]:
    return {node.name: _over(graph.edges_into(node.name), shapes) for node in graph.of_layer("Output")}


def _of_goal(
    goal: Goal, given: ArrayShape | None, graph: Graph, table: Table, catalogue: Catalogue, shapes: GraphShapes
) -> Problem | None:
    wanted = _wanted(goal, table) if given is not None and goal.columns else None
    if given is None or wanted is None or given.sizes == wanted:
        return None
    culprit = _culprit(graph, graph.node(goal.name), catalogue, shapes)
    if len(wanted) == 1 and len(given.sizes) > 1:
        return _unflattened(graph, culprit, goal.name, given, wanted[0], shapes)
    if culprit.layer != "Dense" and len(wanted) == len(given.sizes) == 1:
        word = "classes" if goal.kind == "classes" else "target values"
        what = f"{goal.name} gets {given} from {culprit.name}, and the data has {wanted[0]} {word}."
        dense = InsertLayer("Dense", graph.edges_into(goal.name)[0], (("features", wanted[0]),))
        fix = Fix(f"Insert a Dense of {wanted[0]} features", (dense,))
        return Problem(culprit.name, what, f"End the model with a Dense of {wanted[0]} features.", fixes=(fix,))
    return _of_maps(goal, given, wanted, culprit, table) if len(wanted) > 1 else None


def _of_maps(goal: Goal, given: ArrayShape, wanted: tuple[int, ...], culprit: Node, table: Table) -> Problem | None:
    """An array of targets a sample, such as a mask, needs an Output of just its shape, of classes with one value a class."""
    text = ArrayShape(wanted, given.dtype)
    if goal.kind == "numbers" or given.sizes[:-1] != wanted[:-1]:
        what = f"{goal.name} gives {given} a sample, and “{goal.columns[0]}” needs {text}."
        return Problem(culprit.name, what, "Change the strides, padding or features of the layers before it.")
    if culprit.layer == "Dense":
        return None  # check_data tells it
    what = f"{culprit.name} gives {given.sizes[-1]} values a place, and “{goal.columns[0]}” has {wanted[-1]} labels."
    names = class_names(table, goal.columns[0])
    void = next((name for name in _VOID if name in names and not goal.ignored), "")
    remedy = f"Set its features to {wanted[-1]}" + (
        f", or leave out the label “{void}” in the Training panel." if void else "."
    )
    has_features = "features" in culprit.attributes
    fixes = (setting(f"Set features to {wanted[-1]}", culprit.name, "features", wanted[-1]),) if has_features else ()
    return Problem(culprit.name, what, remedy, fixes=fixes)


def _unflattened(graph: Graph, culprit: Node, output: str, given: ArrayShape, wanted: int, shapes: GraphShapes) -> Problem:
    """A Dense works on the last dimension of whatever it gets: behind an image it gives an image."""
    last, into = graph.edges_into(output)[0], graph.edges_into(culprit.name)
    ways = (("Flatten", "Insert Flatten"), ("GlobalAvgPool", "Insert GlobalAvgPool"))
    if culprit.layer == "Dense":
        what = f"{culprit.name} expects (batch, features); it gets {_over(into, shapes)}, so {output} gives {given}."
        fixes = tuple(Fix(label, (InsertLayer(layer, into[0]),)) for layer, label in ways)
    else:
        what = f"{output} expects (batch, {wanted}), as the data has it; {culprit.name} gives {given}."
        dense = InsertLayer("Dense", last, (("features", wanted),))
        fixes = tuple(Fix(f"{label} and a Dense", (InsertLayer(layer, last), dense)) for layer, label in ways)
    return Problem(culprit.name, what, "Insert a Flatten before it.", fixes=fixes)


def _culprit(graph: Graph, output: Node, catalogue: Catalogue, shapes: GraphShapes) -> Node:
    """Return the first of the Dense layers at the end that gets more than features, else what feeds the Output."""
    nodes, (into, _) = graph.by_name(), edges_by_node(graph)
    found, last, seen = None, output, {output.name}
    while len(into[last.name]) == 1:
        before = nodes.get(into[last.name][0].source.node)
        spec = catalogue.get(before.layer) if before else None
        if before is None or spec is None or before.name in seen:
            break
        if before.layer not in ("Dense", "Dropout") and spec.family not in _KEEPING:
            break
        seen.add(before.name)
        last = before
        if before.layer == "Dense":
            found = before
            given = _over(into[before.name], shapes)
            if given is None or len(given.sizes) < 2:
                break
    feeding = into[output.name]
    return found or (nodes.get(feeding[0].source.node, output) if feeding else output)


def _over(edges: Sequence[Edge], shapes: GraphShapes) -> ArrayShape | None:
    """Return the array that comes over the first of some wires, if it is known."""
    shape = shapes.nodes.get(edges[0].source.node) if edges else None
    given = shape.at(edges[0].source.port) if shape else None
    return given if isinstance(given, ArrayShape) else None


def _wanted(goal: Goal, table: Table) -> tuple[int, ...] | None:
    """Return the shape that targets need of an Output for a sample; None where that cannot be told here."""
    shapes = [table.column(name).shape[1:] for name in goal.columns]
    if goal.kind == "classes":
        return (*shapes[0], len(class_names(table, goal.columns[0], goal.ignored)))
    if all(shape == () for shape in shapes):
        return (len(shapes),)
    return tuple(shapes[0]) if len(shapes) == 1 else None


def _of_tables(graph: Graph, entries: Mapping[str, tuple[str, ...]], table: Table, catalogue: Catalogue) -> Iterator[Problem]:
    """A number beyond a table's end is looked up as if it were the last, or not at all: silently."""
    for node in graph.nodes:
        attribute = _TABLES.get(node.layer)
        edges = graph.edges_into(node.name) if attribute else ()
        columns = entries.get(edges[0].source.node, ()) if edges else ()
        if attribute is None or not columns:
            continue
        size, most = catalogue[node.layer].value(node, attribute), max(_most(table, name) for name in columns)
        if isinstance(size, int) and most >= size:
            what = f"{node.name} knows the numbers 0 to {size - 1:,}, and the data goes up to {most:,}."
            fixes = (setting(f"Set {attribute} to {most + 1}", node.name, attribute, most + 1),)
            yield Problem(node.name, what, f"Set {attribute} to {most + 1}.", fixes=fixes)


def _most(table: Table, name: str) -> int:
    column = table.column(name)
    return int(np.nanmax(column)) if column.dtype.kind in "iuf" and column.size else -1
