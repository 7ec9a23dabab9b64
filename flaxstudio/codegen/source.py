"""Graph to source text: the linen Module that is shown, executed, trained and exported. One text, one path."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flaxstudio.codegen.class_writer import ClassText, Style, write_class
from flaxstudio.codegen.code_text import split_imports
from flaxstudio.graph.activity import active
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.library import Block, Code, Definition, Imported
from flaxstudio.graph.order import upstream
from flaxstudio.graph.spec import Catalogue

__all__ = ["Source", "Style", "generate", "import_lines"]

_IMPORTS = (
    (r"\bSequence\b", "from collections.abc import Sequence"),
    (r"\bCallable\b", "from collections.abc import Callable"),
    (r"\bAny\b", "from typing import Any"),
    (r"\bnn\.", "import flax.linen as nn"),
    (r"\bjax\.(?!numpy)", "import jax"),
    (r"\bjnp\.", "import jax.numpy as jnp"),
    (r"(?<!\.)\blax\.", "from jax import lax"),
)
"""What a text shows -> the import it needs."""

_FROM_AS = re.compile(r"from ([\w.]+) import (\w+) as (\w+)")

Lines = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Source:
    """Python source of a linen Module.

    `places` tells each node's lines, in pieces of first and last line, counted from 1, by (block, node), the block ""
    for the model's own graph: a node is made in setup and called in each method that uses it. `rngs` are the random
    keys it draws from beside params; `untrusted` the own layers in it whose code the user has not said yes to.
    """

    text: str
    class_name: str
    places: Mapping[tuple[str, str], tuple[Lines, ...]] = field(hash=False)
    uses_train: bool
    rngs: tuple[str, ...] = ()
    untrusted: tuple[str, ...] = ()

    @property
    def lines(self) -> dict[str, Lines]:
        """The first lines of each node of the model's own graph."""
        return {node: pieces[0] for (block, node), pieces in self.places.items() if not block}

    def node_at(self, line: int) -> str:
        """Return the node of the model's own graph whose line this is, or ""."""
        block, node = self.place_at(line)
        return "" if block else node

    def place_at(self, line: int) -> tuple[str, str]:
        """Return the block ("" for the model's own graph) and the node whose line this is, or two times ""."""
        found = (place for place, pieces in self.places.items() if any(first <= line <= last for first, last in pieces))
        return next(found, ("", ""))

    def lines_of(self, block: str, node: str) -> tuple[Lines, ...]:
        """Return the lines of a node in a block's graph, or in the model's own for the block "", in pieces."""
        return self.places.get((block, node), ())


def generate(graph: Graph, class_name: str, catalogue: Catalogue, style: Style = "compact") -> Source:
    """Return the Module's source for a graph, a draft with `...` where the graph is not finished.

    The project's own layers that are used come first, each as a class. Nodes that lead to no Output are left out
    (all are shown while there is no Output), and so is what is muted or bypassed. Literals are the `repr` of values
    that their AttributeSpec has accepted.
    """
    graph = active(graph, catalogue)
    definitions = tuple(definitions_in(_written(graph), catalogue))
    imports: set[str] = {"import flax.linen as nn"}
    classes: list[ClassText] = []
    for definition in definitions:
        match definition:
            case Block():
                classes.append(write_class(definition.graph, definition.name, catalogue, style, definition.help))
            case Code():
                needed, body = split_imports(definition.text)
                imports.update(needed)
                classes.append(ClassText(definition.name, body, {}))
            case Imported():
                imports.add(f"from {definition.module} import {definition.name}")
    model = write_class(graph, class_name, catalogue, style)
    return _assembled(model, classes, imports, graph, catalogue, definitions)


def _written(graph: Graph) -> Graph:
    """Return the graph without the nodes that are left out."""
    useful = upstream(graph, (node.name for node in graph.of_layer("Output"))) or frozenset(graph.names())
    return graph.without_nodes(frozenset(graph.names()) - useful)


def definitions_in(graph: Graph, catalogue: Catalogue) -> Iterator[Definition]:
    """Yield the definitions that a graph uses, each after those that it uses itself."""
    seen: set[str] = set()

    def visit(graph: Graph) -> Iterator[Definition]:
        for node in active(graph, catalogue).nodes:
            spec = catalogue.get(node.layer)
            definition = spec.definition if spec else None
            if definition is None or definition.name in seen:
                continue
            seen.add(definition.name)
            if isinstance(definition, Block):
                yield from visit(definition.graph)
            yield definition

    return visit(graph)


def _assembled(
    model: ClassText,
    classes: list[ClassText],
    imports: set[str],
    graph: Graph,
    catalogue: Catalogue,
    definitions: Iterable[Definition],
) -> Source:
    whole = "\n".join(line for text in (*classes, model) for line in text.lines)
    imports |= {line for pattern, line in _IMPORTS if re.search(pattern, whole)}
    lines = list(import_lines(imports))
    places: dict[tuple[str, str], tuple[Lines, ...]] = {}
    for text in (*classes, model):
        lines += ["", ""]
        offset = len(lines)
        lines += text.lines
        block = "" if text is model else text.name
        for node, pieces in text.places.items():
            places[block, node] = tuple((first + offset, last + offset) for first, last in pieces)
    specs = [(node, spec) for node in graph.nodes if (spec := catalogue.get(node.layer)) is not None]
    return Source(
        "\n".join(lines) + "\n",
        model.name,
        places,
        model.uses_train,
        tuple(dict.fromkeys(rng for _, spec in specs for rng in spec.rngs)),
        tuple(d.name for d in definitions if (spec := catalogue.get(d.name)) and not spec.is_trusted),
    )


def import_lines(imports: set[str]) -> Iterator[str]:
    """Yield import statements in groups: standard library, then the rest; `import` before `from`.

    Where `import flax.linen as nn` stands, `from flax import linen as nn` would say the same again and is left out.
    """
    imports = {
        line
        for line in imports
        if line.startswith("import ") or _FROM_AS.sub(r"import \1.\2 as \3", line) not in imports - {line}
    }
    future = [statement for statement in sorted(imports) if statement.startswith("from __future__ ")]
    yield from (*future, *([""] if future else []))
    imports = imports.difference(future)
    groups: tuple[list[str], list[str]] = ([], [])
    for statement in sorted(imports, key=lambda s: (s.startswith("from"), s.lower())):
        is_standard = statement.split()[1].split(".")[0] in sys.stdlib_module_names
        groups[0 if is_standard else 1].append(statement)
    yield from groups[0]
    if all(groups):
        yield ""
    yield from groups[1]
