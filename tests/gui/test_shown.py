from dataclasses import replace

from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import ArrayShape, GraphShapes, NodeShape
from flaxstudio.gui.canvas.shown import ChangedNodes, Shown
from flaxstudio.gui.group_signs import NodeSigns
from flaxstudio.layers import catalogue
from flaxstudio.project.project import Project

CATALOGUE = catalogue()
GRAPH = Graph((Node("input", "Input"), Node("dense_1", "Dense"), Node("relu_1", "relu")), (edge("input", "dense_1"),))


class Wall:
    """Draws what it is told."""

    def __init__(self) -> None:
        self.changes = ChangedNodes()
        self.drawn: dict[str, Shown] = {}

    def show(self, graph: Graph, problems: tuple[Problem, ...] = (), shapes: GraphShapes = GraphShapes({})) -> list[str]:
        found = self.changes.found(self.drawn, Project(graph=graph), CATALOGUE, shapes, problems, NodeSigns(), ())
        self.drawn |= {shown[0].name: shown for shown in found}
        return [shown[0].name for shown in found]


def test_only_nodes_that_differ_are_drawn_anew() -> None:
    wall = Wall()
    assert wall.show(GRAPH) == ["input", "dense_1", "relu_1"]
    assert wall.show(GRAPH) == []
    wider = GRAPH.with_node_replaced("dense_1", Node("dense_1", "Dense", {"features": 8}))
    assert wall.show(wider) == ["dense_1"]
    shapes = GraphShapes({"relu_1": NodeShape(ArrayShape((8,)))})
    assert wall.show(wider, shapes=shapes) == ["relu_1"]
    assert wall.show(wider, shapes=replace(shapes, nodes=dict(shapes.nodes))) == []
    assert wall.show(wider) == ["relu_1"]  # its shape is not known any more


def test_a_node_is_drawn_anew_where_its_problem_comes_and_goes() -> None:
    wall, problem = Wall(), Problem("relu_1", "It gets nothing.", "Connect it.")
    wall.show(GRAPH)
    assert wall.show(GRAPH, (problem,)) == ["relu_1"]
    assert wall.show(GRAPH, (replace(problem),)) == []
    assert wall.show(GRAPH) == ["relu_1"]


def test_nodes_that_wait_to_be_drawn_are_found_again() -> None:
    wall = Wall()
    wall.show(GRAPH)
    wider = GRAPH.with_node_replaced("dense_1", Node("dense_1", "Dense", {"features": 8}))
    project, rest = Project(graph=wider), (CATALOGUE, GraphShapes({}), (), NodeSigns())
    waiting = wall.changes.found(wall.drawn, project, *rest, ())
    assert wall.changes.found(wall.drawn, project, *rest, ()) == []
    assert wall.changes.found(wall.drawn, project, *rest, waiting) == waiting
