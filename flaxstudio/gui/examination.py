"""What the background finds out about a project: shapes of the graph, and how its data looks and fits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from flaxstudio.data.check import check_data
from flaxstudio.data.goal_facts import goal_facts
from flaxstudio.data.output_check import check_outputs, output_sizes
from flaxstudio.data.pictures import sample_images
from flaxstudio.data.preview import preview_rows
from flaxstudio.data.sources import open_table
from flaxstudio.data.splits import count_rows
from flaxstudio.data.table import Table, summarize, text_of
from flaxstudio.graph.activity import active
from flaxstudio.graph.dimensions import dimension_names
from flaxstudio.graph.entries import entry_shape
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.problem import Problem, ProblemError
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.knowledge import graph_problems
from flaxstudio.gui.panels.data_state import PREVIEW_ROWS, DataState, Picture, RowCounts
from flaxstudio.project.config import DatasetSpec
from flaxstudio.project.place import Place, block_at
from flaxstudio.project.project import Project

_PICTURES = 12


@dataclass(frozen=True, slots=True)
class DataExamination:
    """The data as the data panel shows it, and where it does not fit the graph. `source` is what was examined."""

    state: DataState
    source: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ShapeQuestion:
    """Whose shapes are wanted: the model's, and those at the place that is open."""

    project: Project
    catalogue: Catalogue
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Shapes:
    """The model's shapes, and those of the graph that is open, with its own problems; `inside` are those in each block.

    `checked` is what is wrong without computing, found on the way.
    """

    model: GraphShapes
    shown: GraphShapes
    inside: Mapping[str, tuple[GraphShapes, ...]] = field(default_factory=dict)
    checked: tuple[Problem, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the shapes showed to be wrong, each once."""
        return (
            self.model.problems
            if self.shown is self.model
            else tuple({**dict.fromkeys(self.model.problems), **dict.fromkeys(self.shown.problems)})
        )


def infer_shapes(
    warm_up: Callable[[], None], is_stale: Callable[[], bool] = lambda: False
) -> Callable[[ShapeQuestion], Shapes | None]:
    """Return a function for one background thread that infers shapes; jax is imported at its first call.

    It returns None when it was interrupted between two nodes, since nobody waits for the shapes any more.
    """
    inference: list[Any] = []

    def infer(question: ShapeQuestion) -> Shapes | None:
        if not inference:
            warm_up()
        from flaxstudio.codegen.shapes import Interrupted

        try:
            shapes, project = found(question), question.project
            block = block_at(project, question.place) or ""
            return replace(shapes, checked=graph_problems(project, question.catalogue, block))
        except Interrupted:
            return None

    def found(question: ShapeQuestion) -> Shapes:
        if not inference:
            from flaxstudio.codegen.shapes import ShapeInference

            inference.append(ShapeInference(question.catalogue, is_stale))
        graph, place = question.project.graph, question.place
        model = _named(inference[0].infer(graph, question.catalogue), graph, question.catalogue)
        within = inference[0].inside(graph, model)
        if not place.root and not place.path:
            return Shapes(model, model, within)
        block = block_at(question.project, place)
        if block is None:
            return Shapes(model, GraphShapes({}), within)
        start = question.project.library.block(place.root).graph if place.root else graph
        if place.root and not _has_own_shapes(start):
            return Shapes(model, GraphShapes({}), within)
        inside = question.project.library.block(block).graph
        found = _named(inference[0].infer_at(start, place.path), inside, question.catalogue)
        problems = tuple(replace(problem, block=block) for problem in found.problems)
        return Shapes(model, replace(found, problems=problems), within)

    return infer


def _named(shapes: GraphShapes, graph: Graph, catalogue: Catalogue) -> GraphShapes:
    """Return the shapes with the names of their dimensions."""
    return replace(shapes, names=dimension_names(active(graph, catalogue), shapes.nodes, catalogue))


def _has_own_shapes(graph: Graph) -> bool:
    """Return whether a block that stands nowhere says itself what it is meant for."""
    return all("shape" in node.attributes for node in graph.of_layer("Input"))


@dataclass(frozen=True, slots=True)
class DataQuestion:
    """Whose data is to be examined, with its shapes where they are known, and the folder that relative paths begin in."""

    project: Project
    catalogue: Catalogue
    beside: Path | None = None
    shapes: GraphShapes = GraphShapes({})


def examine_data(
    warm_up: Callable[[], None], tell: Callable[[DatasetSpec, float], None]
) -> Callable[[DataQuestion], DataExamination]:
    """Return a function for one background thread that examines a project's data; a table is read once.

    `tell` gets the share that is read where that takes long.
    """
    tables: dict[tuple[str, bool, int | None], tuple[Table, DataState]] = {}

    def examine(question: DataQuestion) -> DataExamination:
        project, catalogue, beside = question.project, question.catalogue, question.beside
        spec = project.dataset
        if spec is None:
            return DataExamination(DataState.none())
        key = (spec.source, project.training.classic_random, spec.memory)
        try:
            if key not in tables:
                tables.clear()
                warm_up()  # some samples are drawn by jax
                share = partial(tell, spec)
                table = open_table(spec.source, classic_random=key[1], beside=beside, memory=spec.memory, tell=share)
                tables[key] = (table, _state_of(table))
        except ProblemError as error:
            return DataExamination(DataState.failed(str(error)), spec.source, (error.problem,))
        table, state = tables[key]
        state = replace(
            state,
            row_counts=RowCounts(*count_rows(spec, table)),
            pictures=_pictures(project, spec, table, catalogue),
            goals=goal_facts(project, spec, table, catalogue, output_sizes(project, catalogue, question.shapes)),
        )
        problems = (*check_data(project, table, catalogue), *check_outputs(project, table, catalogue, question.shapes))
        return DataExamination(state, spec.source, problems)

    return examine


def _state_of(table: Table) -> DataState:
    preview, has_fixed_test = preview_rows(table, PREVIEW_ROWS), table.test_rows > 0
    return DataState("ready", "", summarize(table), table.rows, preview, has_fixed_test=has_fixed_test, disk=table.disk)


def _pictures(project: Project, spec: DatasetSpec, table: Table, catalogue: Catalogue) -> tuple[Picture, ...]:
    """Return the first samples as pictures, where the Input takes images."""
    node = next(project.graph.of_layer("Input"), None)
    images = sample_images(table, spec, entry_shape(node, catalogue).sizes, _PICTURES) if node else None
    if images is None:
        return ()
    labels = table.columns.get(spec.targets[0]) if len(spec.targets) == 1 else None
    return tuple(
        Picture(pixels, "" if labels is None or labels.ndim > 1 else text_of(labels[row])) for row, pixels in enumerate(images)
    )
