"""What a good colleague would say about a model that runs: warnings, each with its remedy and, where there is one, its fix."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flaxstudio.graph.activity import active
from flaxstudio.graph.check import blocks_in
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.neighbours import Neighbours
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.advice_on_ends import ends_advice
from flaxstudio.project.advice_on_groups import groups_advice
from flaxstudio.project.advice_on_layers import layers_advice
from flaxstudio.project.project import Project

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Known:
    """What has been computed about a project: the shapes in its model, and the least and largest value of columns.

    `inside` are the shapes in each block, once for each way in which the model uses it.
    """

    shapes: GraphShapes = GraphShapes({})
    ranges: Mapping[str, Range] = field(default_factory=dict, hash=False)
    inside: Mapping[str, tuple[GraphShapes, ...]] = field(default_factory=dict, hash=False)


def advise(project: Project, catalogue: Catalogue, known: Known = Known()) -> tuple[Problem, ...]:
    """Return the warnings about a project's model and the blocks it uses."""
    graph = active(project.graph, catalogue)
    whole = known.shapes.params
    found = [*ends_advice(project, graph, Neighbours(graph), catalogue, known.ranges)]
    found += layers_advice(graph, Neighbours(graph), catalogue, known.shapes.nodes, whole)
    found += groups_advice(project.training.optimizer, project.graph, catalogue, known.shapes.nodes)
    for block in blocks_in(project.graph, catalogue):
        found += advise_block(block.name, block.graph, catalogue, known.inside.get(block.name, ()), whole)
    return tuple(found)


def advise_block(
    name: str, graph: Graph, catalogue: Catalogue, shapes: tuple[GraphShapes, ...] = (), whole: int = 0
) -> tuple[Problem, ...]:
    """Return the warnings about the graph of a block in all its uses: each only once, though the figures may differ."""
    inside = active(graph, catalogue)
    near, found = Neighbours(inside), dict[tuple[str, str], Problem]()
    for known in shapes or (GraphShapes({}),):
        for problem in layers_advice(inside, near, catalogue, known.nodes, whole):
            found.setdefault((problem.node, problem.rule), replace(problem, block=name))
    return tuple(found.values())
