"""Plain dataclasses of the text, as configurations are: what their fields hold, read and not run."""

import ast
from typing import TYPE_CHECKING

from flaxstudio.codegen.folding import folded
from flaxstudio.codegen.terms import Call, Const, Op, OwnClass, Seq, Term, Train, Unreadable
from flaxstudio.layers.code_layer import MEANS_TRAIN, MEANS_USE

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Interpreter


def attribute(reading: "Interpreter", owner: Term, name: str) -> Term | None:
    """Return what a field of a plain dataclass holds; None where the owner is none, or has no such field."""
    record = record_of(reading, owner)
    if isinstance(record, Op):  # a dictionary that is asked as ml_collections' are
        return next((pair.items[1] for pair in record.args if isinstance(pair, Seq) and pair.items[0] == Const(name)), None)
    if record is None:
        return None
    fields = _fields(reading, record)
    if name not in fields:
        return None
    given = given_to(record, list(fields))
    if name in given:
        return given[name]
    if name in (*MEANS_TRAIN, *MEANS_USE):
        return Train() if name in MEANS_TRAIN else Op("not", (Train(),))
    default = fields[name]
    if default is None:
        raise Unreadable(record.line, f"{name} of {_class_name(record)} is not given.")
    return reading.constant(default)


def record_of(reading: "Interpreter", term: Term) -> Call | Op | None:
    """Return what makes a plain dataclass, if a term does: `Config(width=8)`, `self.config`, `config.replace(width=9)`.

    A dictionary is one as well.
    """
    found = folded(term, reading.known)
    match found:
        case Call(function=OwnClass(name=name)) if reading.session.file.class_named(name) is None:
            return found if isinstance(reading.session.file.definitions.get(name), ast.ClassDef) else None
        case Call(function=Op(name="attr:replace", args=(owner,)), args=changes):
            record = record_of(reading, owner)
            if not isinstance(record, Call):
                return None
            given = given_to(record, list(_fields(reading, record)))
            return Call(record.function, tuple({**given, **dict(changes)}.items()), record.line)
        case Op(name="dict"):
            return found
        case _:
            return None


def given_to(record: Call, names: list[str]) -> dict[str, Term]:
    """Return field -> what a dataclass is made with."""
    return {names[int(key)] if key.isdigit() and int(key) < len(names) else key: term for key, term in record.args}


def _fields(reading: "Interpreter", record: Call) -> dict[str, ast.expr | None]:
    tree = reading.session.file.definitions[_class_name(record)]
    assert isinstance(tree, ast.ClassDef)
    lines = (part for part in tree.body if isinstance(part, ast.AnnAssign))
    return {line.target.id: line.value for line in lines if isinstance(line.target, ast.Name)}


def _class_name(record: Call) -> str:
    return record.function.name if isinstance(record.function, OwnClass) else ""
