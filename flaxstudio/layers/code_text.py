"""What stands in a Python text, read from its syntax tree and never by running it: classes, their bases, imports."""

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MODULE = "flax.linen.Module"

USUAL_IMPORTS: Mapping[str, str] = {
    "nn": "import flax.linen as nn",
    "linen": "from flax import linen",
    "flax": "import flax",
    "jax": "import jax",
    "jnp": "import jax.numpy as jnp",
    "lax": "from jax import lax",
    "random": "from jax import random",
    "np": "import numpy as np",
    "math": "import math",
    "functools": "import functools",
    "partial": "from functools import partial",
    **{name: f"from collections.abc import {name}" for name in ("Callable", "Iterable", "Mapping", "Sequence")},
    **{name: f"from typing import {name}" for name in ("Any", "Dict", "List", "Literal", "Optional", "Tuple", "Union")},
}
"""Name -> the line that imports it: what notebooks import in their first cell and then take for granted."""

_MEANINGS = {"nn": "flax.linen", "linen": "flax.linen", "jnp": "jax.numpy", "lax": "jax.lax", "np": "numpy"}
# names that every module has besides the builtins
_MODULE_NAMES = frozenset({"__name__", "__file__", "__doc__", "__class__"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class ClassText:
    """A class of a text: itself and the classes of the same text it comes from, nearest first, and its other bases."""

    name: str
    chain: tuple[ast.ClassDef, ...]
    roots: tuple[str, ...]

    @property
    def is_module(self) -> bool:
        """Whether it is a linen Module, by what its bases are called."""
        return any(root.startswith("flax.linen.") for root in self.roots)

    @property
    def docstring(self) -> str:
        """The class's own docstring."""
        return ast.get_docstring(self.chain[0]) or ""

    def method(self, name: str) -> ast.FunctionDef | None:
        """Return the method that a call would reach, if the text has it."""
        found = (part for owner in self.chain for part in owner.body if isinstance(part, ast.FunctionDef) and part.name == name)
        return next(found, None)

    def fields(self) -> dict[str, ast.AnnAssign]:
        """Return the annotated fields in the order a dataclass takes them: those of the bases first."""
        table: dict[str, ast.AnnAssign] = {}
        for owner in reversed(self.chain):
            for part in owner.body:
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and not _is_class_var(part):
                    table[part.target.id] = part
        return table


def parse(text: str) -> ast.Module | None:
    """Return a text's syntax tree, or None where it is no Python (`layers.code_faults` says why)."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def classes_in(text: str) -> tuple[str, ...]:
    """Return the linen Modules that a text defines, in its order."""
    tree = parse(text)
    return tuple(found.name for found in class_texts(tree).values() if found.is_module) if tree else ()


def class_text(tree: ast.Module, name: str) -> ClassText | None:
    """Return the class of that name at the top of a text, if it is there."""
    return class_texts(tree).get(name)


def class_texts(tree: ast.Module, package: str = "") -> dict[str, ClassText]:
    """Return the classes at the top of a text by name, the last one where there are several of a name.

    `package` is where the text lies, for its relative imports.
    """
    classes = {part.name: part for part in tree.body if isinstance(part, ast.ClassDef)}
    meanings = meanings_in(tree, package)
    return {name: _with_bases(found, classes, meanings) for name, found in classes.items()}


def _with_bases(found: ast.ClassDef, classes: Mapping[str, ast.ClassDef], meanings: Mapping[str, str]) -> ClassText:
    chain: list[ast.ClassDef] = []
    roots: list[str] = []
    todo = [found]
    while todo:
        part = todo.pop(0)
        chain.append(part)
        for base in part.bases:
            inherited = classes.get(base.id) if isinstance(base, ast.Name) else None
            if inherited is None:
                roots.append(dotted(base, meanings))
            elif inherited not in (*chain, *todo):
                todo.append(inherited)
    return ClassText(found.name, tuple(chain), tuple(roots))


def meanings_in(tree: ast.AST, package: str = "") -> dict[str, str]:
    """Return what imported names stand for, `nn` -> `flax.linen`; the usual ones also where the text does not import them."""
    meanings = dict(_MEANINGS)
    for part in ast.walk(tree):
        if isinstance(part, ast.Import):
            for item in part.names:
                meanings[item.asname or item.name.split(".")[0]] = item.name if item.asname else item.name.split(".")[0]
        elif isinstance(part, ast.ImportFrom) and (owner := _owner_of(part, package)):
            meanings.update({item.asname or item.name: f"{owner}.{item.name}" for item in part.names})
    return meanings


def dotted(tree: ast.expr, meanings: Mapping[str, str]) -> str:
    """Return an expression's full name, `nn.Module` -> `flax.linen.Module`; "" for what has none."""
    match tree:
        case ast.Name(id=name):
            return meanings.get(name, name)
        case ast.Attribute(value=owner, attr=name):
            before = dotted(owner, meanings)
            return f"{before}.{name}" if before else ""
        case ast.Subscript(value=owner):
            return dotted(owner, meanings)
        case _:
            return ""


def modules_imported(tree: ast.AST) -> tuple[str, ...]:
    """Return the top-level packages that a text imports, anywhere in it, in alphabetical order."""
    names: set[str] = set()
    for part in ast.walk(tree):
        if isinstance(part, ast.Import):
            names.update(item.name.split(".")[0] for item in part.names)
        elif isinstance(part, ast.ImportFrom) and not part.level:
            names.add((part.module or "").split(".")[0])
    return tuple(sorted(names - {"", "__future__"}))


def unbound_names(tree: ast.Module) -> dict[str, int]:
    """Return the names that a text uses and nowhere defines, each with the first line that does."""
    bound = set(vars(builtins)) | _MODULE_NAMES
    used: dict[str, int] = {}
    for part in ast.walk(tree):
        bound.update(_names_bound_by(part))
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            used[part.id] = min(part.lineno, used.get(part.id, part.lineno))
    if "*" in bound:  # a star import may define anything
        return {}
    return {name: line for name, line in used.items() if name not in bound}


def missing_imports(text: str) -> tuple[str, ...]:
    """Return the import lines that a text takes for granted, as a notebook's cell does."""
    tree = parse(text)
    names = sorted(unbound_names(tree)) if tree else []
    lines = dict.fromkeys(USUAL_IMPORTS[name] for name in names if name in USUAL_IMPORTS)
    return tuple(sorted(lines, key=lambda line: (line.startswith("from"), line)))


def with_imports(text: str) -> str:
    """Return a text that stands on its own: the imports it takes for granted are put before it."""
    lines = missing_imports(text)
    tree = parse(text)
    if not lines or tree is None:
        return text
    futures = [part for part in tree.body if isinstance(part, ast.ImportFrom) and part.module == "__future__"]
    if futures:  # nothing may stand before them
        written = text.split("\n")
        last = futures[-1].end_lineno or futures[-1].lineno
        return "\n".join([*written[:last], "", *lines, *written[last:]])
    gap = "\n" if isinstance(tree.body[0], ast.Import | ast.ImportFrom) else "\n\n\n"
    return "\n".join(lines) + gap + text.lstrip("\n")


def own_parts(function: ast.AST) -> Iterator[ast.AST]:
    """Yield all that stands in a function itself, not in functions or classes inside it."""
    todo = list(ast.iter_child_nodes(function))
    while todo:
        part = todo.pop(0)
        yield part
        if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            todo[:0] = ast.iter_child_nodes(part)


def _owner_of(statement: ast.ImportFrom, package: str) -> str:
    """Return the full name of the module that names are imported from, or "" where it cannot be known."""
    if not statement.level:
        return statement.module or ""
    parts = package.split(".")[: len(package.split(".")) - statement.level + 1] if package else []
    return ".".join([*parts, *([statement.module] if statement.module else [])]) if parts else ""


def _names_bound_by(part: ast.AST) -> Iterator[str]:
    match part:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
            yield name
        case ast.alias(name=name, asname=other):
            yield other or name.split(".")[0]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names


def _is_class_var(field: ast.AnnAssign) -> bool:
    return "ClassVar" in ast.unparse(field.annotation)
