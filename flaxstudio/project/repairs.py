"""Carries out repairs: each step of a Fix as a change of the project, all of them as one edit."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flaxstudio.graph.graph import Edge, Node, Port, Value
from flaxstudio.graph.naming import free_name
from flaxstudio.graph.problem import Fix, ProblemError
from flaxstudio.graph.repair import (
    AddOutput,
    Connect,
    Disconnect,
    InsertLayer,
    PutBefore,
    PutBehind,
    RemoveNode,
    ReplaceNode,
    SetAttribute,
    SetLoss,
    SetPath,
    Settings,
    Step,
    UseNode,
)
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.project import edits
from flaxstudio.project.activity_edits import set_mode
from flaxstudio.project.edits import Edit
from flaxstudio.project.optim_following import with_patterns
from flaxstudio.project.project import Project
from flaxstudio.project.room import place_between, place_near


def apply_fix(fix: Fix, catalogue: Catalogue) -> Edit:
    """Carry out a problem's repair of one click; it may no longer be possible, which its ProblemError tells."""

    def apply(project: Project) -> Project:
        work = _Work(project, catalogue, {})
        for step in fix.steps:
            work = _done(step, work)
        return work.project

    first = fix.steps[0] if len(fix.steps) == 1 else None
    return Edit(f"Set {first.node}.{first.attribute}" if isinstance(first, SetAttribute) else fix.label, apply)


@dataclass(frozen=True, slots=True)
class _Work:
    """The project so far. `latest` tells which part of a wire is left of it before its target."""

    project: Project
    catalogue: Catalogue
    latest: dict[Edge, Edge]

    def after(self, *done: Edit) -> "_Work":
        project = self.project
        for edit in done:
            project = edit.apply(project)
        return replace(self, project=project)

    def spec(self, layer: str) -> LayerSpec:
        spec = self.catalogue.get(layer)
        if spec is None:
            raise ProblemError(f"There is no layer “{layer}”.")
        return spec

    def node(self, name: str) -> Node:
        if not self.project.graph.has_node(name):
            raise ProblemError(f"{name} is no longer there.")
        return self.project.graph.node(name)


def _done(step: Step, work: _Work) -> _Work:
    match step:
        case SetAttribute(node, attribute, value):
            work.node(node)
            return work.after(edits.set_attribute(node, attribute, value, work.catalogue))
        case InsertLayer(layer, edge, settings):
            return _inserted(work, layer, edge, settings)
        case PutBehind(layer, source, settings):
            return _put_behind(work, layer, source, settings)
        case PutBefore(layer, target, settings):
            return _put_before(work, layer, target, settings)
        case AddOutput(source):
            return _with_output(work, source)
        case Connect(source, target):
            return work.after(edits.connect(source, target, work.catalogue))
        case Disconnect(edge):
            return work.after(edits.remove((), (edge,)))
        case RemoveNode(node, is_bridged):
            return _removed(work, node, is_bridged)
        case ReplaceNode(node, layer, settings):
            return _replaced(work, node, layer, settings)
        case UseNode(node):
            work.node(node)
            return work.after(set_mode((node,), "on", work.catalogue))
        case SetLoss(loss, output):
            return work.after(_loss_set(loss, output))
        case SetPath(path, other, group):
            return work.after(_path_set(path, other, group))


def _inserted(work: _Work, layer: str, edge: Edge, settings: Settings) -> _Work:
    present = work.latest.get(edge, edge)
    if present not in work.project.graph.edges:
        raise ProblemError(f"There is no longer a wire from {edge.source.node} to {edge.target.node}.")
    spec = work.spec(layer)
    positions = place_between(work.project, present.source.node, present.target.node)
    work, name = _added(work, spec, settings, positions)
    work = work.after(edits.insert_on_edge(name, present, spec))
    output = spec.main_output
    last = Edge(Port(name, output.name), present.target) if output else present
    return replace(work, latest={**work.latest, edge: last})


def _put_behind(work: _Work, layer: str, source: Port, settings: Settings) -> _Work:
    work.node(source.node)
    spec = work.spec(layer)
    leaving = [edge for edge in work.project.graph.edges_from(source.node) if edge.source == source]
    follower = leaving[0].target.node if leaving else None
    work, name = _added(work, spec, settings, lambda p, new: place_between(p, source.node, follower)(p, new))
    output = spec.main_output
    moved = {edge: Edge(Port(name, output.name), edge.target) for edge in leaving} if output else {}
    graph = work.project.graph
    graph = replace(graph, edges=tuple(moved.get(edge, edge) for edge in graph.edges))
    work = replace(work, project=replace(work.project, graph=graph))
    return work.after(edits.connect(source, Port(name, spec.inputs[0].name), work.catalogue))


def _put_before(work: _Work, layer: str, target: Port, settings: Settings) -> _Work:
    work.node(target.node)
    spec = work.spec(layer)
    arriving = work.project.graph.edges_into(target.node, target.port)
    giver = arriving[0].source.node if arriving else None
    positions = place_between(work.project, giver, target.node) if giver else place_near(target.node, -1)
    work, name = _added(work, spec, settings, positions)
    if spec.main_output is None:
        raise ProblemError(f"{layer} gives nothing out.")
    if spec.inputs:
        into = spec.inputs[0]
        graph = work.project.graph
        moved = {edge: Edge(edge.source, Port(name, into.name)) for edge in (arriving if into.is_variadic else arriving[:1])}
        graph = replace(
            graph, edges=tuple(moved.get(edge, edge) for edge in graph.edges if edge in moved or edge not in arriving)
        )
        work = replace(work, project=replace(work.project, graph=graph))
    return work.after(edits.connect(Port(name, spec.main_output.name), target, work.catalogue))


def _with_output(work: _Work, source: Port) -> _Work:
    work.node(source.node)
    spec = work.spec("Output")
    work, name = _added(work, spec, (), place_near(source.node, 1))
    return work.after(edits.connect(source, Port(name, spec.inputs[0].name), work.catalogue))


def _removed(work: _Work, name: str, is_bridged: bool) -> _Work:
    node = work.node(name)
    graph, spec = work.project.graph, work.catalogue.get(node.layer)
    first = graph.edges_into(name, spec.inputs[0].name if spec and spec.inputs else None)
    work = work.after(edits.remove((name,)))
    if not (is_bridged and first):
        return work
    bridges = {edge: Edge(first[0].source, edge.target) for edge in graph.edges_from(name)}
    kept = (bridges.get(edge, edge) for edge in graph.edges if edge.target.node != name)
    edges = tuple(dict.fromkeys(kept))  # in the places of the old ones: a merge takes its wires in order
    return replace(work, project=replace(work.project, graph=replace(work.project.graph, edges=edges)))


def _replaced(work: _Work, name: str, layer: str, settings: Settings) -> _Work:
    work.node(name)
    spec, project = work.spec(layer), work.project
    new = free_name(spec.base_name(), project.graph.names())
    work = work.after(edits.rename_node(name, new))
    graph = work.project.graph
    inputs = {port.name for port in spec.inputs}
    outputs = {port.name for port in spec.outputs}
    node = Node(new, layer, _stored(spec, settings), graph.node(new).mode)

    def fitted(edge: Edge) -> Edge | None:
        source, target = edge.source, edge.target
        if source.node == new and source.port not in outputs:
            source = Port(new, spec.main_output.name) if spec.main_output else source
        if target.node == new and target.port not in inputs:
            target = Port(new, spec.inputs[0].name) if spec.inputs else target
        return None if (source.node == new and not outputs) or (target.node == new and not inputs) else Edge(source, target)

    edges = tuple(dict.fromkeys(found for edge in graph.edges if (found := fitted(edge)) is not None))
    taken: dict[Port, Edge] = {}
    for edge in edges:
        port = spec.input(edge.target.port) if edge.target.node == new else None
        if port is not None and not port.is_variadic:
            taken.setdefault(edge.target, edge)
    kept = tuple(edge for edge in edges if taken.get(edge.target, edge) == edge)
    graph = replace(graph.with_node_replaced(new, node), edges=kept)
    return replace(work, project=replace(work.project, graph=graph))


def _added(work: _Work, spec: LayerSpec, settings: Settings, place: Callable[[Project, str], Project]) -> tuple[_Work, str]:
    """Return the work with a new node put where `place` says, and the node's name."""
    name = edits.new_name(work.project, spec)
    work = work.after(edits.add_node(spec, name, (0.0, 0.0), _stored(spec, settings)))
    return replace(work, project=place(work.project, name)), name


def _stored(spec: LayerSpec, settings: Settings) -> dict[str, Value]:
    return {name: value for name, value in settings if value != spec.attribute(name).default}


def _path_set(path: str, other: str, group: str) -> Edit:
    def changed(patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(other if p == path else p for p in patterns if other or p != path))

    def apply(project: Project) -> Project:
        training = project.training
        optimizer = with_patterns(training.optimizer, changed, group)
        return replace(project, training=replace(training, optimizer=optimizer))

    return Edit(f"Write {other} for {path}" if other else f"Take {path} out of the optimizer", apply)


def _loss_set(loss: str, output: str) -> Edit:
    def apply(project: Project) -> Project:
        training = project.training
        if output:
            return replace(project, training=replace(training, losses={**training.losses, output: loss}))
        return replace(project, training=replace(training, loss=loss, losses={}))

    return Edit(f"Set loss to {loss}", apply)
