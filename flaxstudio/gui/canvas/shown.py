"""All that a node's drawing is made of, so that it is made anew only where some of it changed."""

from collections.abc import Mapping

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
_BARE: tuple[tuple[Problem, ...], Look, frozenset[Key], GroupSign | None] = ((), _PLAIN, _NONE, None)


def changed_nodes(
    before: Mapping[str, Shown],
    project: Project,
    catalogue: Catalogue,
    shapes: GraphShapes,
    problems: tuple[Problem, ...],
    signs: NodeSigns,
) -> list[Shown]:
    """Return what the nodes are drawn from that are drawn from something else than before, new ones among them."""
    by_node: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        by_node[problem.node] = (*by_node.get(problem.node, ()), problem)
    hidden, looks, known = _hidden_ports(project, catalogue), project.annotations.looks, shapes.nodes
    specs = {layer: catalogue.get(layer) for layer in {node.layer for node in project.graph.nodes}}
    worn = signs.worn(project.graph, specs)
    marked = by_node.keys() | looks.keys() | hidden.keys() | worn.keys()
    changed: list[Shown] = []
    for node in project.graph.nodes:  # at every edit: what is the same object is not compared
        name = node.name
        old, spec, shape = before.get(name), specs[node.layer], known.get(name)
        rest = _BARE
        if name in marked:
            rest = by_node.get(name, ()), looks.get(name, _PLAIN), hidden.get(name, _NONE), worn.get(name)
        if (
            old is None
            or old[0] is not node
            or old[1] is not spec
            or (old[2] is not shape and old[2] != shape)
            or old[3:] != rest
        ):
            changed.append((node, spec, shape, *rest))
    return changed


def _hidden_ports(project: Project, catalogue: Catalogue) -> dict[str, frozenset[Key]]:
    """Return which ports of which nodes are not shown."""
    names = {name for name, look in project.annotations.looks.items() if look.hides_ports}
    if not names:
        return {}
    into, out_of = edges_by_node(project.graph)
    nodes = (node for node in project.graph.nodes if node.name in names)
    return {node.name: hidden_ports(into[node.name], out_of[node.name], catalogue.get(node.layer)) for node in nodes}
