"""The catalogue's templates as patterns, and which of them a term is: read off the very templates that source is written by."""

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flaxstudio.codegen.expressions import term_of
from flaxstudio.codegen.terms import (
    Call,
    Const,
    Group,
    Hole,
    Op,
    OwnClass,
    Ref,
    SelfRef,
    Seq,
    Splice,
    Term,
    Train,
    Unreadable,
    is_array,
    walk,
)
from flaxstudio.codegen.vocabulary import default_term, parameters
from flaxstudio.graph.spec import AttributeSpec, Catalogue, LayerSpec

_MARK = re.compile(r"__(port|attribute|optional|group)__(\w+)")
_IMPORTS = {"nn": "flax.linen", "jnp": "jax.numpy", "jax": "jax", "lax": "jax.lax"}
_BUILTINS = ("tuple", "range", "len")
Same = Callable[[Term, Term], bool]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A layer's template as a term. `operator` is that of a layer whose many inputs are joined by one."""

    spec: LayerSpec
    term: Term
    operator: str = ""

    @property
    def weight(self) -> int:
        """How much a term must have to be this."""
        return sum(not isinstance(part, Hole | Group | Splice) for part in walk(self.term))


@dataclass(slots=True)
class Captured:
    """What a term has where its pattern has holes: the terms of ports and attributes, and the call of each group."""

    ports: dict[str, list[Term]] = field(default_factory=dict)
    attributes: dict[str, Term] = field(default_factory=dict)
    groups: dict[str, Call] = field(default_factory=dict)

    def copy(self) -> "Captured":
        """Return a copy to try something with."""
        return Captured({k: list(v) for k, v in self.ports.items()}, dict(self.attributes), dict(self.groups))

    def attribute(self, spec: AttributeSpec) -> Term | None:
        """Return an attribute's term, given or the function's own default; None where it has neither."""
        if spec.name in self.attributes:
            return self.attributes[spec.name]
        call = self.groups.get(spec.group or "attributes")
        return left_out(call, spec.name) if call is not None and spec.is_required else None


class Patterns:
    """The patterns of a catalogue by what they begin with, those that ask most first."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._by_head: dict[str, list[Pattern]] = {}
        self.classes: dict[str, list[Pattern]] = {}
        found = [pattern for spec in catalogue if (pattern := pattern_of(spec)) is not None]
        for pattern in sorted(found, key=lambda pattern: -pattern.weight):
            table = self.classes if pattern.spec.is_module else self._by_head
            table.setdefault(head(pattern.term), []).append(pattern)

    def beginning_like(self, term: Term) -> Iterable[Pattern]:
        """Return the patterns, but those of modules, that a term may be."""
        return self._by_head.get(head(term), ())


def head(term: Term) -> str:
    """Return what a term begins with: the first thing that must be the same in its pattern."""
    match term:
        case Op(name=name):
            return name
        case Call(function=Ref(path=path)):
            return path
        case Call(function=OwnClass(name=name)):
            return name
        case _:
            return ""


def pattern_of(spec: LayerSpec) -> Pattern | None:
    """Return the pattern of a layer's template; None for those that have none."""
    if not spec.constructor:
        return None
    join = spec.join.strip()
    if spec.code == "{inputs}" and join != ",":
        return Pattern(spec, Op(join, ()), join)
    try:
        tree = ast.parse(_filled(spec), mode="eval").body
        return Pattern(spec, term_of(tree, _TemplateNames()))
    except (SyntaxError, Unreadable, KeyError, IndexError):
        return None


def fits(pattern: Pattern, term: Term, same: Same) -> Captured | None:
    """Return what a term has in a pattern's holes, or None where it is something else."""
    captured = Captured()
    if pattern.operator:
        if not isinstance(term, Op) or term.name != pattern.operator or len(term.args) != 2:
            return None
        captured.ports[pattern.spec.inputs[0].name] = _flattened(term, pattern.operator)
        return captured
    return captured if _unified(pattern.term, term, captured, same) else None


def _filled(spec: LayerSpec) -> str:
    """Return the template with marks for all that a node puts in."""
    ports = {port.name: f"__{'optional' if port.is_optional else 'port'}__{port.name}" for port in spec.inputs}
    inputs = ", ".join(
        f"*{ports[port.name]}"
        if port.is_variadic
        else f"{port.keyword}={ports[port.name]}"
        if port.keyword
        else ports[port.name]
        for port in spec.inputs
    )
    attributes = {a.name: f"__attribute__{a.name}" for a in spec.attributes}
    groups = {a.group or "attributes": f"**__group__{a.group or 'attributes'}" for a in spec.attributes}
    groups.setdefault("attributes", "**__group__attributes")
    return spec.constructor.format(**{"inputs": inputs, **ports, **attributes, **groups})


class _TemplateNames:
    """What names mean in templates."""

    def name(self, name: str, line: int) -> Term:  # noqa: ARG002
        if mark := _MARK.fullmatch(name):
            kind, of = mark[1], mark[2]
            return Group(of) if kind == "group" else Hole("port" if kind == "optional" else kind, of, kind == "optional")
        if name == "self":
            return SelfRef()
        if name == "train":
            return Train()
        if name in _IMPORTS:
            return Ref(_IMPORTS[name])
        return Ref(f"builtins.{name}") if name in _BUILTINS else OwnClass(name)

    def of_self(self, name: str, line: int) -> Term:
        return Op(f"attr:{name}", (SelfRef(),), line)

    def function(self, tree: ast.Lambda) -> Term:
        raise Unreadable(tree.lineno, "")

    def comprehension(self, tree: ast.ListComp | ast.GeneratorExp) -> Term:
        raise Unreadable(tree.lineno, "")


def _flattened(term: Term, operator: str) -> list[Term]:
    """Return the operands of `a + b + c`; what stands in brackets stays together."""
    operands: list[Term] = []
    while isinstance(term, Op) and term.name == operator and len(term.args) == 2:
        operands.append(term.args[1])
        term = term.args[0]
    return [term, *reversed(operands)]


def _unified(pattern: Term, term: Term, captured: Captured, same: Same) -> bool:
    match pattern:
        case Hole():
            return _caught(pattern, term, captured, same)
        case Seq(items=items):
            return isinstance(term, Seq) and _items_unified(items, term.items, captured, same)
        case Op(name="index", args=(Op(name="attr:shape", args=(Hole() as hole,)), Const() as place)):
            return _size_unified(hole, place, term, captured, same)
        case Op(name=name, args=args):
            return isinstance(term, Op) and term.name == name and _operands_unified(name, args, term.args, captured, same)
        case Call(function=function):
            return (
                isinstance(term, Call)
                and _unified(function, term.function, captured, same)
                and _arguments_unified(pattern, term, captured, same)
            )
        case _:
            return pattern == term or same(pattern, term)


def _size_unified(hole: Hole, place: Const, term: Term, captured: Captured, same: Same) -> bool:
    """`x.shape[3]` and `x.shape[-1]` may be the same."""
    match term:
        case Op(name="index", args=(Op(name="attr:shape", args=(array,)) as shape, given)):
            wanted = Op("index", (shape, place))
            return _caught(hole, array, captured, same) and (given == place or same(wanted, term))
        case _:
            return False


def _operands_unified(name: str, patterns: tuple[Term, ...], terms: tuple[Term, ...], captured: Captured, same: Same) -> bool:
    if len(patterns) != len(terms):
        return False
    orders = [terms, terms[::-1]] if name in ("+", "*") else [terms]
    for order in orders:
        tried = captured.copy()
        if all(_unified(p, t, tried, same) for p, t in zip(patterns, order, strict=True)):
            captured.ports, captured.attributes, captured.groups = tried.ports, tried.attributes, tried.groups
            return True
    return False


def _items_unified(patterns: tuple[Term, ...], terms: tuple[Term, ...], captured: Captured, same: Same) -> bool:
    place = next((i for i, pattern in enumerate(patterns) if isinstance(pattern, Splice)), None)
    if place is None:
        return len(patterns) == len(terms) and all(_unified(p, t, captured, same) for p, t in zip(patterns, terms, strict=True))
    after = len(patterns) - place - 1
    spliced = patterns[place]
    if len(terms) < place + after or not isinstance(spliced, Splice) or not isinstance(spliced.term, Hole):
        return False
    middle = terms[place : len(terms) - after]
    ends = (*terms[:place], *terms[len(terms) - after :])
    others = (*patterns[:place], *patterns[place + 1 :])
    hole = spliced.term
    if hole.kind == "port":
        if any(isinstance(item, Splice) for item in middle):
            return False
        captured.ports[hole.name] = list(middle)
    else:
        only = middle[0] if len(middle) == 1 else None
        captured.attributes[hole.name] = only.term if isinstance(only, Splice) else Seq(middle)
    return all(_unified(p, t, captured, same) for p, t in zip(others, ends, strict=True))


def _arguments_unified(pattern: Call, term: Call, captured: Captured, same: Same) -> bool:
    asked = {key: value for key, value in pattern.args if not isinstance(value, Group) and key != "parent"}
    group = next((value.name for _, value in pattern.args if isinstance(value, Group)), None)
    given = {key: value for key, value in term.args if key != "parent"}
    for key, wanted in asked.items():
        value = given.pop(key, None)
        if value is None:
            value = left_out(term, key)
        if value is None or (isinstance(wanted, Hole) and wanted.is_optional and value == Const(None)):
            if isinstance(wanted, Hole) and wanted.is_optional:
                continue
            return False
        if not _unified(wanted, value, captured, same):
            return False
    if group is None:
        return not given
    captured.groups[group] = term
    return all(_put(captured.attributes, key, value) for key, value in given.items())


def _put(table: dict[str, Term], key: str, value: Term) -> bool:
    """Keep what an attribute is; a second mention must say the same."""
    return table.setdefault(key, value) == value


def left_out(term: Call, key: str) -> Term | None:
    """Return the default of an argument that a call leaves out, if it has one that can be written."""
    listed: Mapping[str, Term | None] = {}
    if isinstance(term.function, Ref):
        listed = {p.name: default_term(p) for p in parameters(term.function.path) or ()}
    return listed.get(key)


def _caught(hole: Hole, term: Term, captured: Captured, same: Same) -> bool:
    if is_array(term) != (hole.kind == "port"):
        return False
    if hole.kind == "attribute":
        return _put(captured.attributes, hole.name, term)
    known = captured.ports.setdefault(hole.name, [term])
    return known == [term] or (len(known) == 1 and same(known[0], term))


def reference(source: str) -> Term:
    """Return the term of a source text that stands in a spec: an attribute's expression."""
    return term_of(ast.parse(source, mode="eval").body, _TemplateNames())
