"""Edits that mute and bypass nodes: they stay where they are, with their wires and values, and are left out of the model."""

from collections.abc import Iterable
from dataclasses import replace

from flaxstudio.graph.activity import can_be_bypassed
from flaxstudio.graph.graph import Mode, Node
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Project

_ENDS = ("Input", "Output")


def set_mode(names: Iterable[str], mode: Mode, catalogue: Catalogue) -> Edit:
    """Mute nodes, bypass them, or use them again."""
    chosen = tuple(dict.fromkeys(names))

    def apply(project: Project) -> Project:
        for name in chosen:
            _require_possible(project, project.graph.node(name), mode, catalogue)
        changed = frozenset(chosen)
        nodes = tuple(replace(node, mode=mode) if node.name in changed else node for node in project.graph.nodes)
        return replace(project, graph=replace(project.graph, nodes=nodes))

    what = ", ".join(chosen) if len(chosen) <= 2 else f"{len(chosen)} nodes"
    verbs: dict[Mode, str] = {"muted": f"Mute {what}", "bypassed": f"Bypass {what}", "on": f"Use {what} again"}
    return Edit(verbs[mode], apply)


def toggled_mode(project: Project, names: Iterable[str], mode: Mode) -> Mode:
    """Return what a key for a mode asks for: the mode, or "on" where all the nodes have it already."""
    return "on" if all(project.graph.node(name).mode == mode for name in names) else mode


def _require_possible(project: Project, node: Node, mode: Mode, catalogue: Catalogue) -> None:
    if mode == "bypassed" and not can_be_bypassed(catalogue.get(node.layer)):
        raise ProblemError(f"{node.name} cannot be bypassed: it has nothing to let through.", "Mute it instead.")
    is_inside = project.library.get(project.name) is not None
    if mode != "on" and is_inside and node.layer in _ENDS:
        raise ProblemError(f"{node.name} is an end of the block.", "Mute nodes of the block, or the block itself.")
