"""The state of reading one class: what names mean at the place that is read, and what had to be known about the class."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flaxstudio.codegen import loop_ends, loops, module_lists, module_making, records, statements, values
from flaxstudio.codegen.draft import Draft
from flaxstudio.codegen.expressions import term_of
from flaxstudio.codegen.folding import folded
from flaxstudio.codegen.terms import (
    Batch,
    Call,
    Closure,
    Const,
    FieldOf,
    ModuleList,
    Op,
    OwnClass,
    Ref,
    SelfRef,
    Seq,
    Term,
    Train,
    Unreadable,
    Wire,
)
from flaxstudio.codegen.vocabulary import named
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.layers.code_layer import MEANS_TRAIN, MEANS_USE
from flaxstudio.layers.code_text import ClassText

if TYPE_CHECKING:
    from flaxstudio.codegen.session import Session

MAX_DEPTH = 40
MAX_STEPS = 20_000
_BUILTINS = frozenset(
    {
        *(
            "len",
            "range",
            "enumerate",
            "zip",
            "tuple",
            "list",
            "int",
            "float",
            "round",
            "abs",
            "max",
            "min",
            "bool",
            "sum",
            "str",
        ),
        *(
            "reversed",
            "isinstance",
            "print",
            "all",
            "any",
            "dict",
            "super",
            "getattr",
            "setattr",
            "callable",
            "divmod",
            "slice",
        ),
    }
)


@dataclass(slots=True)
class Frame:
    """The variables of a function that is read; what it does not have, the one around it has."""

    names: dict[str, Term] = field(default_factory=dict)
    around: "Frame | None" = None
    aliases: set[str] = field(default_factory=set)
    """The variables that are only another one under a second name so far."""
    firsts: dict[str, Term] = field(default_factory=dict)
    """The first value of each variable that the function sets."""
    results: tuple[str, ...] = ()
    """The names of what the function returned, "" for those that say nothing."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the text: its arguments, its body (one expression for a lambda) and where it was defined."""

    arguments: ast.arguments
    body: Sequence[ast.stmt] | ast.expr
    frame: Frame | None
    method: str = ""
    """The name of a method of the class, which gets self first."""


@dataclass(slots=True)
class Facts:
    """What had to be known to read the class this way: it is read anew where something else is given."""

    fields: dict[str, Term] = field(default_factory=dict)
    has_shapes: bool = False


class Interpreter:
    """Reads a class's statements into a draft."""

    def __init__(
        self,
        session: "Session",
        found: ClassText,
        given: Mapping[str, Callable[[], Term]],
        flags: Mapping[str, Term],
        is_model: bool = False,
    ) -> None:
        self.session = session
        self.found = found
        self.is_model = is_model
        self.draft = Draft(session.base)
        self.facts = Facts()
        self.frame = Frame()
        self.attributes: dict[str, Term] = {}
        self.functions: list[Function] = []
        self.lists: list[module_lists.ListOfModules] = []
        self.probes: list[loops.Probe] = []
        self.begun: list[loop_ends.Begun] = []
        self.passed: dict[tuple[str, str], Term] = {}
        """What methods of the class are called with inside it, by method and argument."""
        self.returned: tuple[bool, ...] = ()
        """Of what the call returns, whether each part is an array."""
        self.unknown: set[int] = set()
        """The Inputs whose shapes are not known."""
        self.is_in_setup = False
        self.trains: bool | None = None
        """Whether the model trains where a branch of `if train:` is read."""
        self.depth = 0
        self._given = given
        self._flags = flags
        self._steps = 0
        self._fields = found.fields()

    # what a name means

    def name(self, name: str, line: int) -> Term:
        """Return what a variable or an import means here."""
        frame: Frame | None = self.frame
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.around
        return self._global(name, line)

    def of_self(self, name: str, line: int) -> Term:
        """Return what `self.NAME` means."""
        if name in self.attributes:
            return self.attributes[name]
        if name in self._fields:
            return self._field(name)
        method = self.found.method(name)
        if method is not None:
            if any(isinstance(mark, ast.Name) and mark.id == "property" for mark in method.decorator_list):
                return self.inline(self._function(Function(method.args, method.body, None, name)), [SelfRef()], [], line)
            return self._function(Function(method.args, method.body, None, name))
        constant = self._class_constant(name)
        if constant is not None:
            return constant
        return Op(f"attr:{name}", (SelfRef(),), line)

    def function(self, tree: ast.Lambda) -> Term:
        """Return the function that a lambda makes."""
        return self._function(Function(tree.args, tree.body, self.frame))

    def define(self, tree: ast.FunctionDef) -> None:
        """Take in a function that stands among the statements."""
        self.frame.names[tree.name] = self._function(Function(tree.args, tree.body, self.frame))

    def comprehension(self, tree: ast.ListComp | ast.GeneratorExp) -> Term:
        """Return what a comprehension makes."""
        return module_lists.comprehension(self, tree)

    # what a term is

    def term(self, tree: ast.expr) -> Term:
        """Return what an expression means here; nothing is added to the draft but by comprehensions."""
        return term_of(tree, self)

    def value(self, term: Term) -> Term:
        """Return what a term comes to, its layers added to the draft."""
        return values.value(self, term)

    def known(self, term: Term) -> Term | None:
        """Return what a field or a shape stands for; from then on the class is read for these alone."""
        match term:
            case FieldOf(name=name):
                return self.demanded(name)
            case ModuleList():
                return module_lists.expanded(self, term)
            case Op(name=name, args=(FieldOf() | Call() | Op() as owner,)) if name.startswith("attr:"):
                return records.attribute(self, owner, name.removeprefix("attr:"))
            case Op(name="attr:shape", args=(Wire() as wire,)):
                return Seq((Batch(), *(Const(size) for size in self._shape(wire, term.line).sizes)))
            case Op(name="attr:ndim", args=(Wire() as wire,)):
                return Const(1 + len(self._shape(wire, term.line).sizes))
            case Op(name="attr:dtype", args=(Wire() as wire,)):
                return Ref(f"jax.numpy.{self._shape(wire, term.line).dtype}")
            case _:
                return None

    def settled(self, term: Term) -> Term:
        """Return a term with all known that can be."""
        return folded(term, self.known)

    def demanded(self, name: str) -> Term:
        """Return what a field is here."""
        if name not in self.facts.fields:
            self.facts.fields[name] = self._demanded(name)
        return self.facts.fields[name]

    def peeked(self, name: str) -> Term:
        """Return what a field is here, without keeping that it was asked for."""
        before = dict(self.facts.fields)
        try:
            return self.demanded(name)
        finally:
            self.facts.fields = before

    def default(self, name: str) -> Term | None:
        """Return a field's default: the class's own, for a model what is given."""
        default = self._default(name)
        if name in self._given and (default is None or self.is_model):
            return self._given[name]()
        return default

    def has_field(self, name: str) -> bool:
        """Return whether the class has a field of that name."""
        return name in self._fields

    # what is done

    def run(self, body: Sequence[ast.stmt]) -> Term | None:
        """Read statements; return what they return, if they do."""
        return statements.run(self, body)

    def inline(self, closure: Closure, positional: list[Term], keywords: list[tuple[str, Term]], line: int) -> Term:
        """Return what a function of the text gives back for these arguments."""
        return statements.inline(self, closure, positional, keywords, line)

    def make(self, term: Term, wish: str = "") -> Term:
        """Return a new module."""
        return module_making.make(self, term, wish)

    def step(self, line: int) -> None:
        """Count a statement; a text that would never end is given up."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise Unreadable(line, "The loops here have too many turns to be drawn.")

    def note(self, text: str) -> None:
        """Keep a sentence for the user."""
        self.session.note(text)

    def _function(self, function: Function) -> Closure:
        self.functions.append(function)
        return Closure(len(self.functions) - 1)

    def _global(self, name: str, line: int) -> Term:
        file = self.session.file
        statement = file.definitions.get(name)
        match statement:
            case ast.ClassDef():
                return OwnClass(name)
            case ast.FunctionDef(args=arguments, body=body):
                return self._function(Function(arguments, body, Frame()))
            case ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(value=ast.expr() as value):
                return self.constant(value, line)
            case _ if name in file.meanings:
                return named(file.meanings[name])
            case _ if name in _BUILTINS:
                return Ref(f"builtins.{name}")
            case _:
                raise Unreadable(line, f"`{name}` is not defined before this line.")

    def constant(self, tree: ast.expr, line: int = 0) -> Term:
        """Return what an expression means at the top of the file."""
        frame, self.frame, self.depth = self.frame, Frame(), self.depth + 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(line, "The definitions go round in a circle.")
        try:
            return self.term(tree)
        finally:
            self.frame, self.depth = frame, self.depth - 1

    def _class_constant(self, name: str) -> Term | None:
        for owner in self.found.chain:
            for part in owner.body:
                if isinstance(part, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in part.targets):
                    return self.constant(part.value, part.lineno)
        return None

    def _field(self, name: str) -> Term:
        if name in self._flags:
            return self._flags[name]
        if name in (*MEANS_TRAIN, *MEANS_USE) and name not in self._given:
            return Train() if name in MEANS_TRAIN else Op("not", (Train(),))
        return FieldOf(name)

    def _demanded(self, name: str) -> Term:
        if name in self._given:
            return self._given[name]()
        default = self._default(name)
        if default is None:
            given = f"; name the class with it, as in {self.found.name}({name}=…)" if self.is_model else ""
            raise Unreadable(0, f"what is done depends on {name}, which has no default{given}")
        return self.settled(default)

    def _default(self, name: str) -> Term | None:
        value = self._fields[name].value
        match value:
            case None:
                return None
            case ast.Call(func=ast.Name(id="field") | ast.Attribute(attr="field"), keywords=keywords):
                made = {k.arg: k.value for k in keywords}
                match made.get("default_factory"):
                    case ast.Lambda(body=body):
                        return self.constant(body, value.lineno)
                    case ast.expr() as factory:
                        return self.constant(ast.copy_location(ast.Call(factory, [], []), value), value.lineno)
                return self.constant(made["default"], value.lineno) if "default" in made else None
            case _:
                return self.constant(value, value.lineno)

    def _shape(self, wire: Wire, line: int) -> ArrayShape:
        self.facts.has_shapes = True
        shape = self.session.shape(self, wire)
        if shape is None:
            raise Unreadable(line, "what is done depends on a shape that is not known")
        return shape
