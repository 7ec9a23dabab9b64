"""Where in a project one stands: in the model's graph, or in a block, reached by opening one node after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flaxstudio.graph.graph import Graph
from flaxstudio.graph.library import Block
from flaxstudio.project.project import Project


@dataclass(frozen=True, slots=True)
class Place:
    """A way of node names, each opened in the graph before it.

    `root` is the graph it begins in: "" for the model's own, else a block that was opened by itself.
    """

    root: str = ""
    path: tuple[str, ...] = ()

    def inner(self, node: str) -> "Place":
        """Return the place inside a node that stands here."""
        return replace(self, path=(*self.path, node))

    def outer(self) -> "Place":
        """Return the place one step out; the model's graph at the end."""
        return replace(self, path=self.path[:-1]) if self.path else Place()

    def steps(self) -> tuple["Place", ...]:
        """Return every place on the way here, the outermost first and this one last."""
        ways = (self.path[:length] for length in range(len(self.path) + 1))
        places = tuple(Place(self.root, way) for way in ways)
        return (Place(), *places) if self.root else places


def block_at(project: Project, place: Place) -> str | None:
    """Return the block whose graph is at a place, "" for the model's own, or None where there is no such place."""
    block = place.root
    for name in place.path:
        graph = _graph(project, block)
        if graph is None or not graph.has_node(name):
            return None
        block = graph.node(name).layer
    return block if _graph(project, block) is not None else None


def nearest(project: Project, place: Place) -> Place:
    """Return the place itself, or the nearest one on the way to it that is there."""
    return next(step for step in reversed((Place(), *place.steps())) if block_at(project, step) is not None)


def place_of_block(project: Project, block: str, near: Place | None = None) -> Place:
    """Return where a block is to be seen: where one stands, else at its first node in the model, else by itself."""
    near = near or Place()
    if not block or block_at(project, near) == block:
        return near if block else Place()
    inside = (place for place in near.steps() if block_at(project, place) == block)
    return next(inside, None) or next(_uses(project, block), Place(block))


def ways_to(project: Project, block: str, within: tuple[str, ...] = ("",)) -> Iterator[tuple[str, ...]]:
    """Yield the names on the way to every node of a block in the model; `within` are the blocks that lie around."""
    graph = _graph(project, within[-1])
    for node in graph.nodes if graph else ():
        if node.layer == block:
            yield (node.name,)
        elif node.layer not in within and isinstance(project.library.get(node.layer), Block):
            yield from ((node.name, *rest) for rest in ways_to(project, block, (*within, node.layer)))


def _uses(project: Project, block: str) -> Iterator[Place]:
    """Yield the places of a block inside the model, the shallowest first; each block is looked into once."""
    todo, seen = [("", Place())], {""}
    while todo:
        name, place = todo.pop(0)
        graph = _graph(project, name)
        for node in graph.nodes if graph else ():
            if node.layer == block:
                yield place.inner(node.name)
            if node.layer not in seen and isinstance(project.library.get(node.layer), Block):
                seen.add(node.layer)
                todo.append((node.layer, place.inner(node.name)))


def _graph(project: Project, block: str) -> Graph | None:
    if not block:
        return project.graph
    found = project.library.get(block)
    return found.graph if isinstance(found, Block) else None
