"""Finding nodes and notes by what is written on them, in the model and in all its blocks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flaxstudio.graph.graph import Formula, Node, Value
from flaxstudio.graph.problem import Problem
from flaxstudio.project.annotations import Annotations
from flaxstudio.project.block_edits import graphs_of
from flaxstudio.project.project import Project

HAS_PROBLEM = "has:problem"


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found in the graph of a block or ("") of the model, and what of it fits the query.

    For a note or a frame, `layer` is empty and `node` its name.
    """

    block: str
    node: str
    layer: str
    why: str


def find(project: Project, problems: Iterable[Problem], query: str, first: str = "") -> tuple[Hit, ...]:
    """Return the nodes that every word of a query fits, those of the block `first` first.

    A word fits a part of a node's name or layer, of an attribute such as `features=64`, or of what a problem says.
    It also fits a part of a note's text or a frame's title. `has:problem`, `has:error` and `has:warning` fit nodes that
    have one; `layer:` and `name:` look only there.
    """
    words = query.lower().split()
    if not words:
        return ()
    told: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        told.setdefault((problem.block, problem.node), []).append(problem)
    annotated = {"": project.annotations, **project.block_annotations}
    written = [
        Hit(block, name, "", text)
        for block, annotations in annotated.items()
        for name, text in _texts(annotations)
        if all(word in text.lower() for word in words)
    ]
    found = [
        Hit(block or "", node.name, node.layer, " · ".join(dict.fromkeys(filter(None, fitting))))
        for block, graph in graphs_of(project)
        for node in graph.nodes
        if None not in (fitting := [_fit(word, node, told.get((block or "", node.name), ())) for word in words])
    ]
    return tuple(sorted([*found, *written], key=lambda hit: hit.block != first))


def _texts(annotations: Annotations) -> Iterator[tuple[str, str]]:
    yield from ((note.name, " ".join(note.text.split())) for note in annotations.notes)
    yield from ((frame.name, frame.title) for frame in annotations.frames)


def _fit(word: str, node: Node, problems: Iterable[Problem]) -> str | None:
    """Return what of a node a word fits ("" for its name or layer, which are seen anyway), or None."""
    kind, _, rest = word.partition(":")
    if kind == "has" and rest:
        wanted = [p for p in problems if rest in ("problem", p.severity)]
        return wanted[0].what if wanted else None
    if kind in ("layer", "name") and rest:
        return "" if rest in (node.layer if kind == "layer" else node.name).lower() else None
    if word in node.name.lower() or word in node.layer.lower():
        return ""
    texts = (*_attributes(node), *(str(problem) for problem in problems))
    return next((text for text in texts if word in text.lower()), None)


def _attributes(node: Node) -> Iterator[str]:
    """Yield what is set on a node, as it is written in source and as it stands on the node."""
    for name, value in node.attributes.items():
        yield f"{name}={_text(value)}"
        if isinstance(value, tuple):
            yield f"{name} {'x'.join(map(_text, value))}"


def _text(value: Value | object) -> str:
    if isinstance(value, Formula):
        return value.formula
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))})"
    return str(value)
