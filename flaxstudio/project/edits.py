"""Edits: everything a user can do to a project, as pure functions from project to project with a text for the menu."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from flaxstudio.graph.graph import Edge, Graph, Node, Port, Value
from flaxstudio.graph.naming import fault_of_class_name, fault_of_name, free_name, stem
from flaxstudio.graph.order import would_cycle
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.project.annotation_following import part_of_annotations, with_dots_moved, with_node_renamed, with_part
from flaxstudio.project.annotations import Annotations
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.optim_following import with_node_moved
from flaxstudio.project.project import Position, Project


@dataclass(frozen=True, slots=True)
class Edit:
    """One act: `apply` gives the new project; `text` names it in the history ("Add dense_1").

    Edits in a row with the same `merge_key` become one step of the history (turning a spin box, say).
    """

    text: str
    apply: Callable[[Project], Project]
    merge_key: str = ""


def add_node(spec: LayerSpec, name: str, position: Position, attributes: Mapping[str, Value] | None = None) -> Edit:
    """Place a layer under a free name (see `new_name`)."""

    def apply(project: Project) -> Project:
        graph = project.graph.with_nodes(Node(name, spec.name, dict(attributes or {})))
        return replace(project, graph=graph, positions={**project.positions, name: position})

    return Edit(f"Add {name}", apply)


def new_name(project: Project, spec: LayerSpec) -> str:
    """Return the name that the next node of this layer gets."""
    return free_name(spec.base_name(), project.graph.names())


def remove(names: Iterable[str], edges: Iterable[Edge] = ()) -> Edit:
    """Remove nodes, with the edges that touch them, and edges."""
    gone, cut = frozenset(names), frozenset(edges)

    def apply(project: Project) -> Project:
        graph = project.graph.without_edges(cut).without_nodes(gone)
        positions = {name: position for name, position in project.positions.items() if name not in gone}
        return replace(project, graph=graph, positions=positions)

    wires = "wire" if len(cut) == 1 else f"{len(cut)} wires"
    what = ", ".join(sorted(gone)) if len(gone) in (1, 2) else f"{len(gone)} nodes" if gone else wires
    return Edit(f"Delete {what}", apply)


def connection_fault(graph: Graph, catalogue: Catalogue, source: Port, target: Port) -> str | None:
    """Return why an edge may not be drawn, as a sentence, or None."""
    if source.node == target.node:
        return "A node cannot feed itself."
    if not graph.has_node(source.node) or not graph.has_node(target.node):
        return "There is no such node."
    giver, taker = catalogue.get(graph.node(source.node).layer), catalogue.get(graph.node(target.node).layer)
    if giver is None or source.port not in {port.name for port in giver.outputs}:
        return f"{source.node} has no output “{source.port}”."
    if taker is None or taker.input(target.port) is None:
        return f"{target.node} has no input “{target.port}”."
    if would_cycle(graph, source.node, target.node):
        return "This would make a loop."
    return None


def connect(source: Port, target: Port, catalogue: Catalogue, instead_of: Edge | None = None) -> Edit:
    """Draw an edge. An input that takes one edge gives up the one it had; `instead_of` is the edge being moved."""

    def apply(project: Project) -> Project:
        graph = project.graph.without_edges(frozenset([instead_of]) if instead_of else frozenset())
        if fault := connection_fault(graph, catalogue, source, target):
            raise ProblemError(fault)
        port = catalogue[graph.node(target.node).layer].input(target.port)
        if port is not None and not port.is_variadic:
            graph = graph.without_edges(frozenset(graph.edges_into(target.node, target.port)))
        return replace(project, graph=graph.with_edges(Edge(source, target)))

    return Edit(f"Connect {source.node} to {target.node}", apply)


def insert_on_edge(node: str, edge: Edge, spec: LayerSpec) -> Edit:
    """Put a placed node between the two ends of an edge."""

    def apply(project: Project) -> Project:
        if not spec.inputs or spec.main_output is None:
            raise ProblemError(f"{spec.name} cannot stand on a wire.")
        into = Edge(edge.source, Port(node, spec.inputs[0].name))
        out = Edge(Port(node, spec.main_output.name), edge.target)
        return replace(project, graph=project.graph.without_edges(frozenset([edge])).with_edges(into, out))

    return Edit(f"Insert {node}", apply)


def move(positions: Mapping[str, Position], text: str = "") -> Edit:
    """Put nodes elsewhere; the dots between those that move together move along."""
    what = text or (f"Move {next(iter(positions))}" if len(positions) == 1 else f"Move {len(positions)} nodes")

    def apply(project: Project) -> Project:
        annotations = with_dots_moved(project.annotations, project.positions, positions)
        return replace(project, positions={**project.positions, **positions}, annotations=annotations)

    return Edit(what, apply)


def set_attribute(node: str, name: str, value: Value, catalogue: Catalogue) -> Edit:
    """Set an attribute of a node; the default is stored as nothing."""

    def apply(project: Project) -> Project:
        old = project.graph.node(node)
        attributes = {key: kept for key, kept in old.attributes.items() if key != name}
        if value != catalogue[old.layer].attribute(name).default:
            attributes[name] = value
        return replace(project, graph=project.graph.with_node_replaced(node, replace(old, attributes=attributes)))

    return Edit(f"Set {node}.{name}", apply, f"set {node}.{name}")


def rename_node(old: str, new: str) -> Edit:
    """Give a node another name; edges, position, look and the loss of an Output follow."""

    def apply(project: Project) -> Project:
        if fault := fault_of_name(new, set(project.graph.names()) - {old}):
            raise ProblemError(f"“{new}” cannot be a node's name: it {fault}.")
        node = replace(project.graph.node(old), name=new)
        positions = {new if name == old else name: position for name, position in project.positions.items()}
        annotations = with_node_renamed(project.annotations, old, new)
        losses = {new if name == old else name: loss for name, loss in project.training.losses.items()}
        objectives = {new if name == old else name: kept for name, kept in project.training.objectives.items()}
        optimizer = with_node_moved(project.training.optimizer, {(old,): (new,)}, set(project.graph.names()))
        training = replace(project.training, losses=losses, objectives=objectives, optimizer=optimizer)
        graph = project.graph.with_node_replaced(old, node)
        return replace(project, graph=graph, positions=positions, training=training, annotations=annotations)

    return Edit(f"Rename {old} to {new}", apply)


def rename_model(name: str) -> Edit:
    """Give the Module another class name."""

    def apply(project: Project) -> Project:
        if fault := fault_of_class_name(name):
            raise ProblemError(f"“{name}” cannot be a model's name: it {fault}.")
        if project.library.get(name) is not None:
            raise ProblemError(f"There is a layer “{name}” already.", "Choose another name.")
        return replace(project, name=name)

    return Edit(f"Rename model to {name}", apply)


def paste(
    graph: Graph,
    positions: Mapping[str, Position],
    offset: Position,
    names: Mapping[str, str],
    beside: Annotations = Annotations(),
) -> Edit:
    """Add a copied part of a graph, with what lies beside it, under new names (old -> new), moved by an offset."""

    def apply(project: Project) -> Project:
        nodes = (_copied(node, names) for node in graph.nodes)
        ends = ((edge.source, edge.target) for edge in graph.edges)
        edges = (Edge(Port(names[s.node], s.port), Port(names[t.node], t.port)) for s, t in ends)
        moved = {names[n]: (x + offset[0], y + offset[1]) for n, (x, y) in positions.items() if n in names}
        return replace(
            project,
            graph=project.graph.with_nodes(*nodes).with_edges(*edges),
            positions={**project.positions, **moved},
            annotations=with_part(project.annotations, beside, names, offset),
        )

    count = len(names) + len(beside.names())
    one = "node" if names else "frame" if beside.frames else "note"
    return Edit(f"Paste {count} {'nodes' if count == len(names) else 'things'}" if count > 1 else f"Paste {one}", apply)


def names_for_paste(project: Project, graph: Graph) -> dict[str, str]:
    """Return a free name for each node of a part to be pasted."""
    taken = set(project.graph.names())
    names = {}
    for node in graph.nodes:
        names[node.name] = free_name(stem(node.layer), taken)
        taken.add(names[node.name])
    return names


def _copied(node: Node, names: Mapping[str, str]) -> Node:
    """Return a node under its new name; one that shared the params of another shares those of its copy."""
    owner = node.attributes.get("shares")
    shared = {"shares": names[owner]} if isinstance(owner, str) and owner in names else {}
    return replace(node, name=names[node.name], attributes={**node.attributes, **shared})


def part_of(project: Project, names: Iterable[str]) -> tuple[Graph, dict[str, Position]]:
    """Return the chosen nodes, the edges among them and their positions: what copy takes."""
    others = frozenset(project.graph.names()) - frozenset(names)
    graph = project.graph.without_nodes(others)
    return graph, {name: project.positions.get(name, (0.0, 0.0)) for name in graph.names()}


def beside_part(project: Project, graph: Graph, items: Iterable[str] = ()) -> Annotations:
    """Return what copy takes along with a part of the graph: looks, dots, and the chosen frames and notes."""
    return part_of_annotations(project.annotations, graph, items)


def set_dataset(dataset: DatasetSpec | None, text: str = "Change data") -> Edit:
    """Choose the data or how it is used."""
    return Edit(text, lambda project: replace(project, dataset=dataset), f"data {text}" if text != "Change data" else "")


def set_training(training: TrainConfig, text: str = "Change training") -> Edit:
    """Change how runs go."""
    return Edit(text, lambda project: replace(project, training=training), f"training {text}")


def sequence(text: str, edits: Iterable[Edit]) -> Edit:
    """Make one act of several edits."""
    steps = tuple(edits)

    def apply(project: Project) -> Project:
        for step in steps:
            project = step.apply(project)
        return project

    return Edit(text, apply)
