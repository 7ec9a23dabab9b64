"""A class's fields as fields of the graph: what they may hold is read off where they are used, else off their annotation."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flaxstudio.codegen.attribute_reader import Mismatch, value_of
from flaxstudio.codegen.draft import Draft
from flaxstudio.codegen.folding import folded, plain
from flaxstudio.codegen.terms import Const, FieldOf, Seq, Term, Unreadable
from flaxstudio.graph.fields import BASIC_FIELDS, field_spec
from flaxstudio.graph.formula import names_in
from flaxstudio.graph.graph import Field, Formula, Graph, Value
from flaxstudio.graph.library import Block
from flaxstudio.graph.naming import fault_of_field
from flaxstudio.graph.spec import AttributeSpec, Catalogue
from flaxstudio.layers.code_attributes import attribute_of, required_value

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Interpreter

_BASIC = ("int", "float", "bool", "ints")


def fields_of(reading: "Interpreter", draft: Draft, catalogue: Catalogue) -> tuple[Field, ...]:
    """Return the fields that the graph uses or could use, in the class's order."""
    uses = list(_uses(draft))
    found = []
    for name in reading.found.fields():
        like = _like(reading, name, uses, catalogue)
        field = _field(reading, name, like, catalogue) if like else None
        if field is not None:
            found.append(field)
    kept = {field.name for field in found}
    if lost := sorted({name for _, _, formula in uses for name in names_in(formula)} - kept):
        raise Unreadable(reading.found.chain[0].lineno, f"What the field {lost[0]} may hold is not known.")
    return tuple(found)


def can_be_field(reading: "Interpreter", name: str, attribute: AttributeSpec) -> bool:
    """Return whether a field's default is a value that the graph can hold where the field is used."""
    if not reading.has_field(name) or fault_of_field(name):
        return False
    default = reading.default(name)
    if default is None:
        return True
    if _is_numeric(default):
        return True
    try:
        value_of(attribute, default, reading.known, lambda _: False)
    except Mismatch:
        return False
    return True


def values_at(reading: "Interpreter", graph: Graph, catalogue: Catalogue) -> dict[str, Value]:
    """Return what the fields are that a graph's formulas name, as far as that is known here."""
    found: dict[str, Value] = {}
    for node in graph.nodes:
        for key, value in node.attributes.items():
            for name in names_in(value) if isinstance(value, Formula) else ():
                if reading.has_field(name) and isinstance(value, Formula):
                    attribute = catalogue[node.layer].attribute(key)
                    is_whole = value.formula == name and not value.is_each
                    found.update(_value_now(reading, name, attribute if is_whole else None))
    return found


def _value_now(reading: "Interpreter", name: str, attribute: AttributeSpec | None) -> dict[str, Value]:
    try:
        term = reading.peeked(name)
        return {name: plain(term) if attribute is None else value_of(attribute, term, lambda _: None, lambda _: False)}
    except (LookupError, Mismatch, Unreadable):
        return {}


def peeked(reading: "Interpreter", term: Term) -> Term:
    """Return what a term is for what the fields are now, without keeping that they were asked for."""
    try:
        return folded(term, lambda part: reading.peeked(part.name) if isinstance(part, FieldOf) else None)
    except Unreadable:
        return term


def is_single(reading: "Interpreter", term: Term) -> bool:
    """Return whether a term is one number, not one for each dimension."""
    found = peeked(reading, term)
    if isinstance(found, FieldOf):
        spec = _annotated(reading, found.name)
        return spec is not None and spec.type == "int"
    return isinstance(found, Const) and isinstance(found.value, int)


def is_numbers(reading: "Interpreter", name: str) -> bool:
    """Return whether a field holds several whole numbers."""
    default = reading.default(name)
    if default is not None:
        settled = reading.settled(default)
        return isinstance(settled, Seq) and bool(settled.items) and all(_is_whole(item) for item in settled.items)
    kind = attribute_of(name, reading.found.fields()[name].annotation, None, reading.session.file.meanings)
    return kind is not None and kind.type == "ints"


def _uses(draft: Draft) -> Iterator[tuple[str, str, Formula]]:
    """Yield layer, attribute and formula of all that is computed from fields."""
    useful = draft.useful([node for node in draft.nodes if node.spec.name == "Output"])
    for node in useful:
        attributes = node.attributes if node.module is None else draft.modules[node.module].attributes
        for key, value in attributes.items():
            if isinstance(value, Formula):
                yield node.spec.name, key, value


def _like(reading: "Interpreter", name: str, uses: list[tuple[str, str, Formula]], catalogue: Catalogue) -> str:
    own = [use for use in uses if name in names_in(use[2])]
    for layer, attribute, formula in own:
        if formula.formula != name:
            continue
        if formula.is_each:
            return "ints"
        if attribute == "repeat":
            return "int"
        return _resolved(layer, attribute, catalogue)
    if not own and name in reading.facts.fields:
        return ""
    spec = _annotated(reading, name)
    if spec is not None and spec.type in _BASIC and not spec.is_optional:
        return spec.type
    return _of_default(reading, name) if own else ""


def _of_default(reading: "Interpreter", name: str) -> str:
    """Return what a field that is calculated with is like, where its annotation does not tell."""
    default = reading.default(name)
    match None if default is None else reading.settled(default):
        case Seq():
            return "ints"
        case Const(value=float()):
            return "float"
        case _:
            return "int"


def _resolved(layer: str, attribute: str, catalogue: Catalogue) -> str:
    """Return what an attribute is like; that of a block is like its field."""
    definition = catalogue[layer].definition
    field = definition.graph.field(attribute) if isinstance(definition, Block) else None
    return field.like if field is not None else f"{layer}.{attribute}"


def _annotated(reading: "Interpreter", name: str) -> AttributeSpec | None:
    annotation = reading.found.fields()[name]
    return attribute_of(name, annotation.annotation, annotation.value, reading.session.file.meanings)


def _field(reading: "Interpreter", name: str, like: str, catalogue: Catalogue) -> Field | None:
    if fault_of_field(name):
        return None
    spec = field_spec(Field(name, like, None), catalogue)
    if spec is None:
        return None
    default = reading.default(name)
    value: Value
    if default is None:
        value = _usual(name, like, spec)
        reading.note(f"{name} has no default in the text; it begins with {value}.")
    else:
        try:
            value = value_of(spec, default, reading.known, lambda _: False)
        except Mismatch:
            return None
    return Field(name, like, value)


def _usual(name: str, like: str, spec: AttributeSpec) -> Value:
    if like in BASIC_FIELDS:
        return required_value(name, like)
    usual = required_value(name, spec.type, spec.choices)
    return usual if spec.fault(usual) is None else AttributeSpec(name, spec.type, None, "").default


def _is_numeric(term: Term) -> bool:
    match term:
        case Const(value=value):
            return isinstance(value, int | float)
        case Seq(items=items):
            return bool(items) and all(_is_whole(item) for item in items)
        case _:
            return False


def _is_whole(term: Term) -> bool:
    return isinstance(term, Const) and isinstance(term.value, int) and not isinstance(term.value, bool)
