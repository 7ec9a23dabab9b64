"""Reads a class: setup, the call, the other methods that a Module's users may call."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flaxstudio.codegen import loop_ends
from flaxstudio.codegen.fields_reader import fields_of
from flaxstudio.codegen.interpreter import Frame, Interpreter
from flaxstudio.codegen.own_calls import call_parameters, is_flag
from flaxstudio.codegen.terms import NONE, Const, Op, SelfRef, Seq, Term, Train, Unreadable, Wire
from flaxstudio.graph.graph import Graph, Value
from flaxstudio.graph.naming import fault_of_name
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers.code_layer import MEANS_TRAIN
from flaxstudio.layers.code_text import ClassText

if TYPE_CHECKING:
    from flaxstudio.codegen.session import Given, Session


CALL = "__call__"


def read_model(session: "Session", found: ClassText, given: "Given", inputs: Sequence[ArrayShape]) -> Graph:
    """Return the graph of the asked class with what is given to it; Unreadable where it cannot be read."""
    reading = Interpreter(session, found, given, {}, is_model=True)
    required = [name for name, default in call_parameters(found) if default is None and not is_flag(name)]
    usual = [name for name, _ in call_parameters(found) if not is_flag(name)]
    order = [*required, *(name for name in usual if name not in required)][: max(len(inputs), len(required))]
    shapes = dict(zip(order, [*inputs, *[None] * len(order)], strict=False))
    taken = read_call(reading, {name: None for name in usual if name in order}, shapes)
    _read_methods(reading, taken, list(inputs[len(order) :]))
    fields = fields_of(reading, reading.draft, session.catalogue)
    return reading.draft.graph(fields)


def read_call(
    reading: Interpreter, arguments: Mapping[str, Term | None], shapes: Mapping[str, ArrayShape | None]
) -> dict[str, int]:
    """Read setup and the call; return argument -> the Input that it became."""
    _read_setup(reading)
    method = reading.found.method(CALL)
    if method is None:
        raise Unreadable(reading.found.chain[0].lineno, f"{reading.found.name} has no __call__.")
    names: dict[str, Term] = {"self": SelfRef()}
    inputs: dict[str, int] = {}
    takes = [name for name, _ in call_parameters(reading.found) if name in arguments and _is_array(arguments[name])]
    for name, default in call_parameters(reading.found):
        given = arguments.get(name)
        if name in takes:
            inputs[name] = _add_input(reading, name, shapes.get(name), len(takes))
            names[name] = Wire(inputs[name], "out")
        elif given is not None:
            names[name] = given
        elif is_flag(name) and (not arguments or None in arguments.values()):
            names[name] = Train() if name in MEANS_TRAIN else Op("not", (Train(),))
        elif default is not None:
            names[name] = reading.value(reading.term(default))
        else:
            raise Unreadable(method.lineno, f"{reading.found.name} is called without {name}.")
    names[method.args.args[0].arg if method.args.args else "self"] = SelfRef()
    reading.frame = Frame(names)
    found = reading.run(method.body)
    loop_ends.check_begun(reading)
    _add_outputs(reading, found, method.lineno, CALL)
    return inputs


def entry_attributes(shape: ArrayShape | None, catalogue: Catalogue) -> dict[str, Value]:
    """Return the attributes of an Input that takes arrays of a shape."""
    given: dict[str, Value] = {} if shape is None else {"shape": shape.sizes, "dtype": shape.dtype}
    return {key: value for key, value in given.items() if value != catalogue["Input"].attribute(key).default}


def _read_methods(reading: Interpreter, inputs: Mapping[str, int], shapes: list[ArrayShape]) -> None:
    """Read the other methods that a user of the Module may call; one that cannot be read is left out and told."""
    for name in methods_of(reading.found):
        mark = reading.draft.mark()
        reading.draft.begin_method()
        left = list(shapes)
        try:
            _read_method(reading, name, inputs, left)
        except Unreadable as error:
            reading.draft.back_to(mark)
            reading.note(f"The method {name} is left out: line {error.line}: {error.sentence}")
        else:
            shapes[:] = left


def methods_of(found: ClassText) -> list[str]:
    """Return the names of the methods besides the call that are for a Module's users: none where the call is compact."""
    call = found.method(CALL)
    if call is None or any("compact" in ast.unparse(mark) for mark in call.decorator_list):
        return []
    names: dict[str, None] = {}
    for owner in reversed(found.chain):
        for part in owner.body:
            if isinstance(part, ast.FunctionDef) and not part.name.startswith("_") and not part.decorator_list:
                names[part.name] = None
    return [name for name in names if name not in ("setup", CALL) and fault_of_name(name) is None]


def _read_method(reading: Interpreter, name: str, inputs: Mapping[str, int], shapes: list[ArrayShape]) -> None:
    method = reading.found.method(name)
    assert method is not None
    names: dict[str, Term] = {method.args.args[0].arg: SelfRef()} if method.args.args else {}
    for argument, default in call_parameters(reading.found, name):
        passed = reading.passed.get((name, argument))
        if is_flag(argument):
            names[argument] = Train() if argument in MEANS_TRAIN else Op("not", (Train(),))
        elif isinstance(passed, Wire) and reading.draft.nodes[passed.node].spec.name == "Input":
            names[argument] = passed
        elif argument in inputs:
            names[argument] = Wire(inputs[argument], "out")
        elif default is not None:
            names[argument] = reading.value(reading.term(default))
        else:
            shape = shapes.pop(0) if shapes else reading.session.shape_of(reading, passed) if passed is not None else None
            names[argument] = Wire(_add_input(reading, argument, shape, 2), "out")
    reading.frame = Frame(names)
    _add_outputs(reading, reading.run(method.body), method.lineno, name)


def _is_array(given: Term | None) -> bool:
    return given is None or isinstance(given, Wire)


def _read_setup(reading: Interpreter) -> None:
    setup = reading.found.method("setup")
    if setup is None:
        return
    if not setup.args.args:
        raise Unreadable(setup.lineno, "setup takes no self.")
    reading.frame, reading.is_in_setup = Frame({setup.args.args[0].arg: SelfRef()}), True
    reading.run(setup.body)
    reading.is_in_setup = False


def _add_input(reading: Interpreter, name: str, shape: ArrayShape | None, count: int) -> int:
    node = reading.draft.add(reading.session.base["Input"], entry_attributes(shape, reading.session.base), {})
    if shape is None:
        reading.unknown.add(node.number)
    node.wish = "input_1" if name == "x" and count == 1 else name
    return node.number


def _add_outputs(reading: Interpreter, found: Term | None, line: int, method: str) -> None:
    spec = reading.session.base["Output"]
    items = found.items if isinstance(found, Seq) else (found,)
    attributes: dict[str, Value] = {} if method == CALL else {"method": method}
    results = reading.frame.results if len(reading.frame.results) == len(items) else ("",) * len(items)
    reading.returned = tuple(item not in (NONE, None) for item in items)
    for item, name in zip(items, results, strict=True):
        if item == NONE and any(reading.returned):
            continue
        if not isinstance(item, Wire):
            from flaxstudio.codegen.values import why_not

            why = "Nothing is returned." if item is None or item == Const(None) else why_not(reading, item)
            raise Unreadable(getattr(item, "line", 0) or line, why)
        reading.draft.add(spec, attributes, {"in": (item,)}).wish = name
