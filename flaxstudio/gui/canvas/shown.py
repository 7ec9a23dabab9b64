"""All that a node's drawing is made of, so that it is made anew only where some of it changed."""

from collections.abc import Iterable, Iterator, Mapping

from flaxstudio.graph.graph import Node
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes, NodeShape
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.gui.canvas.node_content import Key, hidden_ports
from flaxstudio.project.annotations import Look
from flaxstudio.project.project import Project

Shown = tuple[Node, LayerSpec | None, NodeShape | None, tuple[Problem, ...], Look, frozenset[Key]]


def shown_nodes(project: Project, catalogue: Catalogue, shapes: GraphShapes, problems: tuple[Problem, ...]) -> Iterator[Shown]:
    """Yield what each node is drawn from, in the graph's order."""
    by_node: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        by_node[problem.node] = (*by_node.get(problem.node, ()), problem)
    looks, plain, none = project.annotations.looks, Look(), frozenset[Key]()
    for node in project.graph.nodes:
        spec, look = catalogue.get(node.layer), looks.get(node.name, plain)
        hidden = hidden_ports(project.graph, node.name, spec) if look.hides_ports else none
        yield node, spec, shapes.nodes.get(node.name), by_node.get(node.name, ()), look, hidden


def changed_nodes(before: Mapping[str, Shown], nodes: Iterable[Shown]) -> list[Shown]:
    """Return those of the nodes that are drawn from something else than before; new ones are among them."""
    changed = []
    for shown in nodes:
        old = before.get(shown[0].name)
        if old is None or old[0] is not shown[0] or old[1] is not shown[1] or old[2:] != shown[2:]:
            changed.append(shown)
    return changed
