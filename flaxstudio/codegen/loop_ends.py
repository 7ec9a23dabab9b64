"""Loops over all items of a field but the last: they and the last are one repeated node."""

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flaxstudio.codegen.draft import DraftModule
from flaxstudio.codegen.module_lists import Turns, Unroll
from flaxstudio.codegen.terms import (
    Wire,
)
from flaxstudio.graph.graph import Formula
from flaxstudio.graph.spec import LayerSpec

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Interpreter


@dataclass(slots=True)
class Begun:
    """A loop over all items of a field but the last: its module, the nodes of its call and of the activation behind."""

    module: int
    call: int
    activation: int
    field: str
    place: tuple[int, int]
    is_complete: bool = False


def is_begun(reading: "Interpreter", statement: ast.For, turns: Turns, module: DraftModule, log: int) -> bool:
    """Keep a loop over all items but the last: the last must follow, then both are one repeated node.

    That is `for f in self.features[:-1]: x = relu(Dense(f)(x))` with `x = Dense(self.features[-1])(x)` behind it.
    """
    touched = reading.draft.log[log:]
    if len(touched) != 2 or not any(isinstance(v, Formula) and v.is_each for v in module.attributes.values()):
        return False
    place = statement.lineno, statement.col_offset
    reading.begun.append(Begun(module.number, touched[0], touched[1], turns.field, place))
    return True


def completed(reading: "Interpreter", module: DraftModule, spec: LayerSpec, wire: Wire) -> Wire | None:
    """Return what a loop over all items but the last gives when this call is that of the last, if it is."""
    for begun in reading.begun:
        before = reading.draft.modules[begun.module]
        last = Formula(f"{begun.field}[-1]")
        each = {k: last if isinstance(v, Formula) and v.is_each else v for k, v in before.attributes.items() if k != "between"}
        is_last = wire.node == begun.activation and before.specs.get("") == spec and module.attributes == each
        if is_last and not begun.is_complete:
            begun.is_complete = True
            main = spec.main_output
            return Wire(begun.call, main.name if main else "out")
    return None


def check_begun(reading: "Interpreter") -> None:
    """Give up what was begun and not completed: the class is read again with the loop turn by turn."""
    used = {wire.node for node in reading.draft.nodes for wires in node.inputs.values() for wire in wires}
    for begun in reading.begun:
        if not begun.is_complete or begun.activation in used:
            raise Unroll(begun.place)
