"""What copy takes, as a value and as readable text: nodes with their wires, what lies beside them, the own layers they use."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TypeVar

import msgspec

from flaxstudio.graph.formula import names_in
from flaxstudio.graph.graph import Edge, Formula, Graph, Port
from flaxstudio.graph.library import Block, Definition, Library
from flaxstudio.graph.order import would_cycle
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.annotations import Annotations
from flaxstudio.project.block_edits import rename_block
from flaxstudio.project.edits import Edit, beside_part, names_for_paste, part_of, paste, sequence
from flaxstudio.project.project import Position, Project
from flaxstudio.project.storage import validate

FORMAT = "flaxstudio-nodes"
VERSION = 1
MAX_BYTES = 16 * 2**20
T = TypeVar("T")
_NOTHING = "There are no nodes on the clipboard."
_COPY_FIRST = "Select some and copy them with Ctrl+C first."


@dataclass(frozen=True, slots=True)
class Clip:
    """Copied nodes. `incoming` are the wires into them from nodes that were not copied; `library` holds what they use."""

    graph: Graph
    positions: Mapping[str, Position] = field(default_factory=dict, hash=False)
    incoming: tuple[Edge, ...] = ()
    beside: Annotations = Annotations()
    library: Library = Library()
    block_positions: Mapping[str, Mapping[str, Position]] = field(default_factory=dict, hash=False)
    block_annotations: Mapping[str, Annotations] = field(default_factory=dict, hash=False)

    def as_project(self) -> Project:
        """Return a project that holds nothing else."""
        return Project(
            graph=self.graph,
            positions=self.positions,
            library=self.library,
            block_positions=self.block_positions,
            annotations=self.beside,
            block_annotations=self.block_annotations,
        )


# looked up now: msgspec does so at a type's first use, and may crash where two threads do so at once
_LOOKED_UP = msgspec.json.Decoder(Clip)


def clip_of(project: Project, names: Iterable[str], items: Iterable[str] = ()) -> Clip:
    """Return what copying takes: nodes, and the chosen frames and notes."""
    graph, positions = part_of(project, names)
    used = {name for node in graph.nodes for v in node.attributes.values() if isinstance(v, Formula) for name in names_in(v)}
    graph = replace(graph, fields=tuple(field for field in graph.fields if field.name in used))
    copied = frozenset(graph.names())
    library = project.library.used_by(graph)
    blocks = {block.name for block in library.blocks}
    return Clip(
        graph,
        positions,
        tuple(e for e in project.graph.edges if e.target.node in copied and e.source.node not in copied),
        beside_part(project, graph, items),
        library,
        {block: places for block, places in project.block_positions.items() if block in blocks},
        {block: beside for block, beside in project.block_annotations.items() if block in blocks},
    )


def text_of(clip: Clip) -> str:
    """Return a clip as JSON text that says what it is."""
    told = {key: value for key, value in msgspec.to_builtins(clip).items() if not _is_empty(value)}
    content = {"format": FORMAT, "version": VERSION, "graph": {}, **told}
    return msgspec.json.format(msgspec.json.encode(content), indent=1).decode()


def _is_empty(value: object) -> bool:
    return not value or (isinstance(value, dict) and not any(value.values()))


def parse_clip(text: str) -> Clip:
    """Return the clip that a text holds; ProblemError in words that fit where it holds none."""
    if FORMAT not in text[:200]:
        raise _none_in(text)
    if len(text) > MAX_BYTES:
        raise ProblemError("The clipboard holds more than can be pasted.", f"At most {MAX_BYTES // 2**20} MB are read.")
    try:
        table = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        if msgspec.json.decode(table.pop("format"), type=str) != FORMAT:
            raise _none_in(text)
        version = msgspec.json.decode(table.pop("version"), type=int)
    except (msgspec.MsgspecError, KeyError, ValueError, RecursionError) as error:
        raise _damaged() from error
    if version != VERSION:
        raise ProblemError(
            "The nodes on the clipboard were copied by another version of Flax Studio.", "Use the same in both windows."
        )
    try:
        clip = msgspec.json.decode(text, type=Clip)
        validate(clip.as_project())
        _require_ends(clip)
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise _damaged() from error
    return clip


def paste_clip(
    project: Project, clip: Clip, offset: Position, catalogue: Catalogue, is_wired: bool = False, text: str = ""
) -> tuple[Edit, dict[str, str]]:
    """Return the edit that adds a clip, moved by an offset, and the new names of its nodes.

    Own layers come along: one that the project has is used, another block of a name it has gets a new name. With
    `is_wired` the copies get their input from where the copied nodes got it, as far as that is there.
    """
    fitted = _fitted(project, clip, catalogue)
    names = names_for_paste(project, fitted.graph)
    add = paste(fitted.graph, fitted.positions, offset, names, fitted.beside)

    def take_in(before: Project) -> Project:
        library = before.library
        fresh = [definition for definition in fitted.library if library.get(definition.name) is None]
        for definition in fresh:
            library = library.with_definition(definition)
        new = {definition.name for definition in fresh}
        known = {field.name for field in before.graph.fields}
        fields = (*before.graph.fields, *(field for field in fitted.graph.fields if field.name not in known))
        return replace(
            before,
            graph=replace(before.graph, fields=fields),
            library=library,
            block_positions=_with_fresh(before.block_positions, fitted.block_positions, new),
            block_annotations=_with_fresh(before.block_annotations, fitted.block_annotations, new),
        )

    def wire(before: Project) -> Project:
        fresh = (Edge(edge.source, Port(names[edge.target.node], edge.target.port)) for edge in clip.incoming)
        return replace(before, graph=_with_possible(before.graph, fresh, catalogue))

    steps = [Edit("", take_in), add, *([Edit("", wire)] if is_wired else [])]
    return sequence(text or add.text, steps), names


def _fitted(project: Project, clip: Clip, catalogue: Catalogue) -> Clip:
    """Return the clip with its blocks renamed where the project uses their names for something else."""
    held = clip.as_project()
    taken = {project.name, *(spec.name for spec in catalogue), *(definition.name for definition in project.library)}
    for definition in clip.library:
        if definition.name not in taken or not _differs(project, clip, definition):
            continue
        if not isinstance(definition, Block):
            raise ProblemError(f"This project has another layer called {definition.name}.", "Rename one of the two first.")
        fresh = _free_class_name(definition.name, taken | {other.name for other in held.library})
        held = rename_block(definition.name, fresh, Catalogue(())).apply(held)
        taken.add(fresh)
    return replace(
        clip,
        graph=held.graph,
        library=held.library,
        block_positions=held.block_positions,
        block_annotations=held.block_annotations,
    )


def _differs(project: Project, clip: Clip, definition: Definition) -> bool:
    """Return whether the project's layer of that name is another, or holds another."""
    inside = clip.library.used_by(definition.graph) if isinstance(definition, Block) else ()
    return any(project.library.get(held.name) != held for held in (definition, *inside))


def _free_class_name(name: str, taken: Collection[str]) -> str:
    return next(f"{name}{number}" for number in count(2) if f"{name}{number}" not in taken)


def _with_fresh(old: Mapping[str, T], new: Mapping[str, T], names: set[str]) -> dict[str, T]:
    return {**old, **{name: value for name, value in new.items() if name in names}}


def _with_possible(graph: Graph, edges: Iterable[Edge], catalogue: Catalogue) -> Graph:
    """Return the graph with those edges that may be drawn in it."""
    for edge in edges:
        if not graph.has_node(edge.source.node):
            continue
        spec = catalogue.get(graph.node(edge.source.node).layer)
        is_there = spec is not None and spec.output(edge.source.port) is not None
        if is_there and not would_cycle(graph, edge.source.node, edge.target.node):
            graph = graph.with_edges(edge)
    return graph


def _require_ends(clip: Clip) -> None:
    names = frozenset(clip.graph.names())
    inner = all(e.source.node in names and e.target.node in names for e in clip.graph.edges)
    if not inner or not all(e.target.node in names and e.source.node not in names for e in clip.incoming):
        raise ValueError("a wire ends at a node that was not copied")
    if not names and not clip.beside.names():
        raise ValueError("it is empty")


def _none_in(text: str) -> ProblemError:
    if "nn.Module" in text[:MAX_BYTES] and "class " in text[:MAX_BYTES]:
        return ProblemError(
            "The clipboard holds Python code.", "Save it to a file and use File > Import code to make a graph of it."
        )
    return ProblemError(_NOTHING, _COPY_FIRST)


def _damaged() -> ProblemError:
    return ProblemError("The nodes on the clipboard are damaged.", "Copy them again.")
