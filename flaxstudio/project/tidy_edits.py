"""The edit that tidies: nodes go to other places, and the dots on the wires between them give way to those that are needed."""

from collections.abc import Mapping
from dataclasses import replace

from flaxstudio.graph.graph import Edge
from flaxstudio.project.annotation_edits import rearrange
from flaxstudio.project.annotation_following import Sizes
from flaxstudio.project.annotations import Dot, Route
from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Position, Project


def put(places: Mapping[str, Position], routes: Mapping[Edge, tuple[Dot, ...]], sizes: Sizes, text: str) -> Edit:
    """Put nodes in their places; wires among them run through these dots, if any, and no others."""
    moved = rearrange(places, sizes, text)

    def apply(project: Project) -> Project:
        after = moved.apply(project)
        kept = (r for r in after.annotations.routes if {r.edge.source.node, r.edge.target.node} - places.keys())
        ways = (*kept, *(Route(edge, dots) for edge, dots in routes.items()))
        return replace(after, annotations=replace(after.annotations, routes=ways))

    return Edit(text, apply)
