"""Calls of classes that the text defines itself: blocks of the graph's own, or layers kept as code."""

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from flaxstudio.codegen import module_calls, values
from flaxstudio.codegen.attribute_reader import Mismatch
from flaxstudio.codegen.draft import DraftModule
from flaxstudio.codegen.terms import NONE, Call, ModuleRef, OwnClass, Seq, Term, Unreadable, Wire, is_array, walk
from flaxstudio.graph.spec import LayerSpec
from flaxstudio.layers.code_layer import MEANS_TRAIN, MEANS_USE
from flaxstudio.layers.code_text import ClassText

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Interpreter
    from flaxstudio.codegen.session import Variant

Arguments = dict[str, Term]


def call(
    reading: "Interpreter", module: DraftModule, positional: list[Term], keywords: list[tuple[str, Term]], line: int
) -> Term:
    """Return what a module of one of the text's classes gives."""
    made = module.made
    assert isinstance(made, Call)
    assert isinstance(made.function, OwnClass)
    found = reading.session.class_named(made.function.name, line)
    given = fields_given(found, made, line)
    arguments = arguments_given(found, positional, keywords, line)
    arguments = {name: _given(reading, term, line) for name, term in arguments.items()}
    spec = reading.session.layer_of_catalogue(found)
    if spec is None:
        variant = reading.session.block(reading, found, _demands(reading, given), arguments)
        if variant is not None:
            return _block(reading, module, variant.spec(reading.session), variant, given, arguments, line)
        spec = reading.session.code(found.name)
    return _coded(reading, module, found, spec, given, arguments, line)


def _given(reading: "Interpreter", term: Term, line: int) -> Term:
    """Return an argument as the class called may see it: an array, or what holds none, for the wires inside are others."""
    if is_array(term):
        return values.as_wire(reading, term, line)
    return reading.settled(term) if any(isinstance(part, Wire) for part in walk(term)) else term


def call_method(reading: "Interpreter", owner: ModuleRef, name: str, term: Call) -> Term:
    """Return what a method of a module gives: the call itself, or one that a layer of the catalogue stands for."""
    made = reading.draft.modules[owner.number].made
    is_own = isinstance(made, Call) and isinstance(made.function, OwnClass)
    if name == "__call__" or not is_own:
        return module_calls.call(reading, owner, term, "" if name == "__call__" else f".{name}")
    raise Unreadable(term.line, f"A node calls a module itself, not its method {name}.")


def fields_given(found: ClassText, made: Call, line: int) -> Arguments:
    """Return field -> what a class is made with."""
    names = list(found.fields())
    given: Arguments = {}
    for key, term in made.args:
        if key.isdigit() and int(key) >= len(names):
            raise Unreadable(made.line or line, f"{found.name} gets more values than it has fields.")
        given[names[int(key)] if key.isdigit() else key] = term
    if unknown := next((name for name in given if name not in names), None):
        raise Unreadable(made.line or line, f"{found.name} has no field {unknown}.")
    return given


def arguments_given(found: ClassText, positional: list[Term], keywords: list[tuple[str, Term]], line: int) -> Arguments:
    """Return argument -> what a class's call gets."""
    method = found.method("__call__")
    if method is None:
        raise Unreadable(line, f"{found.name} has no __call__.")
    names = [argument.arg for argument in (*method.args.posonlyargs, *method.args.args)][1:]
    if len(positional) > len(names):
        raise Unreadable(line, f"{found.name} is called with more than it takes.")
    given = {**dict(zip(names, positional, strict=False)), **dict(keywords)}
    known = {*names, *(argument.arg for argument in method.args.kwonlyargs)}
    if unknown := next((name for name in given if name not in known), None):
        raise Unreadable(line, f"{found.name} is called with {unknown}, which it does not take.")
    return given


def call_parameters(found: ClassText, name: str = "__call__") -> Iterator[tuple[str, ast.expr | None]]:
    """Yield a method's arguments but self, each with its default."""
    method = found.method(name)
    if method is None:
        return
    usual = [*method.args.posonlyargs, *method.args.args]
    defaults = [None] * (len(usual) - len(method.args.defaults)) + list(method.args.defaults)
    pairs = [*zip(usual, defaults, strict=True)][1:]
    for argument, default in [*pairs, *zip(method.args.kwonlyargs, method.args.kw_defaults, strict=True)]:
        yield argument.arg, default


def is_flag(name: str) -> bool:
    """Return whether an argument of that name tells training from use."""
    return name in (*MEANS_TRAIN, *MEANS_USE)


def _block(
    reading: "Interpreter",
    module: DraftModule,
    spec: LayerSpec,
    variant: "Variant",
    given: Arguments,
    arguments: Arguments,
    line: int,
) -> Term:
    terms = {a.name: given[a.name] for a in spec.attributes if a.name in given}
    _settle(reading, module, spec, terms, line)
    wired = [(port, arguments[name]) for name, port in variant.ports.items() if name in arguments]
    node = reading.draft.add(spec, {}, module_calls.wires_at(reading, wired, line), module.number, line)
    if all(variant.returns):
        return values.outputs_of(node)
    wires = iter([Wire(node.number, port.name) for port in spec.outputs])
    return Seq(tuple(next(wires) if is_given else NONE for is_given in variant.returns))


def _coded(
    reading: "Interpreter",
    module: DraftModule,
    found: ClassText,
    spec: LayerSpec,
    given: Arguments,
    arguments: Arguments,
    line: int,
) -> Term:
    flags = module_calls.flags_of(spec)
    own = {a.name for a in spec.attributes}
    terms = {name: term for name, term in given.items() if name not in flags}
    terms = {
        name: term
        for name, term in terms.items()
        if name in own or not reading.session.is_default(found, name, reading.settled(term))
    }
    if unknown := next((name for name in terms if name not in own), None):
        why = reading.session.why.get(found.name, "it uses itself")
        raise Unreadable(
            line, f"{found.name} cannot be read ({why.rstrip('.')}), and {unknown} cannot be set on a node of code."
        )
    ports: list[tuple[str, Term]] = []
    required = [port for port in spec.inputs if not port.is_optional]
    for name, term in arguments.items():
        if name in flags:
            module_calls.check_flag(name, flags[name], reading.settled(term), spec, line)
        elif name in own:
            terms[name] = term
        elif spec.input(name) is not None:
            ports.append((name, term))
        elif len(required) == 1 and required[0].name == "in" and not any(port == "in" for port, _ in ports):
            ports.append(("in", term))
        elif term != NONE:
            raise Unreadable(line, f"{found.name}: {name} cannot be given to a node.")
    _settle(reading, module, spec, terms, line)
    node = reading.draft.add(spec, {}, module_calls.wires_at(reading, ports, line), module.number, line)
    return values.outputs_of(node)


def _settle(reading: "Interpreter", module: DraftModule, spec: LayerSpec, terms: Arguments, line: int) -> None:
    known = module.specs.get("")
    if known is not None and known.name != spec.name:
        raise Unreadable(line, f"{known.name} is called in two ways that make it two different blocks.")
    if known is None:
        try:
            module_calls.settle(reading, module, spec, values.attributes_from(reading, spec, terms))
        except Mismatch as mismatch:
            raise Unreadable(line, f"{spec.name}: {mismatch}.") from None


def _demands(reading: "Interpreter", given: Arguments) -> dict[str, Callable[[], Term]]:
    """Return what tells each given field's value, asked for only where the class needs to know it."""
    return {name: (lambda term=term: _told(reading, term)) for name, term in given.items()}  # type: ignore[misc]


def _told(reading: "Interpreter", term: Term) -> Term:
    found = reading.settled(term)
    if isinstance(found, Wire | Seq) and _has_wires(found):
        raise Unreadable(0, "a field is given an array")
    return found


def _has_wires(term: Term) -> bool:
    return isinstance(term, Wire) or (isinstance(term, Seq) and any(_has_wires(item) for item in term.items))
