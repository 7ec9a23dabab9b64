"""Calls of modules: Flax's layers, chains of them, scans, and those that the text defines itself."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from flaxstudio.codegen import loop_ends, own_calls, values
from flaxstudio.codegen.attribute_reader import Mismatch, value_of
from flaxstudio.codegen.draft import DraftModule
from flaxstudio.codegen.module_making import (
    PARTIAL,
    SCAN,
    arguments,
    check_scan,
    expanded,
    is_class,
    is_class_call,
    is_lifted,
    length_of,
    unbound,
)
from flaxstudio.codegen.normal_forms import called
from flaxstudio.codegen.patterns import fits
from flaxstudio.codegen.terms import (
    NONE,
    TRUE,
    Call,
    Closure,
    Const,
    ModuleRef,
    Op,
    OwnClass,
    Ref,
    SelfRef,
    Seq,
    Term,
    Train,
    Unreadable,
    Wire,
)
from flaxstudio.codegen.vocabulary import named, parameters
from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import LayerSpec

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Interpreter


SEQUENTIAL = "flax.linen.Sequential"
_NEWER = {"flax.linen.SelfAttention": "flax.linen.MultiHeadDotProductAttention"}
"""Old class -> the one with the same params and outputs that stands for it here."""


def callee(reading: "Interpreter", function: Term) -> Term:
    """Return what is called, where that is itself computed: a module that was just made, a method of one."""
    if isinstance(function, Call):
        if is_class(function) or is_lifted(function):
            return function
        return values.value(reading, function)
    if isinstance(function, Op) and function.name == "index":
        return values.value(reading, reading.settled(function))
    if isinstance(function, Op) and function.args and is_class_call(function.args[0]):
        return Op(function.name, (values.value(reading, function.args[0]),), function.line)
    return function


def special(reading: "Interpreter", term: Call) -> Term | None:
    """Return what a call comes to that is neither a layer nor a module; None where it is nothing special."""
    match term.function:
        case Ref(path="flax.linen.merge_param"):
            return _merged([reading.settled(arg) for _, arg in term.args], term.line)
        case Ref(path=path) if path == PARTIAL:
            return term
        case Ref(path="builtins.getattr"):
            return _named_attribute(reading, term)
        case Call(function=Ref(path="functools.partial"), args=bound):
            return values.value(reading, unbound(bound, term))
        case Call(function=Ref(path=path)) if path == SCAN:
            return _scanned(reading, term)
        case Op(name=name, args=(ModuleRef() as owner,)):
            return own_calls.call_method(reading, owner, name.removeprefix("attr:"), term)
        case _:
            return None


def call(reading: "Interpreter", owner: ModuleRef, term: Call, method: str = "") -> Term:
    """Return what a module gives for these arguments; `method` is what is called, with its dot, if not the call itself."""
    module = reading.draft.modules[owner.number]
    made = module.made
    assert isinstance(made, Call)
    positional, keywords = arguments(term)
    positional = [values.value(reading, arg) for arg in positional]
    keywords = [(key, values.value(reading, arg)) for key, arg in keywords]
    if made.function == Ref(SEQUENTIAL):
        return _chained(reading, module, positional, keywords, term.line)
    if isinstance(made.function, OwnClass):
        return own_calls.call(reading, module, positional, keywords, term.line)
    return _layer(reading, module, positional, keywords, term.line, method)


def resolve(reading: "Interpreter", module: DraftModule, line: int, method: str = "") -> LayerSpec:
    """Find out which layer a module is, with its attributes."""
    if method in module.specs:
        return module.specs[method]
    made = expanded(reading, module.made)
    assert isinstance(made, Call)
    assert isinstance(made.function, Ref)
    why = f"{values.described(made)} is no layer that Flax Studio knows."
    path = _NEWER.get(made.function.path, made.function.path)
    made = replace(made, function=Ref(path))
    for pattern in reading.session.patterns.classes.get(path, ()):
        spec = pattern.spec
        if spec.method != method:
            continue
        flags = {*_flags(spec), *(port.argument.partition("=")[0] for port in spec.outputs if port.argument)}
        captured = fits(pattern, made.without(*flags), reading.session.same(reading))
        if captured is None:
            continue
        try:
            attributes = values.attributes_of(reading, spec, captured)
        except Mismatch as mismatch:
            why = f"{spec.name}: {mismatch}."
            continue
        module.flags.update({key: arg for key, arg in made.args if key in flags})
        return settle(reading, module, spec, attributes)
    raise Unreadable(made.line or line, why)


def settle(reading: "Interpreter", module: DraftModule, spec: LayerSpec, attributes: dict[str, Value]) -> LayerSpec:
    """Keep what a module turned out to be."""
    allowed = {attribute.name for attribute in (*spec.wrapping, *spec.attributes)}
    wrapping = {name: value for name, value in module.attributes.items() if name in allowed}
    if dropped := sorted(set(module.attributes) - set(wrapping)):
        reading.note(f"{spec.name}: {', '.join(dropped)} is left out; it changes no result.")
    module.specs[spec.method] = spec
    module.attributes = {**attributes, **wrapping}
    return spec


def wires_at(reading: "Interpreter", given: Sequence[tuple[str, Term]], line: int) -> dict[str, tuple[Wire, ...]]:
    """Return port -> its wire, of those that are given anything."""
    return {port: (values.as_wire(reading, term, line),) for port, term in given if term != NONE}


def check_flag(name: str, wanted: Term, given: Term | None, spec: LayerSpec, line: int) -> None:
    """Refuse a flag that is not what training says."""
    if given is not None and given not in (wanted, NONE):
        raise Unreadable(line, f"{spec.name}: {name} does not follow whether the model trains.")


def _layer(
    reading: "Interpreter",
    module: DraftModule,
    positional: list[Term],
    keywords: list[tuple[str, Term]],
    line: int,
    method: str,
) -> Term:
    spec = resolve(reading, module, line, method)
    made = module.made
    assert isinstance(made, Call)
    assert isinstance(made.function, Ref)
    order = _positional_names(made.function.path, method.removeprefix(".") or "__call__")
    given = {order[place] if place < len(order) else str(place): term for place, term in enumerate(positional)} | dict(keywords)
    if "inputs_kv" in given:  # the key, which is the value too where none is given
        given["inputs_k"] = given.pop("inputs_kv")
    plain = [port for port in spec.inputs if not port.keyword]
    ports: list[tuple[str, Term]] = []
    for place, port in enumerate(plain):
        key = order[place] if place < len(order) else str(place)
        if key not in given:
            raise Unreadable(line, f"{spec.name} is called without its input.")
        ports.append((port.name, given.pop(key)))
    ports += [(port.name, given.pop(port.keyword)) for port in spec.inputs if port.keyword in given]
    flags = _flags(spec)
    for name, wanted in flags.items():
        flag = given.pop(name, module.flags.get(name))
        flag = None if flag is None else reading.settled(flag)
        if spec.name == "Dropout" and flag == TRUE:
            return ports[0][1]
        if not spec.call_if or spec.call_if in module.attributes:
            check_flag(name, wanted, _as_said(reading, flag, wanted), spec, line)
    _take_call_attributes(reading, module, spec, given, line)
    asked = _asked_outputs(reading, module, spec, given)
    if unknown := [name for name, term in given.items() if term != NONE]:
        raise Unreadable(line, f"{spec.name}: {unknown[0]} cannot be given to a node.")
    wires = wires_at(reading, ports, line)
    if len(wires) == 1 and (found := loop_ends.completed(reading, module, spec, *wires[ports[0][0]])) is not None:
        return found
    node = reading.draft.add(spec, {}, wires, module.number, line)
    return values.outputs_of(node, asked)


def _as_said(reading: "Interpreter", flag: Term | None, wanted: Term) -> Term | None:
    """Return a flag; where `if train:` stands around the call, True or False may be what training says."""
    said = None if reading.trains is None else Const(reading.trains == (wanted == Train()))
    return wanted if flag is not None and flag == said else flag


def _take_call_attributes(
    reading: "Interpreter", module: DraftModule, spec: LayerSpec, given: dict[str, Term], line: int
) -> None:
    for attribute in spec.attributes:
        if attribute.is_call and attribute.name in given:
            try:
                found = value_of(attribute, given.pop(attribute.name), reading.known, reading.has_field)
            except Mismatch as mismatch:
                raise Unreadable(line, f"{spec.name}: {attribute.name} {mismatch}.") from None
            if found != attribute.default:
                module.attributes[attribute.name] = found


def _asked_outputs(reading: "Interpreter", module: DraftModule, spec: LayerSpec, given: dict[str, Term]) -> tuple[str, ...]:
    """Return the optional outputs that a call asks for."""
    asked = []
    for port in spec.outputs:
        name, _, wanted = port.argument.partition("=")
        term = given.pop(name, module.flags.get(name)) if name else None
        if term is not None and reading.settled(term) == Const(wanted == "True"):
            asked.append(port.name)
    return tuple(asked)


def _chained(
    reading: "Interpreter", module: DraftModule, positional: list[Term], keywords: list[tuple[str, Term]], line: int
) -> Term:
    made = module.made
    assert isinstance(made, Call)
    layers = values.value(reading, made.get("layers") or Seq(()))
    if not isinstance(layers, Seq):
        layers = values.value(reading, reading.settled(layers))
    if not isinstance(layers, Seq):
        raise Unreadable(line, "the layers of this Sequential are not known before the model runs.")
    module.made = Call(made.function, (("layers", layers),), made.line)
    found: Term = Seq(tuple(positional))
    for layer in layers.items:
        given = list(found.items) if isinstance(found, Seq) else [found]
        found = values.value(reading, called(layer, given, keywords, line))
        keywords = []
    return found


def _scanned(reading: "Interpreter", term: Call) -> Term:
    """Read nn.scan as it is written for a node: over a function of a module and what it carries."""
    lifted = term.function
    assert isinstance(lifted, Call)
    target = lifted.get("target")
    positional, _ = arguments(term)
    if not isinstance(target, Closure) or len(positional) < 2:
        raise Unreadable(term.line, "nn.scan is used in a way that a node cannot hold.")
    owner = values.value(reading, positional[0])
    if not isinstance(owner, ModuleRef):
        raise Unreadable(term.line, "nn.scan is not over one module.")
    module = reading.draft.modules[owner.number]
    check_scan(reading, lifted)
    count = length_of(reading, lifted)
    before = len(reading.draft.log)
    carried = values.as_wire(reading, positional[1], term.line)
    found = reading.inline(target, [owner, carried, NONE], [], term.line)
    called = [reading.draft.nodes[number].module for number in reading.draft.log[before:]]
    if called != [owner.number]:
        raise Unreadable(term.line, "nn.scan is over more than one module.")
    module.attributes |= {"repeat": count, "scan": True}
    return found


def _named_attribute(reading: "Interpreter", term: Call) -> Term | None:
    """Return what `getattr(nn, "relu")` means."""
    owner, name = term.get("0"), term.get("1")
    found = reading.settled(name) if name is not None else None
    if not isinstance(found, Const) or not isinstance(found.value, str):
        return None
    match owner:
        case Ref(path=path):
            return named(f"{path}.{found.value}")
        case SelfRef():
            return reading.of_self(found.value, term.line)
        case _:
            return None


def _merged(args: list[Term], line: int) -> Term:
    given = [arg for arg in args[1:] if arg != NONE]
    if not given or any(arg != given[0] for arg in given):
        raise Unreadable(line, "merge_param gets two different values.")
    return given[0]


def _positional_names(path: str, method: str) -> list[str]:
    listed = parameters(path, method) or ()
    return [p.name for p in listed if p.kind in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")]


@lru_cache(maxsize=1024)
def _flags_of(call: str) -> tuple[tuple[str, Term], ...]:
    found: list[tuple[str, Term]] = []
    for part in (part.strip() for part in call.split(",") if part.strip()):
        name, _, source = part.partition("=")
        is_negated = isinstance(ast.parse(source, mode="eval").body, ast.UnaryOp)
        found.append((name, Op("not", (Train(),)) if is_negated else Train()))
    return tuple(found)


def _flags(spec: LayerSpec) -> dict[str, Term]:
    return dict(_flags_of(spec.call))


def flags_of(spec: LayerSpec) -> dict[str, Term]:
    """Return flag -> what it must be, of a layer's call."""
    return _flags(spec)
