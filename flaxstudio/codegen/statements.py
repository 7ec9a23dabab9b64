"""Reads statements: assignments, choices that are known, loops, returns; and the bodies of functions where they are called."""

import ast
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from flaxstudio.codegen import loops, module_lists, training_choice, values
from flaxstudio.codegen.expressions import operator_name, shortened
from flaxstudio.codegen.folding import truth
from flaxstudio.codegen.method_writer import LETTERS
from flaxstudio.codegen.normal_forms import added, indexed
from flaxstudio.codegen.terms import (
    NONE,
    SHAPE,
    Closure,
    Const,
    FieldOf,
    Op,
    SelfRef,
    Seq,
    Term,
    Train,
    Unreadable,
    Wire,
    walk,
)
from flaxstudio.layers.code_text import dotted

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Function, Interpreter

MAX_DEPTH = 40
_MAX_TERM = 100
_HARMLESS = ("print", "pprint.", "warnings.", "logging.", "absl.logging.")
"""What is called for its words alone."""


def run(reading: "Interpreter", body: Sequence[ast.stmt]) -> Term | None:
    """Read statements; return what they return, or None where they return nothing."""
    for statement in body:
        reading.step(statement.lineno)
        try:
            found = _statement(reading, statement)
        except Unreadable as error:
            raise Unreadable(error.line or statement.lineno, _as_sentence(error.sentence)) from None
        if found is not None:
            return found
    return None


def inline(
    reading: "Interpreter", closure: Closure, positional: list[Term], keywords: list[tuple[str, Term]], line: int
) -> Term:
    """Read the body of a function of the text for these arguments."""
    from flaxstudio.codegen.interpreter import Frame

    function = reading.functions[closure.number]
    if reading.depth > MAX_DEPTH:
        raise Unreadable(line, "Functions call each other without end.")
    outer, reading.frame, reading.depth = reading.frame, Frame(around=function.frame), reading.depth + 1
    try:
        _bind_arguments(reading, function, positional, keywords, line)
        if isinstance(function.body, ast.expr):
            return reading.value(reading.term(function.body))
        return run(reading, function.body) or NONE
    finally:
        reading.frame, reading.depth = outer, reading.depth - 1


def _statement(reading: "Interpreter", statement: ast.stmt) -> Term | None:
    match statement:
        case ast.Return(value=value):
            found = NONE if value is None else reading.value(reading.term(value))
            reading.frame.results = _result_names(reading, value)
            return found
        case ast.Assign(targets=targets, value=value):
            _assign(reading, targets, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            _assign(reading, [target], value)
        case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
            sides = reading.name(name, statement.lineno), reading.term(value)
            name_of = operator_name(op)
            term = added(*sides, statement.lineno) if name_of == "+" else Op(name_of, sides, statement.lineno)
            _bind(reading, target, reading.value(term), False)
        case ast.If(test=test):
            return _choice(reading, statement, test)
        case ast.For():
            return loops.loop(reading, statement)
        case ast.FunctionDef():
            reading.define(statement)
        case ast.With(items=items, body=body):
            return _with(reading, items, body)
        case ast.Expr(value=value):
            _alone(reading, value)
        case ast.Raise():
            raise Unreadable(statement.lineno, "An error is raised here.")
        case ast.Pass() | ast.Assert() | ast.AnnAssign() | ast.Delete():
            pass
        case ast.Import() | ast.ImportFrom():
            pass  # what they bind is known: all imports of the file are looked at
        case _:
            raise Unreadable(statement.lineno, f"`{shortened(statement)}` is not something that a graph can hold.")
    return None


def _result_names(reading: "Interpreter", value: ast.expr | None) -> tuple[str, ...]:
    """Return the names that returned variables give to what is returned."""
    items = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    return tuple(item.id if isinstance(item, ast.Name) and _names_result(reading, item.id) else "" for item in items)


def _names_result(reading: "Interpreter", name: str) -> bool:
    """Whether a returned variable is called after what it is, not after the node whose value it holds."""
    value = reading.frame.names.get(name)
    if name in LETTERS or not isinstance(value, Wire):
        return False
    wishes = {node.wish for node in reading.draft.nodes} | {module.wish for module in reading.draft.modules}
    if wishes & {name, name.removesuffix("_out"), name.removesuffix(f"_{value.port}")}:
        return False
    is_made_for_it = reading.frame.firsts.get(name) == value and reading.draft.nodes[value.node].module is not None
    return is_made_for_it or name in reading.frame.aliases


def _assign(reading: "Interpreter", targets: list[ast.expr], tree: ast.expr) -> None:
    wish = next((t.attr for t in targets if reading.is_in_setup and isinstance(t, ast.Attribute)), "")
    before = len(reading.draft.nodes)
    found = reading.value(reading.term(tree)) if not wish else module_lists.named_in_setup(reading, tree, wish)
    is_new = len(reading.draft.nodes) > before
    for target in targets:
        _bind(reading, target, found, is_new)
        if isinstance(target, ast.Name) and isinstance(tree, ast.Name):
            reading.frame.aliases.add(target.id)


def _bind(reading: "Interpreter", target: ast.expr, value: Term, is_new: bool) -> None:
    match target:
        case ast.Name(id=name):
            if _is_long(value):
                raise Unreadable(target.lineno, values.why_not(reading, value))
            if is_new and name not in reading.frame.names:
                wish_for(reading, value, name)
            if name not in reading.frame.names:
                reading.frame.firsts[name] = value
            reading.frame.names[name] = value
            reading.frame.aliases.discard(name)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            _bind_many(reading, items, value, is_new, target.lineno)
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if (
            reading.is_in_setup and reading.frame.names.get(owner) == SelfRef()
        ):
            reading.attributes[name] = value
        case _:
            raise Unreadable(target.lineno, f"`{shortened(target)}` cannot be set in a graph.")


def _bind_many(reading: "Interpreter", targets: list[ast.expr], value: Term, is_new: bool, line: int) -> None:
    if isinstance(value, Op) and value.name == SHAPE:
        for place, target in enumerate(targets):
            _bind(reading, target, indexed(value, Const(place), target.lineno), False)
        return
    found = value if isinstance(value, Seq) else reading.settled(value)
    starred = next((place for place, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    if not isinstance(found, Seq) or (starred is None and len(found.items) != len(targets)):
        raise Unreadable(line, "how many values there are here is not known before the model runs")
    items = list(found.items)
    if starred is not None:
        after = len(targets) - starred - 1
        middle = Seq(tuple(items[starred : len(items) - after]))
        items = [*items[:starred], middle, *items[len(items) - after :]]
    for target, item in zip(targets, items, strict=True):
        inner = target.value if isinstance(target, ast.Starred) else target
        _bind(reading, inner, item, is_new)


def wish_for(reading: "Interpreter", value: Term, name: str) -> None:
    """Let a variable's first value name its node, unless that is a module with a name of its own."""
    if not isinstance(value, Wire):
        return
    node = reading.draft.nodes[value.node]
    main = node.spec.main_output
    is_main = main is not None and value.port == main.name
    suffix = "" if is_main else f"_{value.port}"
    is_named = node.module is not None and _is_first_call(reading, node.number)
    if not is_named and not node.wish and name not in (*LETTERS, "_") and name.endswith(suffix):
        node.wish = name.removesuffix(suffix)


def _is_first_call(reading: "Interpreter", number: int) -> bool:
    module = reading.draft.nodes[number].module
    return not any(node.module == module for node in reading.draft.nodes[:number])


def _choice(reading: "Interpreter", statement: ast.If, test: ast.expr) -> Term | None:
    term = reading.term(test)
    if loops.is_between(reading, statement, term):
        return None
    found = reading.settled(reading.value(term))
    decided = truth(found)
    if decided is None and training_choice.read(reading, statement, found):
        return None
    if decided is None:
        about = "whether the model trains" if any(isinstance(part, Train) for part in walk(term)) else "what arrives"
        raise Unreadable(statement.lineno, f"`if {shortened(test)}` depends on {about}.")
    _tell(reading, term, shortened(test), statement.lineno)
    return run(reading, statement.body if decided else statement.orelse)


def _tell(reading: "Interpreter", test: Term, text: str, line: int) -> None:
    """Say that a choice was made for good, where a field decides it."""
    fields = sorted({part.name for part in walk(test) if isinstance(part, FieldOf)})
    if fields:
        reading.note(f"Line {line}: `if {text}` is read for the value that {' and '.join(fields)} has now.")


def _with(reading: "Interpreter", items: list[ast.withitem], body: list[ast.stmt]) -> Term | None:
    for item in items:
        if "named_scope" not in ast.unparse(item.context_expr):
            raise Unreadable(item.context_expr.lineno, f"`with {shortened(item.context_expr)}` cannot be drawn.")
    return run(reading, body)


def _alone(reading: "Interpreter", tree: ast.expr) -> None:
    """Read an expression that stands alone: a text, a print, something put at a list's end."""
    match tree:
        case ast.Constant():
            return
        case ast.Call(func=called) if dotted(called, reading.session.file.meanings).startswith(_HARMLESS):
            return
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" as how), args=[item]):
            old = reading.name(name, tree.lineno)
            new = reading.value(reading.term(item))
            if isinstance(old, Seq) and (how == "append" or isinstance(new, Seq)):
                more = new.items if how == "extend" and isinstance(new, Seq) else (new,)
                reading.frame.names[name] = Seq((*old.items, *more))
                return
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")))):
            return
        case ast.Call(func=ast.Name(id="setattr"), args=[ast.Name(id="self"), name_tree, value_tree]) if reading.is_in_setup:
            name_term = reading.settled(reading.term(name_tree))
            if isinstance(name_term, Const) and isinstance(name_term.value, str):
                reading.attributes[name_term.value] = module_lists.named_in_setup(reading, value_tree, name_term.value)
                return
    raise Unreadable(tree.lineno, f"`{shortened(tree)}` does something beside the graph.")


def _bind_arguments(
    reading: "Interpreter", function: "Function", positional: list[Term], keywords: list[tuple[str, Term]], line: int
) -> None:
    arguments = function.arguments
    usual = [*arguments.posonlyargs, *arguments.args]
    given = list(positional)
    if function.method and not (given and given[0] == SelfRef()):
        given.insert(0, SelfRef())
    table = dict(keywords)
    names = reading.frame.names
    if len(given) > len(usual) and arguments.vararg is None:
        raise Unreadable(line, "A function gets more arguments than it has.")
    names.update({a.arg: term for a, term in zip(usual, given, strict=False)})
    if arguments.vararg is not None:
        names[arguments.vararg.arg] = Seq(tuple(given[len(usual) :]))
    defaults = [None] * (len(usual) - len(arguments.defaults)) + list(arguments.defaults)
    for argument, default in [
        *zip(usual, defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]:
        if argument.arg in table:
            names[argument.arg] = table.pop(argument.arg)
        elif argument.arg not in names:
            if default is None:
                raise Unreadable(line, f"A function is called without its argument {argument.arg}.")
            names[argument.arg] = reading.value(reading.term(default))
    if table and arguments.kwarg is None:
        raise Unreadable(line, f"A function has no argument {next(iter(table))}.")
    for name, term in names.items() if function.method else ():
        reading.passed.setdefault((function.method, name), term)
    if arguments.kwarg is not None:
        pairs = tuple(Seq((Const(key), term)) for key, term in table.items())
        names[arguments.kwarg.arg] = Op("dict", pairs, line)


def _is_long(term: Term) -> bool:
    """Return whether a term is so long that it would grow without end, each time it stands in another."""
    return not isinstance(term, Wire | Seq) and next(islice(walk(term), _MAX_TERM, None), None) is not None


def _as_sentence(text: str) -> str:
    if text.split(" ")[0].isalpha():
        text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."
