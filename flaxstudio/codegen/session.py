"""All that is known while a text is read: its classes as blocks or code, the layers, shapes, what to tell."""

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flaxstudio.codegen.attribute_reader import formula_of
from flaxstudio.codegen.class_reader import read_call
from flaxstudio.codegen.draft import Draft, DraftNode
from flaxstudio.codegen.fields_reader import can_be_field, fields_of, is_numbers, values_at
from flaxstudio.codegen.folding import folded
from flaxstudio.codegen.interpreter import Interpreter
from flaxstudio.codegen.own_calls import is_flag
from flaxstudio.codegen.patterns import Patterns, Same
from flaxstudio.codegen.terms import SHAPE, Const, Index, Item, Op, Term, Unreadable, Wire, walk
from flaxstudio.codegen.text_file import TextFile, as_class_name, with_name_changed
from flaxstudio.graph.graph import Edge, Field, Graph, Node, Port, Value
from flaxstudio.graph.library import Block, Code, Library
from flaxstudio.graph.naming import fault_of_class_name
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.layers.code_text import ClassText
from flaxstudio.layers.own import catalogue_of

if TYPE_CHECKING:
    from flaxstudio.codegen.shapes import ShapeInference


Given = Mapping[str, Callable[[], Term]]


@dataclass(frozen=True, slots=True)
class Variant:
    """A class read for what is given to it: the block it became and which argument is which of its ports."""

    block: str
    ports: dict[str, str]
    returns: tuple[bool, ...]
    """Of what its call returns, whether each part is an array; the others are None."""
    fields: dict[str, Term]
    others: dict[str, Term]
    shapes: tuple[tuple[str, ArrayShape | None], ...] | None

    def spec(self, session: "Session") -> LayerSpec:
        """Return the block's spec."""
        return session.catalogue[self.block]


@dataclass(slots=True)
class Session:
    """All that is known while a text is read."""

    file: TextFile
    base: Catalogue
    forced: frozenset[str] = frozenset()
    """Classes that are kept as code."""
    unrolled: set[tuple[int, int]] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    library: Library = Library()
    catalogue: Catalogue = Catalogue(())
    patterns: Patterns = field(init=False)
    variants: dict[str, list[Variant]] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    _codes: dict[str, str] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _inference: "ShapeInference | None" = None

    def __post_init__(self) -> None:
        self.patterns = Patterns(self.base)
        self.catalogue = self.base

    def note(self, text: str) -> None:
        """Keep a sentence for the user, once."""
        if text not in self.notes:
            self.notes.append(text)

    def class_named(self, name: str, line: int) -> ClassText:
        """Return a class of the text; Unreadable where it is no Module."""
        found = self.file.class_named(name)
        if found is None:
            raise Unreadable(line, f"{name} is no linen Module.")
        return found

    def layer_of_catalogue(self, found: ClassText) -> LayerSpec | None:
        """Return the catalogue's own layer whose code a class is, word for word."""
        spec = self.base.get(found.name)
        if spec is None or not isinstance(spec.definition, Code):
            return None
        theirs = next((part for part in ast.parse(spec.definition.text).body if isinstance(part, ast.ClassDef)), None)
        return spec if theirs is not None and ast.dump(theirs) == ast.dump(found.chain[0]) else None

    def code(self, name: str) -> LayerSpec:
        """Return the spec of a class that is kept as code."""
        if name not in self._codes:
            text = self.file.text_of(name)
            own = self._free_name(name if fault_of_class_name(name) is None else as_class_name(name))
            self._define(Code(own, text if own == name else with_name_changed(text, name, own)))
            self._codes[name] = own
        return self.catalogue[self._codes[name]]

    def needed_by_codes(self, library: Library) -> frozenset[str]:
        """Return the text's classes that a library's layers of code are written with."""
        kept = {code.name for code in library.codes}
        return frozenset(name for of, own in self._codes.items() if own in kept for name in self.file.needed_by(of))

    def block(self, reading: Interpreter, found: ClassText, given: Given, arguments: Mapping[str, Term]) -> Variant | None:
        """Return the block that a class is for what is given to it; None where it has to stay code."""
        if found.name in self.forced or found.name in self.why:
            return None
        for variant in self.variants.get(found.name, ()):
            if self._is_for(variant, reading, found, given, arguments):
                return variant
        if found.name in self._open:
            raise Unreadable(0, f"{found.name} uses itself")
        self._open.append(found.name)
        try:
            return self._new_block(reading, found, given, arguments)
        except Unreadable as error:
            if any(_has_turns(tell) for tell in given.values()):  # a loop that is tried as a repeat; it can be unrolled
                raise
            self.why[found.name] = f"line {error.line}: {error.sentence}"
            self.note(f"{found.name} is kept as code: line {error.line}: {error.sentence}")
            return None
        finally:
            self._open.pop()

    def shape(self, reading: Interpreter, wire: Wire) -> ArrayShape | None:
        """Return an array's shape, computed from the layers before it; None where that cannot be."""
        from flaxstudio.codegen.shapes import ShapeInference

        if self._inference is None:
            self._inference = ShapeInference(self.base)
        graph = _graph_to(reading.draft, wire)
        values = values_at(reading, graph, self.catalogue)
        graph = replace(graph, fields=tuple(Field(name, "int", value) for name, value in values.items()))
        if any(node.number in reading.unknown for node in reading.draft.useful([reading.draft.nodes[wire.node]])):
            return None
        found = self._inference.infer(graph, self.catalogue)
        node = found.nodes.get(f"n{wire.node}")
        shape = node.at(wire.port) if node is not None else None
        return shape if isinstance(shape, ArrayShape) else None

    def same(self, reading: Interpreter) -> Same:
        """Return what tells whether two sizes of one array are the same: `x.shape[3]` and `x.shape[-1]`."""

        def is_same(first: Term, second: Term) -> bool:
            if not (_is_size(first) and _is_size(second)):
                return False
            try:
                return reading.settled(first) == reading.settled(second)
            except Unreadable:
                return False

        return is_same

    def is_field(self, reading: Interpreter, spec: LayerSpec, attribute: str, name: str) -> bool:
        """Return whether a field of the class can be one of the graph's, to be used for that attribute."""
        return can_be_field(reading, name, spec.attribute(attribute))

    def is_default(self, found: ClassText, name: str, term: Term) -> bool:
        """Return whether a term is the default of a class's field."""
        default = Interpreter(self, found, {}, {}).default(name)
        return default is not None and folded(default) == term

    def is_numbers(self, reading: Interpreter, name: str) -> bool:
        """Return whether a field holds several whole numbers."""
        return is_numbers(reading, name)

    def repeat_of(self, reading: Interpreter, count: Term) -> Value:
        """Return how often something is repeated: a number or a formula."""
        formula = formula_of(count)
        found = reading.settled(count) if formula is None or isinstance(count, Const) else count
        if isinstance(found, Const) and isinstance(found.value, int):
            return found.value
        if formula is None:
            raise Unreadable(0, "how often a loop runs is not known before the model runs")
        return formula

    def _new_block(self, reading: Interpreter, found: ClassText, given: Given, arguments: Mapping[str, Term]) -> Variant:
        flags = {name: given[name]() for name in given if is_flag(name)}
        inner = Interpreter(self, found, given, flags)
        shapes = {name: self.shape_of(reading, term) for name, term in arguments.items() if isinstance(term, Wire)}
        ports = read_call(inner, arguments, shapes)
        fields = fields_of(inner, inner.draft, self.catalogue)
        graph = inner.draft.graph(fields)
        help_text = " ".join(found.docstring.split())
        name = self._name_of_block(found, graph)
        if name not in self.catalogue:
            self._define(Block(name, graph, help_text))
        kept = [node.name for node in graph.of_layer("Input")]
        used = {argument: inner.draft.nodes[number] for argument, number in ports.items()}
        inputs = self.library.block(name).inputs()
        by_node = {node: port for port, node in inputs.items()}
        names = dict(
            zip((n.number for n in inner.draft.useful(_ends(inner.draft)) if n.spec.name == "Input"), kept, strict=True)
        )
        wired = {argument: by_node[names[node.number]] for argument, node in used.items() if node.number in names}
        others: dict[str, Term] = {argument: term for argument, term in arguments.items() if not isinstance(term, Wire)}
        seen = tuple(sorted(shapes.items())) if inner.facts.has_shapes else None
        known = dict(inner.facts.fields)
        if inner.facts.has_shapes:  # inside, shapes depend on whatever is given
            known |= {name: tell() for name, tell in given.items()}
        variant = Variant(name, wired, inner.returned, known, others, seen)
        self.variants.setdefault(found.name, []).append(variant)
        return variant

    def _is_for(
        self, variant: Variant, reading: Interpreter, found: ClassText, given: Given, arguments: Mapping[str, Term]
    ) -> bool:
        wires = {name: term for name, term in arguments.items() if isinstance(term, Wire)}
        others = {name: term for name, term in arguments.items() if not isinstance(term, Wire)}
        if others != variant.others or not set(variant.ports) <= set(wires):
            return False
        if variant.shapes is not None:
            shapes = tuple(sorted((name, self.shape_of(reading, term)) for name, term in wires.items()))
            if shapes != variant.shapes:
                return False
        now, plain = Interpreter(self, found, given, {}), Interpreter(self, found, {}, {})
        asked = {*variant.fields, *(given if variant.shapes is not None else ())}
        try:
            return all(now.demanded(name) == (variant.fields.get(name) or plain.demanded(name)) for name in asked)
        except Unreadable:
            return False

    def shape_of(self, reading: Interpreter, wire: Term) -> ArrayShape | None:
        """Return an array's shape where it can be known."""
        return self.shape(reading, wire) if isinstance(wire, Wire) else None

    def _name_of_block(self, found: ClassText, graph: Graph) -> str:
        """Return the name of the block that the class has become already, or a free one."""
        own = found.name if fault_of_class_name(found.name) is None else as_class_name(found.name)
        begun = {name for name, field in found.fields().items() if field.value is None}
        bare = _bare(graph, begun)
        known = {variant.block for variant in self.variants.get(found.name, ())}
        same = next((b.name for b in self.library.blocks if b.name in known and _bare(b.graph, begun) == bare), None)
        return same or self._free_name(own)

    def _free_name(self, name: str) -> str:
        taken = {*(spec.name for spec in self.catalogue)}
        number, found = 1, name
        while found in taken:
            number += 1
            found = f"{name}{number}"
        return found

    def _define(self, definition: Block | Code) -> None:
        self.library = self.library.with_definition(definition)
        self.catalogue = catalogue_of(self.library, self.base)


def _has_turns(tell: Callable[[], Term]) -> bool:
    try:
        return any(isinstance(part, Index | Item) for part in walk(tell()))
    except Unreadable:
        return False


def _ends(draft: Draft) -> list[DraftNode]:
    return [node for node in draft.nodes if node.spec.name == "Output"]


def _bare(graph: Graph, begun: Collection[str]) -> Graph:
    """Return a block's graph without what its first use gave to it: shapes, and values of fields without a default."""
    nodes = tuple(Node(n.name, n.layer) if n.layer == "Input" else n for n in graph.nodes)
    fields = tuple(replace(field, default=None) if field.name in begun else field for field in graph.fields)
    return replace(graph, nodes=nodes, fields=fields)


def _graph_to(draft: Draft, wire: Wire) -> Graph:
    useful = draft.useful([draft.nodes[wire.node]])
    nodes = tuple(
        Node(f"n{n.number}", n.spec.name, n.attributes if n.module is None else draft.modules[n.module].attributes)
        for n in useful
    )
    edges = tuple(
        Edge(Port(f"n{source.node}", source.port), Port(f"n{n.number}", port))
        for n in useful
        for port, sources in n.inputs.items()
        for source in sources
    )
    return Graph(nodes, edges)


def _is_size(term: Term) -> bool:
    return isinstance(term, Op) and term.name == "index" and isinstance(term.args[0], Op) and term.args[0].name == SHAPE
