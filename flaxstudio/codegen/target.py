"""What is asked to be read: a class of the text, or one made with values, `ResNet(stage_sizes=(1, 1))`."""

import ast

from flaxstudio.codegen.expressions import term_of
from flaxstudio.codegen.interpreter import Interpreter
from flaxstudio.codegen.module_making import flattened
from flaxstudio.codegen.own_calls import fields_given
from flaxstudio.codegen.session import Given, Session
from flaxstudio.codegen.terms import Call, OwnClass, Unreadable
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers.code_text import ClassText


def target_of(session: Session, asked: str) -> tuple[ClassText, Given]:
    """Return the class that is asked for and what is given to its fields; ProblemError where there is no such class."""
    try:
        tree = ast.parse(asked.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ProblemError(f"“{asked}” is no class's name.", "Give it as Net or as Net(features=8).") from None
    name = _name(tree)
    found = session.file.class_named(name)
    if isinstance(tree, ast.Name) and found is not None:
        return found, {}
    if found is None and not isinstance(session.file.definitions.get(name), ast.Assign):
        raise _no_class(session, name)
    reading = Interpreter(session, ClassText(name, (), ()), {}, {})
    try:
        term = term_of(tree, reading)
        made = flattened(reading, term if isinstance(tree, ast.Call) else Call(term, ()))
        if not isinstance(made, Call) or not isinstance(made.function, OwnClass):
            raise _no_class(session, name)
        found = session.class_named(made.function.name, 0)
        given = fields_given(found, made, 0)
    except Unreadable as error:
        raise ProblemError(f"“{asked}” cannot be read: {error.sentence}", "Give it as Net or as Net(features=8).") from None
    return found, {key: (lambda term=term: reading.settled(term)) for key, term in given.items()}


def _name(tree: ast.expr) -> str:
    called = tree.func if isinstance(tree, ast.Call) else tree
    return called.id if isinstance(called, ast.Name) else ast.unparse(called)


def _no_class(session: Session, name: str) -> ProblemError:
    classes = session.file.classes()
    what = f"{name} is no linen Module." if name in session.file.definitions else f"The file has no class {name}."
    return ProblemError(what, f"It has {', '.join(classes)}." if classes else "It has no linen Module at all.")
