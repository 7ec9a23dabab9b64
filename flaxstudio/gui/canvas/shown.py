"""All that a node's drawing is made of, so that it is made anew only where some of it changed."""

from collections.abc import Iterable, Mapping, Set
from typing import TypeVar

from flaxstudio.graph.graph import Node
from flaxstudio.graph.order import edges_by_node
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes, NodeShape
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.gui.canvas.node_content import Key, hidden_ports
from flaxstudio.gui.group_signs import GroupSign, NodeSigns
from flaxstudio.project.annotations import Look
from flaxstudio.project.project import Project

Shown = tuple[Node, LayerSpec | None, NodeShape | None, tuple[Problem, ...], Look, frozenset[Key], GroupSign | None]
_PLAIN = Look()
_NONE = frozenset[Key]()
Value = TypeVar("Value")


class ChangedNodes:
    """Finds the nodes that are to be drawn anew, and looks only at those that can differ from when it was asked last."""

    def __init__(self) -> None:
        self._nodes: tuple[Node, ...] = ()
        self._catalogue: Catalogue | None = None
        self._shapes: Mapping[str, NodeShape] = {}
        self._problems: tuple[Problem, ...] = ()
        self._marked: Set[str] = frozenset()

    def found(
        self,
        before: Mapping[str, Shown],
        project: Project,
        catalogue: Catalogue,
        shapes: GraphShapes,
        problems: tuple[Problem, ...],
        signs: NodeSigns,
        waiting: Iterable[Shown],
    ) -> list[Shown]:
        """Return what the nodes are drawn from that are drawn from something else than before, new ones among them.

        `waiting` were found earlier and are not drawn yet.
        """
        by_node: dict[str, tuple[Problem, ...]] = {}
        for problem in problems:
            by_node[problem.node] = (*by_node.get(problem.node, ()), problem)
        hidden, looks, known = _hidden_ports(project, catalogue), project.annotations.looks, shapes.nodes
        specs = {layer: catalogue.get(layer) for layer in {node.layer for node in project.graph.nodes}}
        worn = signs.worn(project.graph, specs)
        marked = looks.keys() | hidden.keys() | worn.keys()
        undrawn = set(project.graph.names()) - before.keys() | {shown[0].name for shown in waiting}
        suspects = self._suspects(project, catalogue, known, problems) | self._marked | marked | undrawn
        self._marked = frozenset(marked)
        changed: list[Shown] = []
        for node in project.graph.nodes:
            name = node.name
            if name not in suspects:
                continue
            old, spec, shape = before.get(name), specs[node.layer], known.get(name)
            rest = by_node.get(name, ()), looks.get(name, _PLAIN), hidden.get(name, _NONE), worn.get(name)
            if old is None or old[:3] != (node, spec, shape) or old[3:] != rest:
                changed.append((node, spec, shape, *rest))
        return changed

    def _suspects(
        self, project: Project, catalogue: Catalogue, known: Mapping[str, NodeShape], problems: tuple[Problem, ...]
    ) -> Set[str]:
        """Return the names of the nodes that may be drawn from something else than when it was asked last."""
        nodes, others, last = project.graph.nodes, self._nodes, self._shapes
        suspects = {problem.node for problem in _strange(problems, self._problems)}
        suspects |= {problem.node for problem in _strange(self._problems, problems)}
        if catalogue is not self._catalogue:
            suspects |= set(project.graph.names())
        elif nodes is not others:
            suspects |= {node.name for node in _strange(nodes, others)}
        if known is not last:
            suspects |= {name for name, shape in known.items() if last.get(name) is not shape} | (last.keys() - known.keys())
        self._nodes, self._catalogue, self._shapes, self._problems = nodes, catalogue, known, problems
        return suspects


def _strange(values: Iterable[Value], others: Iterable[Value]) -> list[Value]:
    """Return which of the values are not among the others, by identity: edits keep what they do not change."""
    known = set(map(id, others))
    return [value for value in values if id(value) not in known]


def _hidden_ports(project: Project, catalogue: Catalogue) -> dict[str, frozenset[Key]]:
    """Return which ports of which nodes are not shown."""
    names = {name for name, look in project.annotations.looks.items() if look.hides_ports}
    if not names:
        return {}
    into, out_of = edges_by_node(project.graph)
    nodes = (node for node in project.graph.nodes if node.name in names)
    return {node.name: hidden_ports(into[node.name], out_of[node.name], catalogue.get(node.layer)) for node in nodes}
