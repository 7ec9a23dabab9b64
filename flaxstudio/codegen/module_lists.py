"""What loops and comprehensions run through, and the modules that a comprehension makes: one kind repeated, or one by one."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flaxstudio.codegen import module_making
from flaxstudio.codegen.attribute_reader import formula_of
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
    walk,
)

if TYPE_CHECKING:
    from flaxstudio.codegen.interpreter import Frame, Interpreter


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


def comprehension(reading: "Interpreter", tree: ast.ListComp | ast.GeneratorExp) -> Term:
    """Return a list of modules, or the items one by one."""
    if len(tree.generators) != 1:
        raise Unreadable(tree.lineno, "A list made by several loops at once cannot be drawn.")
    generator = tree.generators[0]
    over = reading.value(reading.term(generator.iter))
    turns = turns_of(reading, over)
    if turns is not None and not generator.ifs and (tree.lineno, tree.col_offset) not in reading.session.unrolled:
        made = _made_in_turns(reading, tree, turns)
        if made is not None:
            reading.lists.append(ListOfModules(tree, reading.frame, turns, made))
            return ModuleList(len(reading.lists) - 1)
    tell(reading, over, tree.lineno)
    return _item_by_item(reading, tree, over)


def expanded(reading: "Interpreter", found: ModuleList) -> Term:
    """Return the modules of a list one by one."""
    listed = reading.lists[found.number]
    if listed.module is not None:
        raise Unroll(listed.place)
    if listed.items is None:
        outer, reading.frame = reading.frame, listed.frame
        over = reading.value(reading.term(listed.tree.generators[0].iter))
        tell(reading, over, listed.tree.lineno)
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


def turns_of(reading: "Interpreter", over: Term) -> Turns | None:
    """Return what a loop runs through where it may stay a loop."""
    match over:
        case Call(function=Ref(path="builtins.enumerate"), args=((_, inner),)):
            found = turns_of(reading, inner)
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


def bind_turn(reading: "Interpreter", target: ast.expr, turns: Turns, number: int) -> None:
    """Let a loop's variables stand for what one turn has, whichever it is; `number` is the loop's own."""
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
        item = Index(number)
    bind(reading, target, Seq((Index(number), item)) if turns.has_number else item)


def bind(reading: "Interpreter", target: ast.expr, item: Term) -> None:
    """Give a loop's variables their values."""
    match target, item:
        case ast.Name(id=name), _:
            reading.frame.names[name] = item
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), Seq(items=items)) if len(targets) == len(items):
            for inner, found in zip(targets, items, strict=True):
                bind(reading, inner, found)
        case _:
            raise Unreadable(target.lineno, "The loop's variables do not fit what it runs through.")


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
        bind_turn(reading, tree.generators[0].target, turns, -1 - tree.lineno)
        made = reading.term(tree.elt)
    except Unreadable:
        return None
    finally:
        reading.frame = outer
    if not isinstance(made, Call) or not module_making.is_class_call(made):
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
            bind(reading, generator.target, item)
            if all(truth(reading.settled(reading.value(reading.term(test)))) for test in generator.ifs):
                found.append(reading.value(reading.term(tree.elt)))
    finally:
        reading.frame = outer
    return Seq(tuple(found))


def tell(reading: "Interpreter", over: Term, line: int) -> None:
    """Say that a loop was drawn for good, where a field says how often it runs."""
    fields = sorted({part.name for part in walk(over) if isinstance(part, FieldOf)})
    if fields:
        reading.note(f"Line {line}: the loop is drawn turn by turn, for the value that {' and '.join(fields)} has now.")


def _length(term: Term) -> Term:
    return Call(Ref("builtins.len"), (("0", term),))
