"""What a term comes to: layers that a pattern knows become nodes, calls of modules are made, the rest is kept as it is."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from flaxstudio.codegen import module_calls, module_making
from flaxstudio.codegen.attribute_reader import Mismatch, is_default_of, kernel_of, spread, value_of
from flaxstudio.codegen.draft import DraftNode
from flaxstudio.codegen.equivalents import equivalents
from flaxstudio.codegen.fields_reader import is_single, peeked
from flaxstudio.codegen.folding import folded, truth
from flaxstudio.codegen.patterns import Captured, Pattern, fits
from flaxstudio.codegen.terms import (
    Call,
    Closure,
    Const,
    FieldOf,
    Index,
    Item,
    ModuleRef,
    Op,
    OwnClass,
    Ref,
    SelfRef,
    Seq,
    Splice,
    Term,
    Train,
    Unreadable,
    Wire,
    is_array,
    parts,
    rebuilt,
    walk,
)
from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import LayerSpec

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Interpreter


_IDLE = frozenset({"axis_name", "axis_index_groups"})


def value(reading: "Interpreter", term: Term) -> Term:
    """Return what a term comes to."""
    match term:
        case Seq(items=items):
            return Seq(tuple(part for item in items for part in _spliced(reading, item)))
        case Op(name="if", args=(test, chosen, other)):
            return _chosen(reading, term, test, chosen, other)
        case Op(name="and" | "or"):
            return _either(reading, term)
        case Call():
            called = _called(reading, term)
            return _computed(reading, term) if called is None else called
        case Op():
            return _computed(reading, term)
        case _:
            return term


def as_wire(reading: "Interpreter", term: Term, line: int = 0) -> Wire:
    """Return the array that a term is; Unreadable where it is none that a layer gives."""
    found = value(reading, term)
    if isinstance(found, Wire):
        return found
    raise Unreadable(getattr(found, "line", 0) or line, why_not(reading, found))


def why_not(reading: "Interpreter", term: Term) -> str:
    """Return why a term is no array that a node gives, as a sentence about the innermost part that is at fault."""
    for part in parts(term):
        if isinstance(part, Call | Op) and (is_array(part) or _is_of_self(part) or _is_of_jax(part)):
            return why_not(reading, part)
    for pattern in reading.session.patterns.beginning_like(term):
        captured = fits(pattern, term, reading.session.same(reading))
        if captured is not None and all(is_array(t) for terms in captured.ports.values() for t in terms):
            try:
                attributes_of(reading, pattern.spec, captured)
            except Mismatch as mismatch:
                return f"{pattern.spec.name}: {mismatch}."
    return f"{described(term)} is no layer that Flax Studio knows."


def described(term: Term) -> str:
    """Return a term in the words of the text, as short as can be."""
    match term:
        case Call(function=Ref(path=path)):
            return f"`{path.replace('builtins.', '').replace('flax.linen.', 'nn.').replace('jax.numpy.', 'jnp.')}`"
        case Call(function=Op(name=name, args=(SelfRef(),))) | Op(name=name, args=(SelfRef(),)):
            return f"`{name.replace('attr:', 'self.')}`"
        case Call(function=Call() as maker):
            return described(maker)
        case Call(function=Op(name=name)):
            return f"“{name.removeprefix('attr:')}”"
        case Op(name="index"):
            return "An index or slice like this"
        case Op(name=name):
            return f"“{name.removeprefix('attr:')}” of these values"
        case Const(value=found):
            return f"{found!r}"
        case Seq():
            return "A tuple"
        case Train():
            return "train"
        case FieldOf(name=name) | Item(field=name):
            return f"`self.{name}`"
        case _:
            return "This"


def attributes_of(reading: "Interpreter", spec: LayerSpec, captured: Captured) -> dict[str, Value]:
    """Return the attributes that a pattern has caught; Mismatch where one of them is no value."""
    own = {a.name for a in spec.attributes}
    idle = [name for name in captured.attributes if name not in own and name in _IDLE]
    for name in idle:
        reading.note(f"{spec.name}: {name} is left out; it only counts where several devices compute together.")
        del captured.attributes[name]
    unknown = next((name for name in captured.attributes if name not in own), None)
    if unknown is not None:
        raise Mismatch(f"{unknown} cannot be set on a node")
    terms = {a.name: term for a in spec.attributes if not a.is_call and (term := captured.attribute(a)) is not None}
    missing = next((a.name for a in spec.attributes if a.is_required and not a.is_call and a.name not in terms), None)
    if missing is not None:
        raise Mismatch(f"{missing} is not given")
    return attributes_from(reading, spec, terms)


def attributes_from(reading: "Interpreter", spec: LayerSpec, terms: Mapping[str, Term]) -> dict[str, Value]:
    """Return the values of attributes, those that are the default left out; Mismatch where one is none."""
    found: dict[str, Value] = {}
    for name, term in terms.items():
        if is_array(term):
            raise Mismatch(f"{name} is computed by the model")
        attribute = spec.attribute(name)
        try:
            found[name] = value_of(attribute, term, reading.known, partial(reading.session.is_field, reading, spec, name))
        except Mismatch as mismatch:
            raise Mismatch(f"{name} {mismatch}") from None
    # a single number is meant for every dimension where Flax wants one for each
    listed = [a for a in spec.attributes if a.name in terms and a.type in ("ints", "padding")]
    singles = {a.name: bool(a.lengths or a.type == "padding") for a in listed if is_single(reading, terms[a.name])}
    kernel = kernel_of(spec)
    sizes = peeked(reading, terms[kernel.name]) if kernel is not None and kernel.name in terms else None
    found = spread(found, singles, len(sizes.items) if isinstance(sizes, Seq) else 1)
    return {name: given for name, given in found.items() if not is_default_of(spec.attribute(name), given)}


def outputs_of(node: DraftNode, ports: tuple[str, ...] = ()) -> Term:
    """Return what a node gives out: one wire, or several in the order of its ports."""
    wires = tuple(Wire(node.number, port.name) for port in node.spec.outputs if not port.is_optional or port.name in ports)
    return wires[0] if len(wires) == 1 else Seq(wires)


def _spliced(reading: "Interpreter", item: Term) -> Iterator[Term]:
    if not isinstance(item, Splice):
        yield value(reading, item)
        return
    inner = folded(value(reading, item.term), reading.known)
    if not isinstance(inner, Seq):
        raise Unreadable(0, "how many values there are is not known before the model runs")
    yield from inner.items


def _chosen(reading: "Interpreter", term: Op, test: Term, chosen: Term, other: Term) -> Term:
    if any(isinstance(part, Train) for part in walk(test)):
        return _computed(reading, term)
    decided = truth(reading.settled(value(reading, test)))
    if decided is None:
        raise Unreadable(term.line, "which of two values is taken is not known before the model runs.")
    return value(reading, chosen if decided else other)


def _either(reading: "Interpreter", term: Op) -> Term:
    args = term.args
    for place, arg in enumerate(args):
        found = value(reading, arg)
        decided = truth(reading.settled(found)) if not isinstance(found, Wire) else True
        if decided is None:
            return term
        if place == len(args) - 1 or decided == (term.name == "or"):
            return found
    return term


def _called(reading: "Interpreter", term: Call) -> Term | None:
    """Return what a call of a module or of the text's own functions comes to; None for calls of Flax's and JAX's."""
    term = _unpacked(reading, term)
    function = term.function
    if isinstance(function, FieldOf):
        function = reading.demanded(function.name)
    if isinstance(function, Call | Op):
        function = module_calls.callee(reading, function)
    if isinstance(function, ModuleRef):
        return module_calls.call(reading, function, term)
    if isinstance(function, Closure):
        positional = [value(reading, arg) for key, arg in term.args if key.isdigit()]
        keywords = [(key, value(reading, arg)) for key, arg in term.args if not key.isdigit()]
        return reading.inline(function, positional, keywords, term.line)
    if isinstance(function, OwnClass) and reading.session.file.class_named(function.name) is None:
        return replace(term, function=function)  # a plain dataclass
    if isinstance(function, OwnClass) or module_making.is_class(function):
        return reading.make(term if function is term.function else module_making.with_function(term, function))
    if function != term.function:
        return value(reading, module_making.with_function(term, function))
    return module_calls.special(reading, term)


def _unpacked(reading: "Interpreter", term: Call) -> Call:
    """Return a call with `**options` written out, where they are known."""
    options = term.get("**")
    if options is None:
        return term
    found = reading.settled(options)
    if not isinstance(found, Op) or found.name != "dict":
        raise Unreadable(term.line, "which arguments are given is not known before the model runs")
    pairs = [pair.items for pair in found.args if isinstance(pair, Seq)]
    named = tuple((str(key.value), value) for key, value in pairs if isinstance(key, Const))
    return replace(term, args=(*term.without("**").args, *named))


def _computed(reading: "Interpreter", term: Op | Call) -> Term:
    """Return the node's output that a term is by one of the patterns, whole or by its parts."""
    settled = rebuilt(term, lambda part: value(reading, part) if is_effect(part) else part)
    found = _matched(reading, settled)
    if found is not None:
        return found
    if (
        isinstance(settled, Op)
        and settled.name in ("slice", "attr:shape", "attr:ndim", "attr:dtype")
        and not _has_calls(settled)
    ):
        return settled
    inner = rebuilt(settled, lambda part: part if isinstance(part, Ref | OwnClass) else value(reading, part))
    if inner != settled:
        found = _matched(reading, inner)
    return folded(inner) if found is None else found


def is_effect(term: Term) -> bool:
    """Return whether a term must be computed once: a module or a function of the text is called in it."""
    return any(
        isinstance(part, Call) and not isinstance(part.function, Ref) and not _is_plain_method(part) for part in walk(term)
    )


def _is_plain_method(call: Call) -> bool:
    return isinstance(call.function, Op) and call.function.name == "attr:make_rng"


def _is_of_self(term: Term) -> bool:
    """Return whether a term asks the Module for something: a param of its own, say."""
    return any(isinstance(part, SelfRef) for part in walk(term))


def _is_of_jax(term: Term) -> bool:
    """Return whether a term holds a call of JAX's, which makes an array even of numbers."""
    calls = (part.function for part in walk(term) if isinstance(part, Call))
    return any(isinstance(function, Ref) and function.path.startswith("jax.") for function in calls)


def _has_calls(term: Term) -> bool:
    return any(isinstance(part, Call) for part in walk(term))


def _matched(reading: "Interpreter", term: Term) -> Term | None:
    if not is_array(term) or _is_part_of_state(reading, term):
        return None
    for form in (term, *equivalents(term, reading.known)):
        for pattern in reading.session.patterns.beginning_like(form):
            captured = fits(pattern, form, reading.session.same(reading))
            if captured is None or not _has_arrays(captured) or _has_twins(captured):
                continue
            try:
                attributes = attributes_of(reading, pattern.spec, captured)
            except Mismatch:
                continue
            return _node(reading, pattern, captured, attributes, getattr(term, "line", 0))
    return None


def _is_part_of_state(reading: "Interpreter", term: Term) -> bool:
    """Return whether a term is one array of a state of several: `carry[1]` of an LSTM is no row of an array."""
    match term:
        case Op(name="index", args=(Wire(node=node, port=port), Const())):
            given = reading.draft.nodes[node].spec.output(port)
            return given is not None and given.parts > 1
        case _:
            return False


def _has_arrays(captured: Captured) -> bool:
    return all(is_array(term) for terms in captured.ports.values() for term in terms)


def _has_twins(captured: Captured) -> bool:
    """Return whether one port gets the same array twice, which no two wires can tell."""
    return any(len(set(terms)) < len(terms) for terms in captured.ports.values())


def _node(reading: "Interpreter", pattern: Pattern, captured: Captured, attributes: dict[str, Value], line: int) -> Term:
    inputs = {port: tuple(as_wire(reading, term, line) for term in terms) for port, terms in captured.ports.items()}
    node = reading.draft.add(pattern.spec, attributes, inputs, line=line)
    return outputs_of(node)


def has_loop(term: Term) -> bool:
    """Return whether a term depends on a loop's turn."""
    return any(isinstance(part, Index | Item) for part in walk(term))
