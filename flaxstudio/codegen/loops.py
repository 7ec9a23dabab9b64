"""Reads loops: as one repeated node where the body is one module's call, else turn by turn."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flaxstudio.codegen import module_calls, statements
from flaxstudio.codegen.attribute_reader import formula_of
from flaxstudio.codegen.draft import DraftModule, DraftNode
from flaxstudio.codegen.folding import folded, truth
from flaxstudio.codegen.terms import (
    Call,
    Const,
    FieldOf,
    Index,
    Item,
    ModuleList,
    ModuleRef,
    Op,
    Ref,
    Seq,
    Term,
    Unreadable,
    Wire,
    walk,
)
from flaxstudio.graph.graph import Formula, Value
from flaxstudio.graph.spec import WRAPPING, LayerSpec

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Frame, Interpreter

_BETWEEN = next(attribute for attribute in WRAPPING if attribute.name == "between").choices


class Unroll(Exception):
    """A list of modules turned out not to be one repeated node: the class is read again with the list item by item."""

    def __init__(self, place: tuple[int, int]) -> None:
        self.place = place
        super().__init__()


@dataclass(slots=True)
class ListOfModules:
    """Modules of one kind made by a comprehension, at a place in the text; `module` is the one that stands for all."""

    tree: ast.ListComp | ast.GeneratorExp
    frame: "Frame"
    turns: "Turns"
    made: Term
    wish: str = ""
    module: int | None = None
    items: Seq | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in the text."""
        return self.tree.lineno, self.tree.col_offset


@dataclass(frozen=True, slots=True)
class Turns:
    """What a loop runs through: `count` turns, the items of a `field`, the modules of a list; with their numbers or not."""

    count: Term | None = None
    field: str = ""
    modules: int | None = None
    has_number: bool = False
    is_partial: bool = False
    """All items of the field but the last."""

    def last(self, lists: list[ListOfModules]) -> Iterator[Term]:
        """Yield what the number of the last turn may be written as."""
        if self.count is not None:
            yield folded(Op("-", (self.count, Const(1))))
        if self.field:
            yield Op("-", (_length(FieldOf(self.field)), Const(1)))
        if self.modules is not None:
            yield Op("-", (_length(ModuleList(self.modules)), Const(1)))
            yield from lists[self.modules].turns.last(lists)


@dataclass(slots=True)
class Probe:
    """A loop that is tried as one repeated node."""

    number: int
    last: tuple[Term, ...]
    between: str = ""


@dataclass(slots=True)
class Begun:
    """A loop over all items of a field but the last: its module, the nodes of its call and of the activation behind."""

    module: int
    call: int
    activation: int
    field: str
    place: tuple[int, int]
    is_complete: bool = False


@dataclass(slots=True)
class _State:
    names: dict[str, Term]
    aliases: set[str]
    fields: dict[str, Term] = field(default_factory=dict)
    has_shapes: bool = False


def loop(reading: "Interpreter", statement: ast.For) -> Term | None:
    """Read a loop; return what it returns, if it does."""
    over = reading.value(reading.term(statement.iter))
    turns = _turns(reading, over)
    place = statement.lineno, statement.col_offset
    if turns is not None and place not in reading.session.unrolled and _is_kept(reading, statement, turns):
        return None
    items = over if isinstance(over, Seq) else reading.settled(over)
    if not isinstance(items, Seq):
        raise Unreadable(statement.lineno, "How often the loop runs is not known before the model runs.")
    _tell(reading, over, statement.lineno)
    for item in items.items:
        _bind(reading, statement.target, item)
        found = reading.run(statement.body)
        if found is not None:
            return found
    return reading.run(statement.orelse)


def comprehension(reading: "Interpreter", tree: ast.ListComp | ast.GeneratorExp) -> Term:
    """Return a list of modules, or the items one by one."""
    if len(tree.generators) != 1:
        raise Unreadable(tree.lineno, "A list made by several loops at once cannot be drawn.")
    generator = tree.generators[0]
    over = reading.value(reading.term(generator.iter))
    turns = _turns(reading, over)
    if turns is not None and not generator.ifs and (tree.lineno, tree.col_offset) not in reading.session.unrolled:
        made = _made_in_turns(reading, tree, turns)
        if made is not None:
            reading.lists.append(ListOfModules(tree, reading.frame, turns, made))
            return ModuleList(len(reading.lists) - 1)
    _tell(reading, over, tree.lineno)
    return _item_by_item(reading, tree, over)


def expanded(reading: "Interpreter", found: ModuleList) -> Term:
    """Return the modules of a list one by one."""
    listed = reading.lists[found.number]
    if listed.module is not None:
        raise Unroll(listed.place)
    if listed.items is None:
        outer, reading.frame = reading.frame, listed.frame
        over = reading.value(reading.term(listed.tree.generators[0].iter))
        _tell(reading, over, listed.tree.lineno)
        items = _item_by_item(reading, listed.tree, over)
        reading.frame = outer
        assert isinstance(items, Seq)
        listed.items = items
        name_modules(reading, items, listed.wish)
    return listed.items


def named_in_setup(reading: "Interpreter", tree: ast.expr, name: str) -> Term:
    """Return the value of an attribute of self; the modules in it are called by it."""
    before = len(reading.draft.modules)
    found = reading.value(reading.term(tree))
    if isinstance(found, ModuleList):
        reading.lists[found.number].wish = name
    elif isinstance(found, ModuleRef) and found.number >= before and not reading.draft.modules[found.number].wish:
        reading.draft.modules[found.number].wish = name
    elif isinstance(found, Seq):
        name_modules(reading, found, name)
    return found


def name_modules(reading: "Interpreter", items: Seq, name: str) -> None:
    """Name the modules of a list by their places, as Flax does."""
    for place, item in enumerate(items.items):
        if isinstance(item, ModuleRef) and name and not reading.draft.modules[item.number].wish:
            reading.draft.modules[item.number].wish = f"{name}_{place}"
        elif isinstance(item, Seq):
            name_modules(reading, item, f"{name}_{place}" if name else "")


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
        _bind_turn(reading, statement.target, turns, probe)
        reading.run(statement.body)
        module = _repeated_module(reading, mark.log, state.names, statement)
        if (
            module is not None
            and (before is not None or module.number >= mark.modules)
            and _take(module, turns, probe, reading)
        ):
            _name_again(reading, state.aliases, mark.log)
            if not turns.is_partial or _is_begun(reading, statement, turns, module, mark.log):
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


def _is_begun(reading: "Interpreter", statement: ast.For, turns: Turns, module: DraftModule, log: int) -> bool:
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


def _bind_turn(reading: "Interpreter", target: ast.expr, turns: Turns, probe: Probe) -> None:
    if turns.modules is not None:
        listed = reading.lists[turns.modules]
        if listed.items is not None:
            raise Unreadable(0, "")
        if listed.module is None:
            made = reading.make(listed.made, listed.wish)
            assert isinstance(made, ModuleRef)
            listed.module = made.number
        item: Term = ModuleRef(listed.module)
    elif turns.field:
        item = Item(turns.field)
    else:
        item = Index(probe.number)
    _bind(reading, target, Seq((Index(probe.number), item)) if turns.has_number else item)


def _bind(reading: "Interpreter", target: ast.expr, item: Term) -> None:
    match target, item:
        case ast.Name(id=name), _:
            reading.frame.names[name] = item
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), Seq(items=items)) if len(targets) == len(items):
            for inner, found in zip(targets, items, strict=True):
                _bind(reading, inner, found)
        case _:
            raise Unreadable(target.lineno, "The loop's variables do not fit what it runs through.")


def _turns(reading: "Interpreter", over: Term) -> Turns | None:
    """Return what a loop runs through where it may stay a loop."""
    match over:
        case Call(function=Ref(path="builtins.enumerate"), args=((_, inner),)):
            found = _turns(reading, inner)
            return None if found is None or found.has_number else replace(found, has_number=True)
        case Seq(items=items) if len(items) > 1 and items == tuple(Const(number) for number in range(len(items))):
            return Turns(Const(len(items)))
        case Call(function=Ref(path="builtins.range"), args=((_, count),)):
            return Turns(count) if formula_of(count) is not None else _of_number(reading, count)
        case FieldOf(name=name) if reading.session.is_numbers(reading, name):
            return Turns(field=name)
        case Op(name="index", args=(FieldOf(name=name), Op(name="slice", args=(Const(value=None | 0), Const(value=-1), _)))):
            return Turns(field=name, is_partial=True) if reading.session.is_numbers(reading, name) else None
        case ModuleList(number=number) if reading.lists[number].items is None:
            return Turns(modules=number)
        case _:
            return None


def _of_number(reading: "Interpreter", count: Term) -> Turns | None:
    """Return turns whose number is known, but is no calculation with fields alone."""
    try:
        found = reading.settled(count)
    except Unreadable:
        return None
    return Turns(found) if isinstance(found, Const) and isinstance(found.value, int) and found.value > 1 else None


def _made_in_turns(reading: "Interpreter", tree: ast.ListComp | ast.GeneratorExp, turns: Turns) -> Term | None:
    """Return what makes each module of a comprehension, where all are made alike but for a field's item."""
    if turns.modules is not None:
        return None
    outer = reading.frame
    reading.frame = type(outer)(around=outer)
    try:
        probe = Probe(-1 - tree.lineno, ())
        _bind_turn(reading, tree.generators[0].target, turns, probe)
        made = reading.term(tree.elt)
    except Unreadable:
        return None
    finally:
        reading.frame = outer
    if not isinstance(made, Call) or not module_calls.is_class_call(made):
        return None
    return None if any(isinstance(part, Index) for part in walk(made.without("name"))) else made


def _item_by_item(reading: "Interpreter", tree: ast.ListComp | ast.GeneratorExp, over: Term) -> Term:
    items = over if isinstance(over, Seq) else reading.settled(over)
    if not isinstance(items, Seq):
        raise Unreadable(tree.lineno, "How long this list is is not known before the model runs.")
    generator, outer = tree.generators[0], reading.frame
    found: list[Term] = []
    reading.frame = type(outer)(around=outer)
    try:
        for item in items.items:
            _bind(reading, generator.target, item)
            if all(truth(reading.settled(reading.value(reading.term(test)))) for test in generator.ifs):
                found.append(reading.value(reading.term(tree.elt)))
    finally:
        reading.frame = outer
    return Seq(tuple(found))


def _changed(reading: "Interpreter", names: dict[str, Term]) -> list[str]:
    return [name for name, term in reading.frame.names.items() if names.get(name) != term]


def _is_activation(node: DraftNode) -> bool:
    return node.module is None and node.spec.name in _BETWEEN and not node.attributes and set(node.inputs) == {"in"}


def _length(term: Term) -> Term:
    return Call(Ref("builtins.len"), (("0", term),))


def _tell(reading: "Interpreter", over: Term, line: int) -> None:
    fields = sorted({part.name for part in walk(over) if isinstance(part, FieldOf)})
    if fields:
        reading.note(f"Line {line}: the loop is drawn turn by turn, for the value that {' and '.join(fields)} has now.")
