"""Modules as a text makes them: classes, by themselves, in partials, rematerialised or scanned."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from flaxstudio.codegen.normal_forms import called
from flaxstudio.codegen.terms import (
    Call,
    Const,
    FieldOf,
    Index,
    ModuleRef,
    Op,
    OwnClass,
    Ref,
    Seq,
    Term,
    Unreadable,
    rebuilt,
)
from flaxstudio.codegen.vocabulary import is_module_class, named
from flaxstudio.graph.graph import Value

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Interpreter


PARTIAL = "functools.partial"
SCAN = "flax.linen.scan"


def is_class(term: Term) -> bool:
    """Return whether a term is a class of Modules, Flax's or the text's."""
    match term:
        case OwnClass():
            return True
        case Ref(path=path):
            return path.startswith("flax.") and is_module_class(path)
        case Call(function=Ref(path=path), args=args) if path in (PARTIAL, SCAN, _remat(), _jit()):
            return bool(args) and is_class(args[0][1])
        case _:
            return False


def is_class_call(term: Term | None) -> bool:
    """Return whether a term makes a module."""
    return isinstance(term, Call) and is_class(term.function)


def is_lifted(term: Call) -> bool:
    """Return whether a call makes a function of modules, which is looked at when it is called itself."""
    return isinstance(term.function, Ref) and term.function.path in (SCAN, PARTIAL)


def arguments(term: Call) -> tuple[list[Term], list[tuple[str, Term]]]:
    """Return a call's positional arguments and its keywords, where its function is not known."""
    return [arg for key, arg in term.args if key.isdigit()], [(key, arg) for key, arg in term.args if not key.isdigit()]


def with_function(term: Call, function: Term) -> Term:
    """Return the call of another function with the same arguments."""
    positional, keywords = arguments(term)
    return called(function, positional, keywords, term.line)


def make(reading: "Interpreter", term: Term, wish: str = "") -> Term:
    """Return a new module; its name is what the text gives it, or else what it is assigned to."""
    found = flattened(reading, term)
    if not isinstance(found, Call):
        raise Unreadable(0, "a class is used as a layer without being made")
    given = found.get("name")
    name = _name_in(reading.settled(given)) if given is not None else ""
    module = reading.draft.module(found.without("name", "parent"), name or wish)
    for function in _functions(term):
        if isinstance(function, Call) and function.function == Ref(SCAN):
            check_scan(reading, function)
            module.attributes |= {"repeat": length_of(reading, function), "scan": True}
        elif isinstance(function, Call) and function.function == Ref(_remat()):
            module.attributes["remat"] = True
    return ModuleRef(module.number)


def flattened(reading: "Interpreter", term: Term) -> Term:
    """Return what makes a module with its class at the front, whatever partial and remat stand around it."""
    while isinstance(term, Call) and not isinstance(term.function, OwnClass):
        given: Term = term.function
        function = reading.demanded(given.name) if isinstance(given, FieldOf) else given
        if isinstance(function, Call) and function.function == Ref(PARTIAL):
            term = unbound(function.args, term)
        elif isinstance(function, Call) and is_class(function):
            term = with_function(term, function.args[0][1])
        elif function != term.function:
            term = with_function(term, function)
        else:
            break
    return term


def expanded(reading: "Interpreter", term: Term) -> Term:
    """Return what makes a module with the modules inside it, cells of recurrent layers say, as what makes them."""
    if isinstance(term, ModuleRef):
        return expanded(reading, reading.draft.modules[term.number].made)
    if isinstance(term, FieldOf) and is_class_call(reading.default(term.name)):
        return expanded(reading, reading.demanded(term.name))
    if isinstance(term, Call):
        inner = rebuilt(term, lambda part: expanded(reading, part))
        assert isinstance(inner, Call)
        return inner.without("name", "parent") if is_class(inner.function) else inner
    return term


def unbound(bound: Sequence[tuple[str, Term]], term: Call) -> Term:
    """Return the call that a partial's call stands for."""
    table = dict(bound)
    if "func" not in table:
        raise Unreadable(term.line, "A partial is given no function.")
    function = table.pop("func")
    before = table.pop("args", Seq(()))
    positional, keywords = arguments(term)
    first = list(before.items) if isinstance(before, Seq) else []
    return called(function, [*first, *positional], list({**table, **dict(keywords)}.items()), term.line)


def check_scan(reading: "Interpreter", scan: Call) -> None:
    """Refuse a scan whose repeats do not each have params of their own, stacked along axis 0."""
    axes = scan.get("variable_axes")
    found = reading.settled(axes) if axes is not None else None
    pairs = found.args if isinstance(found, Op) and found.name == "dict" else ()
    if Seq((Const("params"), Const(0))) not in pairs:
        raise Unreadable(scan.line, "nn.scan keeps its params in a way that a node cannot hold.")


def length_of(reading: "Interpreter", scan: Call) -> Value:
    """Return how often a scan repeats."""
    length = scan.get("length")
    if length is None:
        raise Unreadable(scan.line, "nn.scan is not told how often it repeats.")
    return reading.session.repeat_of(reading, length)


def _functions(term: Term) -> Iterator[Term]:
    """Yield what is called to make a module, from the outside in."""
    while isinstance(term, Call):
        yield term.function
        wrapped = term.function.args if isinstance(term.function, Call) else ()
        term = Call(wrapped[0][1], ()) if wrapped and is_class(term.function) else term.function


def _name_in(term: Term) -> str:
    """Return a name; of `f"dense_{i}"` in a loop that is kept, what stands before the number."""
    match term:
        case Const(value=str(name)):
            return name
        case Op(name="text", args=(Const(value=str(stem)), Index())):
            return stem.rstrip("_")
        case _:
            return ""


@lru_cache(maxsize=1)
def _remat() -> str:
    found = named("flax.linen.remat")
    return found.path if isinstance(found, Ref) else ""


@lru_cache(maxsize=1)
def _jit() -> str:
    found = named("flax.linen.jit")
    return found.path if isinstance(found, Ref) else ""
