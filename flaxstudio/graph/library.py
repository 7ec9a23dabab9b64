"""The layers of a project's own: blocks drawn as graphs, layers written as code, and classes of installed packages."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from flaxstudio.graph.graph import Field, Graph


@dataclass(frozen=True, slots=True)
class Block:
    """A graph used as a layer. `name` is its class's name, the graph's fields are its attributes."""

    name: str
    graph: Graph = Graph()
    help: str = ""

    def inputs(self) -> dict[str, str]:
        """Return port -> Input node, in order; a single one is called "in", as those of other layers."""
        return _ports(self.graph, "Input", "in")

    def outputs(self) -> dict[str, str]:
        """Return port -> Output node, in order; a single one is called "out"."""
        return _ports(self.graph, "Output", "out")


@dataclass(frozen=True, slots=True)
class Code:
    """A linen Module in source text. `name` is the class in it that is the layer; the text may define others that it needs."""

    name: str
    text: str

    @property
    def hash(self) -> str:
        """The text's hash, by which a user's consent to run it is remembered."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Imported:
    """A linen Module of an installed package, `from MODULE import NAME`, described once, so that opening needs no import.

    `inputs` are the call's arrays; `flag` is the call's argument that tells training from use, with `flag_means_train`
    saying which value means training.
    """

    name: str
    module: str
    fields: tuple[Field, ...] = ()
    inputs: tuple[str, ...] = ("x",)
    flag: str = ""
    flag_means_train: bool = True

    @property
    def hash(self) -> str:
        """The hash of what is imported, by which a user's consent is remembered."""
        return hashlib.sha256(f"from {self.module} import {self.name}".encode()).hexdigest()


Definition = Block | Code | Imported
T = TypeVar("T", bound=Definition)


@dataclass(frozen=True, slots=True)
class Library:
    """The layers of a project's own, each of a name of its own, in the order they were made."""

    blocks: tuple[Block, ...] = ()
    codes: tuple[Code, ...] = ()
    imports: tuple[Imported, ...] = ()

    def __iter__(self) -> Iterator[Definition]:
        yield from self.blocks
        yield from self.codes
        yield from self.imports

    @property
    def hashes(self) -> frozenset[str]:
        """The hashes of all code that its layers run."""
        return frozenset(code.hash for code in self.codes) | frozenset(imported.hash for imported in self.imports)

    def get(self, name: str) -> Definition | None:
        """Return the definition of that name, if any."""
        return next((definition for definition in self if definition.name == name), None)

    def block(self, name: str) -> Block:
        """Return the block of that name; KeyError if there is none."""
        found = self.get(name)
        if not isinstance(found, Block):
            raise KeyError(name)
        return found

    def with_definition(self, definition: Definition) -> "Library":
        """Return the library with a definition added, or put in the place of the one of its name."""
        match definition:
            case Block():
                return replace(self, blocks=_with(self.blocks, definition))
            case Code():
                return replace(self, codes=_with(self.codes, definition))
            case Imported():
                return replace(self, imports=_with(self.imports, definition))

    def without(self, name: str) -> "Library":
        """Return the library without the definition of that name."""
        return Library(
            tuple(d for d in self.blocks if d.name != name),
            tuple(d for d in self.codes if d.name != name),
            tuple(d for d in self.imports if d.name != name),
        )

    def used_by(self, graph: Graph) -> "Library":
        """Return only what a graph uses, directly or inside its blocks."""
        used: set[str] = set()
        todo = [graph]
        while todo:
            for node in todo.pop().nodes:
                found = self.get(node.layer)
                if found is not None and found.name not in used:
                    used.add(found.name)
                    todo.extend([found.graph] if isinstance(found, Block) else [])
        return Library(
            tuple(d for d in self.blocks if d.name in used),
            tuple(d for d in self.codes if d.name in used),
            tuple(d for d in self.imports if d.name in used),
        )


def _with(definitions: tuple[T, ...], new: T) -> tuple[T, ...]:
    if any(old.name == new.name for old in definitions):
        return tuple(new if old.name == new.name else old for old in definitions)
    return (*definitions, new)


def _ports(graph: Graph, layer: str, only: str) -> dict[str, str]:
    names = [node.name for node in graph.of_layer(layer)]
    return {only: names[0]} if len(names) == 1 else {name: name for name in names}
