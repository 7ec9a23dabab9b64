"""Reads loops: as one repeated node where the body is one module's call, else turn by turn."""

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flaxstudio.codegen import statements
from flaxstudio.codegen.draft import DraftModule, DraftNode
from flaxstudio.codegen.folding import folded
from flaxstudio.codegen.loop_ends import is_begun
from flaxstudio.codegen.module_lists import Turns, Unroll, bind, bind_turn, tell, turns_of
from flaxstudio.codegen.terms import (
    Index,
    Op,
    Seq,
    Term,
    Unreadable,
    Wire,
    walk,
)
from flaxstudio.graph.graph import Formula, Value
from flaxstudio.graph.spec import WRAPPING

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Interpreter


_BETWEEN = next(attribute for attribute in WRAPPING if attribute.name == "between").choices


@dataclass(slots=True)
class Probe:
    """A loop that is tried as one repeated node."""

    number: int
    last: tuple[Term, ...]
    between: str = ""


@dataclass(slots=True)
class _State:
    names: dict[str, Term]
    aliases: set[str]
    fields: dict[str, Term] = field(default_factory=dict)
    has_shapes: bool = False


def loop(reading: "Interpreter", statement: ast.For) -> Term | None:
    """Read a loop; return what it returns, if it does."""
    over = reading.value(reading.term(statement.iter))
    turns = turns_of(reading, over)
    place = statement.lineno, statement.col_offset
    if turns is not None and place not in reading.session.unrolled and _is_kept(reading, statement, turns):
        return None
    items = over if isinstance(over, Seq) else reading.settled(over)
    if not isinstance(items, Seq):
        raise Unreadable(statement.lineno, "How often the loop runs is not known before the model runs.")
    tell(reading, over, statement.lineno)
    for item in items.items:
        bind(reading, statement.target, item)
        found = reading.run(statement.body)
        if found is not None:
            return found
    return reading.run(statement.orelse)


def is_between(reading: "Interpreter", statement: ast.If, test: Term) -> bool:
    """Read `if i != len(layers) - 1:` with an activation in a loop that is tried as one repeated node."""
    if not reading.probes or not any(isinstance(part, Index) for part in walk(test)):
        return False
    probe = reading.probes[-1]
    body = _between_body(statement, test, probe)
    if body is None or probe.between or len(body) != 1:
        raise Unreadable(statement.lineno, "")
    names = dict(reading.frame.names)
    mark = reading.draft.mark()
    reading.run(body)
    added = [reading.draft.nodes[number] for number in reading.draft.log[mark.log :]]
    changed = _changed(reading, names)
    if len(added) != 1 or not _is_activation(added[0]) or len(changed) != 1:
        raise Unreadable(statement.lineno, "")
    (name,) = changed
    if names.get(name) != added[0].inputs["in"][0]:
        raise Unreadable(statement.lineno, "")
    probe.between = added[0].spec.name
    reading.draft.back_to(mark)
    reading.frame.names = names
    return True


def _between_body(statement: ast.If, test: Term, probe: Probe) -> list[ast.stmt] | None:
    match test:
        case Op(name="!=" | "<", args=(Index(loop=number), last)) | Op(name="!=" | ">", args=(last, Index(loop=number))):
            body = statement.body if not statement.orelse else None
        case Op(name="not", args=(Op(name="==", args=(Index(loop=number), last)),)):
            body = statement.body if not statement.orelse else None
        case Op(name="==", args=(Index(loop=number), last)) if all(isinstance(s, ast.Pass) for s in statement.body):
            body = statement.orelse
        case _:
            return None
    return body if number == probe.number and folded(last) in probe.last else None


def _is_kept(reading: "Interpreter", statement: ast.For, turns: Turns) -> bool:
    """Try a loop as one repeated node; everything is as before where it is none."""
    ends = ast.Break | ast.Continue | ast.Return
    if statement.orelse or any(isinstance(part, ends) for part in ast.walk(statement)) or len(statement.body) > 2:
        return False
    state = _State(dict(reading.frame.names), set(reading.frame.aliases), dict(reading.facts.fields), reading.facts.has_shapes)
    mark, notes = reading.draft.mark(), len(reading.session.notes)
    listed = reading.lists[turns.modules] if turns.modules is not None else None
    before = None if listed is None else listed.module
    probe = Probe(len(reading.functions) * 1000 + len(reading.probes), tuple(turns.last(reading.lists)))
    reading.probes.append(probe)
    try:
        bind_turn(reading, statement.target, turns, probe.number)
        reading.run(statement.body)
        module = _repeated_module(reading, mark.log, state.names, statement)
        if (
            module is not None
            and (before is not None or module.number >= mark.modules)
            and _take(module, turns, probe, reading)
        ):
            _name_again(reading, state.aliases, mark.log)
            if not turns.is_partial or is_begun(reading, statement, turns, module, mark.log):
                return True
    except Unreadable:
        pass
    finally:
        reading.probes.pop()
    reading.draft.back_to(mark)
    reading.frame.names, reading.frame.aliases = state.names, state.aliases
    reading.facts.fields, reading.facts.has_shapes = state.fields, state.has_shapes
    del reading.session.notes[notes:]
    if listed is not None:
        if before is not None:
            raise Unroll(listed.place)
        listed.module = None
    return False


def _repeated_module(reading: "Interpreter", log: int, names: dict[str, Term], statement: ast.For) -> DraftModule | None:
    """Return the one module that the body calls on what it carries, with nothing but an activation behind it."""
    touched = [reading.draft.nodes[number] for number in reading.draft.log[log:]]
    own = {part.id for part in ast.walk(statement.target) if isinstance(part, ast.Name)}
    changed = [name for name in _changed(reading, names) if name not in own]
    if not 1 <= len(touched) <= 2 or len(changed) != 1:
        return None
    called = touched[0]
    old, new = names.get(changed[0]), reading.frame.names[changed[0]]
    first = next((port for port in called.spec.inputs if not port.keyword), None)
    main = called.spec.main_output
    if called.module is None or first is None or main is None or called.inputs.get(first.name) != (old,):
        return None
    others = [wire for port, wires in called.inputs.items() for wire in wires if port != first.name]
    if (old in others and _is_loaded_again(statement.body[0], changed[0])) or any(w.node == called.number for w in others):
        return None
    result = Wire(called.number, main.name)
    if len(touched) == 2:
        if not _is_activation(touched[1]) or touched[1].inputs["in"] != (result,) or reading.probes[-1].between:
            return None
        # an activation after every turn is one between the turns and one more at the end
        reading.probes[-1].between = touched[1].spec.name
        result = Wire(touched[1].number, "out")
    module = reading.draft.modules[called.module]
    return module if new == result else None


def _is_loaded_again(statement: ast.stmt, name: str) -> bool:
    """Return whether a statement uses a variable more than once: what is carried may only go in at one place."""
    loads = (part for part in ast.walk(statement) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load))
    return sum(part.id == name for part in loads) > 1


def _name_again(reading: "Interpreter", aliases: set[str], log: int) -> None:
    """Let the variable that a loop carries name the node, where it was made for this loop alone."""
    called = Wire(reading.draft.log[log], "out")
    for name in aliases:
        if reading.frame.names.get(name) == called:
            statements.wish_for(reading, called, name)


def _take(module: DraftModule, turns: Turns, probe: Probe, reading: "Interpreter") -> bool:
    """Make a module a repeated one; return whether it can be."""
    own = reading.lists[turns.modules].turns if turns.modules is not None else turns
    each = [value for value in module.attributes.values() if isinstance(value, Formula) and value.is_each]
    repeat: Value = None
    if own.field and not each:
        repeat = Formula(f"len({own.field})")
    elif own.count is not None:
        repeat = reading.session.repeat_of(reading, own.count)
    if len(each) > 1 or (each and each[0].formula != own.field):
        return False
    wrapping: dict[str, Value] = {"repeat": repeat} if repeat is not None else {}
    if probe.between:
        wrapping["between"] = probe.between
    old = {key: value for key, value in module.attributes.items() if key in ("repeat", "between")}
    if turns.modules is not None and old not in ({}, wrapping):
        return False
    if turns.modules is not None and not old and probe.between and _is_called_before(reading, module):
        return False
    module.attributes |= wrapping
    return True


def _is_called_before(reading: "Interpreter", module: DraftModule) -> bool:
    return sum(node.module == module.number for node in reading.draft.nodes) > 1


def _changed(reading: "Interpreter", names: dict[str, Term]) -> list[str]:
    return [name for name, term in reading.frame.names.items() if names.get(name) != term]


def _is_activation(node: DraftNode) -> bool:
    return node.module is None and node.spec.name in _BETWEEN and not node.attributes and set(node.inputs) == {"in"}
