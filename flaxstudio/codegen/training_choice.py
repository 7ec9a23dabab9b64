"""Reads `if train:` whose branches only differ by layers that rest after training, such as Dropout, or by a flag."""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flaxstudio.codegen.draft import Mark
from flaxstudio.codegen.folding import truth
from flaxstudio.codegen.terms import FALSE, TRUE, Const, Op, Term, Train, Unreadable, Wire

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Interpreter

_RESTING = ("Dropout", "GaussianNoise")
"""Layers that give what they get once training is over."""


def read(reading: "Interpreter", statement: ast.If, test: Term) -> bool:
    """Read both branches as one; return False, with everything as before, where they differ by more."""
    is_training = _meaning(test)
    if is_training is None or any(isinstance(part, ast.Return) for part in ast.walk(statement)):
        return False
    bodies = (statement.body, statement.orelse) if is_training else (statement.orelse, statement.body)
    before, mark = dict(reading.frame.names), reading.draft.mark()
    try:
        rested = _branch(reading, bodies[1], False)
        if len(reading.draft.log) > mark.log:  # what is computed only in use cannot be drawn
            raise Unreadable(statement.lineno, "")
        reading.frame.names = dict(before)
        trained = _branch(reading, bodies[0], True)
        reading.frame.names = before | _joined(reading, mark, trained, rested)
    except Unreadable:
        reading.draft.back_to(mark)
        reading.frame.names = before
        return False
    return True


def _meaning(test: Term) -> bool | None:
    """Return whether a test asks for training or for use; None where it asks for something else."""
    match test:
        case Train():
            return True
        case Op(name="not", args=(Train(),)):
            return False
        case Op(name="and", args=args):
            left = [arg for arg in args if truth(arg) is not True]
            return _meaning(left[0]) if len(left) == 1 else None
        case _:
            return None


def _branch(reading: "Interpreter", body: Sequence[ast.stmt], trains: bool) -> dict[str, Term]:
    outer, reading.trains = reading.trains, trains
    try:
        reading.run(body)
    finally:
        reading.trains = outer
    return dict(reading.frame.names)


def _joined(reading: "Interpreter", mark: Mark, trained: dict[str, Term], rested: dict[str, Term]) -> dict[str, Term]:
    """Return the variables for both; Unreadable where they are not the same but for what rests."""
    added = set(reading.draft.log[mark.log :])
    found: dict[str, Term] = {}
    for name in (*trained, *(name for name in rested if name not in trained)):
        ours, theirs = trained.get(name), rested.get(name)
        if ours is None or theirs is None:
            raise Unreadable(0, "")
        if ours == theirs or (isinstance(ours, Wire) and _at_rest(reading, ours, added) == theirs):
            found[name] = ours
        elif isinstance(ours, Const) and (ours, theirs) in ((TRUE, FALSE), (FALSE, TRUE)):
            found[name] = Train() if ours == TRUE else Op("not", (Train(),))
        else:
            raise Unreadable(0, "")
    return found


def _at_rest(reading: "Interpreter", wire: Wire, added: set[int]) -> Wire:
    """Return what an array is once training is over: that before the layers which rest."""
    while wire.node in added and reading.draft.nodes[wire.node].spec.name in _RESTING:
        (wire,) = reading.draft.nodes[wire.node].inputs["in"]
    return wire
