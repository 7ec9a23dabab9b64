"""The edit that turns the drawing: data flows from left to right, or from top to bottom."""

from collections.abc import Mapping
from dataclasses import replace

from flaxstudio.graph.layout import Flow
from flaxstudio.project.annotation_following import refitted
from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Position, Project

_ALONG, _ACROSS = 7 / 4, 2.0
"""How much farther nodes lie apart from left to right than from top to bottom: they are wider than high."""


def set_flow(flow: Flow) -> Edit:
    """Let data flow another way; what lay behind a node lies below it then, in the model and in all blocks."""

    def apply(project: Project) -> Project:
        if flow == project.flow:
            return project
        inside = {block: _turned(positions, flow) for block, positions in project.block_positions.items()}
        positions = _turned(project.positions, flow)
        annotations = {
            block: refitted(beside, project.block_positions.get(block, {}), inside.get(block, {}), {})
            for block, beside in project.block_annotations.items()
        }
        return replace(
            project,
            flow=flow,
            positions=positions,
            block_positions=inside,
            annotations=refitted(project.annotations, project.positions, positions, {}),
            block_annotations=annotations,
        )

    return Edit("Flow from left to right" if flow == "right" else "Flow from top to bottom", apply)


def _turned(positions: Mapping[str, Position], flow: Flow) -> dict[str, Position]:
    if flow == "down":
        return {name: (_on_grid(y * _ACROSS), _on_grid(x / _ALONG)) for name, (x, y) in positions.items()}
    return {name: (_on_grid(y * _ALONG), _on_grid(x / _ACROSS)) for name, (x, y) in positions.items()}


def _on_grid(value: float) -> float:
    return float(round(value / 10) * 10)
