"""After each edit: what lies beside a graph goes with the nodes and wires that it belongs to, whichever edit took them."""

from dataclasses import replace

from flaxstudio.project.annotation_following import settled
from flaxstudio.project.annotations import Annotations
from flaxstudio.project.project import Project


def settled_project(project: Project) -> Project:
    """Return the project without annotations of what is gone; itself where nothing is."""
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
