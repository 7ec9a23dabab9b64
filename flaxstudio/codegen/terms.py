"""Terms: what an expression of a source text means, with names looked up, aliases made one and keywords put in order.

Equal terms mean the same, so that patterns can be compared with them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

Literal = None | bool | int | float | str


class Unreadable(Exception):
    """What cannot be read as a graph: a line, counted from 1 (0: unknown), and why, as one sentence."""

    def __init__(self, line: int, sentence: str) -> None:
        self.line = line
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Const:
    """A literal."""

    value: Literal


@dataclass(frozen=True, slots=True)
class Wire:
    """An array: what a node of the draft gives out at a port."""

    node: int
    port: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The number of samples: every array's first size."""


@dataclass(frozen=True, slots=True)
class Train:
    """Whether the model is training: the call's argument, however it is called."""


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A field of the class, `self.features`."""

    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a field of several numbers, in a loop over them."""

    field: str


@dataclass(frozen=True, slots=True)
class Index:
    """The number of a loop's turn, while it is not known which."""

    loop: int


@dataclass(frozen=True, slots=True)
class SelfRef:
    """The Module itself."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Something of a package, by its full name: `flax.linen.relu`."""

    path: str


@dataclass(frozen=True, slots=True)
class OwnClass:
    """A linen Module that the same text defines."""

    name: str


@dataclass(frozen=True, slots=True)
class ModuleRef:
    """A Module that was made, by its number in the draft."""

    number: int


@dataclass(frozen=True, slots=True)
class ModuleList:
    """Several Modules of one kind made by a comprehension, by its number in the draft."""

    number: int


@dataclass(frozen=True, slots=True)
class Closure:
    """A function of the text, by its number."""

    number: int


@dataclass(frozen=True, slots=True)
class Seq:
    """A tuple or list."""

    items: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Splice:
    """Several items of a Seq."""

    term: "Term"


@dataclass(frozen=True, slots=True)
class Op:
    """An operator, an index, an attribute (`.shape`), a choice (`if`)."""

    name: str
    args: tuple["Term", ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A call. The arguments of a known function stand by name in its own order, those equal to its defaults left out."""

    function: "Term"
    args: tuple[tuple[str, "Term"], ...]
    line: int = field(default=0, compare=False)

    def get(self, name: str) -> "Term | None":
        """Return an argument by name, if it is given."""
        return next((term for key, term in self.args if key == name), None)

    def without(self, *names: str) -> "Call":
        """Return the call without those arguments."""
        return replace(self, args=tuple((key, term) for key, term in self.args if key not in names))


@dataclass(frozen=True, slots=True)
class Hole:
    """In a pattern: what a port gets ("port") or an attribute's value ("attribute"); an optional one may be missing."""

    kind: str
    name: str
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """In a pattern: all further arguments of a call are attributes of this group."""

    name: str


Term = (
    Const
    | Wire
    | Batch
    | Train
    | FieldOf
    | Item
    | Index
    | SelfRef
    | Ref
    | OwnClass
    | ModuleRef
    | ModuleList
    | Closure
    | Seq
    | Splice
    | Op
    | Call
    | Hole
    | Group
)

NONE, TRUE, FALSE = Const(None), Const(True), Const(False)
SHAPE = "attr:shape"
_NUMBERS_OF_ARRAYS = frozenset({SHAPE, "attr:ndim", "attr:dtype", "attr:size"})
_NEVER_ARRAYS = frozenset({"builtins.len", "builtins.range"})


def parts(term: Term) -> tuple[Term, ...]:
    """Return the terms that a term is made of."""
    match term:
        case Seq(items=items):
            return items
        case Splice(term=inner):
            return (inner,)
        case Op(args=args):
            return args
        case Call(function=function, args=named):
            return (function, *(value for _, value in named))
        case _:
            return ()


def walk(term: Term) -> Iterator[Term]:
    """Yield a term and all in it."""
    todo = [term]
    while todo:
        found = todo.pop()
        yield found
        todo.extend(reversed(parts(found)))


def rebuilt(term: Term, change: Callable[[Term], Term]) -> Term:
    """Return a term whose parts were each changed, in the order in which Python computes them."""
    match term:
        case Seq(items=items):
            return Seq(tuple(change(item) for item in items))
        case Splice(term=inner):
            return Splice(change(inner))
        case Op(args=args):
            return replace(term, args=tuple(change(arg) for arg in args))
        case Call(function=function, args=named):
            return replace(term, function=change(function), args=tuple((key, change(value)) for key, value in named))
        case _:
            return term


def is_array(term: Term) -> bool:
    """Return whether a term is computed from arrays; their shapes are numbers."""
    match term:
        case Wire():
            return True
        case Op(name=name) if name in _NUMBERS_OF_ARRAYS:
            return False
        case Op(name="if", args=(_, chosen, other)):
            return is_array(chosen) or is_array(other)
        case Call(function=Ref(path=path)) if path in _NEVER_ARRAYS:
            return False
        case ModuleRef() | Closure() | ModuleList():
            return False
        case Call(function=ModuleRef() | Closure()):
            return True
        case _:
            return any(is_array(part) for part in parts(term))
