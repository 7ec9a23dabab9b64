"""What is known of the open document, as one value that the views are handed and compare with the last one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from flaxstudio.codegen.source import Source
from flaxstudio.graph.check import blocks_in, check
from flaxstudio.graph.entries import methods_of
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.panels.data_state import DataState
from flaxstudio.project.block_edits import graphs_of
from flaxstudio.project.place import Place, block_at
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that the window shows of a document.

    `offered` are the catalogue's layers and those of the plug-in folder, for palette and search. `place` is the graph
    that is open, `shown` the project as seen from there and `shown_shapes` the shapes in it; `shapes` are the model's.
    `dismissed` are warnings that the user does not want among the problems.
    """

    project: Project
    catalogue: Catalogue
    offered: Catalogue
    place: Place
    shown: Project
    results: Results
    source: Source
    problems: tuple[Problem, ...]
    shapes: GraphShapes
    shown_shapes: GraphShapes
    data: DataState
    path: Path | None
    is_modified: bool
    undo_text: str
    redo_text: str
    dismissed: tuple[Problem, ...] = ()
    steps: tuple[str, ...] = ()
    steps_done: int = 0

    @property
    def block(self) -> str:
        """The block that is open, "" for the model's own graph."""
        return block_at(self.project, self.place) or ""

    @property
    def users(self) -> int | None:
        """How many nodes use the open block; None for the model's own graph."""
        if not (block := self.block):
            return None
        return sum(len(list(graph.of_layer(block))) for _, graph in graphs_of(self.project))

    @property
    def first_line(self) -> int:
        """The source's line where the open block's class begins; 0 for the model's own graph."""
        block = self.block
        lines = enumerate(self.source.text.splitlines(), 1) if block else ()
        return next((number for number, line in lines if line == f"class {block}(nn.Module):"), 0)

    @property
    def methods(self) -> int:
        """How many methods the model has."""
        return len(methods_of(self.project.graph))

    @property
    def shown_problems(self) -> tuple[Problem, ...]:
        """The problems in the graph that is open."""
        block = self.block
        return tuple(problem for problem in self.problems if problem.block == block)

    @property
    def graph_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the graph itself, whatever the data and the run."""
        return tuple(problem for problem in self.problems if problem.node)

    @property
    def name(self) -> str:
        """What the project is called in titles and questions."""
        return self.path.stem if self.path else self.project.name


def graph_problems(project: Project, catalogue: Catalogue, block: str) -> tuple[Problem, ...]:
    """Return the problems of a project's graph and of the block that is open, without computing anything for them."""
    found = list(check(project.graph, catalogue))
    if block and block not in {found.name for found in blocks_in(project.graph, catalogue)}:
        # nothing of the model depends on it, so nothing in it prevents a run
        inside = (replace(problem, severity="warning") for problem in check(project.library.block(block).graph, catalogue))
        found += [problem if problem.block else replace(problem, block=block) for problem in inside]
    return tuple(found)


def in_place(problems: Iterable[Problem], project: Project) -> tuple[Problem, ...]:
    """Return the problems whose nodes are still there."""
    names = {"": {node.name for node in project.graph.nodes}}
    names |= {block.name: set(block.graph.names()) for block in project.library.blocks}
    return tuple(p for p in problems if not p.node or p.node in names.get(p.block, ()))
