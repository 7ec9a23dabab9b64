"""After each edit: what belongs to nodes and wires goes with them, whichever edit took them."""

from dataclasses import replace

from flaxstudio.project.annotation_following import settled
from flaxstudio.project.annotations import Annotations
from flaxstudio.project.optim_following import without_nodes
from flaxstudio.project.project import Project


def settled_project(project: Project, before: Project) -> Project:
    """Return the project without annotations of what is gone, and without paths of it in groups of params."""
    return _without_paths(_with_annotations_settled(project), before)


def _without_paths(project: Project, before: Project) -> Project:
    training = project.training
    if not training.optimizer.groups or project.graph.nodes is before.graph.nodes:
        return project
    gone = frozenset(before.graph.names()) - frozenset(project.graph.names())
    optimizer = without_nodes(training.optimizer, gone) if gone else training.optimizer
    return project if optimizer is training.optimizer else replace(project, training=replace(training, optimizer=optimizer))


def _with_annotations_settled(project: Project) -> Project:
    own = settled(project.annotations, project.graph)
    inner = project.block_annotations
    if inner:
        graphs = {block.name: block.graph for block in project.library.blocks}
        kept = {name: settled(annotations, graphs[name]) for name, annotations in inner.items() if name in graphs}
        kept = {name: annotations for name, annotations in kept.items() if annotations != Annotations()}
        if kept.keys() != inner.keys() or any(kept[name] is not inner[name] for name in kept):
            inner = kept
    if own is project.annotations and inner is project.block_annotations:
        return project
    return replace(project, annotations=own, block_annotations=inner)
