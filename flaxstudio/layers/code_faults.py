"""What is wrong with a layer's source text, found without running it: each with its line and one sentence."""

import ast
import sys
from collections.abc import Iterator
from typing import NamedTuple

from flaxstudio.layers.code_attributes import attribute_of
from flaxstudio.layers.code_text import (
    MODULE,
    USUAL_IMPORTS,
    ClassText,
    class_text,
    meanings_in,
    modules_imported,
    own_parts,
    unbound_names,
)

_EXPECTED = frozenset({"jax", "jaxlib", "flax", "numpy", "math", "typing", "collections", "functools", "dataclasses", "einops"})
_HARMLESS = frozenset({"abc", "enum", "itertools", "operator", "typing_extensions", "warnings", "string", "re", "copy"})
_ONLY_COMPACT = ("param", "variable")


class CodeFault(NamedTuple):
    """A line, counted from 1, and what is wrong there."""

    line: int
    sentence: str


def fault_of_code(text: str, name: str) -> list[CodeFault]:
    """Return what keeps a text from being the layer `name`, in the order of its lines; nothing where all is well."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return [CodeFault(_line_of(error, text), f"Python cannot read this line: {error.msg}.")]
    except (ValueError, RecursionError, MemoryError) as error:
        return [CodeFault(1, f"Python cannot read this text: {error}.")]
    found = class_text(tree, name)
    if found is None:
        return [CodeFault(1, f"There is no class {name} in the text. Write class {name}(nn.Module).")]
    if faults := list(_faults_of_bases(found)):
        return faults
    faults = [*_faults_of_fields(found, tree), *_faults_of_calls(found), *_faults_of_names(tree)]
    return sorted(faults, key=lambda fault: fault.line)


def warnings_of_code(text: str) -> list[CodeFault]:
    """Return what a reader should look at twice: imports that a layer rarely needs."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    usual = _EXPECTED | _HARMLESS
    warnings: list[CodeFault] = []
    for part in ast.walk(tree):
        if isinstance(part, ast.Import | ast.ImportFrom):
            odd = [name for name in modules_imported(part) if name not in usual]
            warnings.extend(CodeFault(part.lineno, _about_module(name)) for name in odd)
    return sorted(warnings)


def _about_module(name: str) -> str:
    if name in sys.stdlib_module_names:
        return f"Imports {name}, which a layer rarely needs: look at what it does with it."
    return f"Imports {name}, which must be installed wherever the project is used."


def _faults_of_bases(found: ClassText) -> Iterator[CodeFault]:
    line, name = found.chain[0].lineno, found.name
    if any(root.startswith("flax.nnx") for root in found.roots):
        yield CodeFault(line, f"{name} is a Module of flax.nnx. Layers are Modules of flax.linen: class {name}(nn.Module).")
    elif not found.is_module:
        yield CodeFault(line, f"{name} is no linen Module. Write class {name}(nn.Module).")
    elif found.method("__call__") is None and set(found.roots) <= {MODULE}:
        yield CodeFault(line, f"{name} has no __call__. Write def __call__(self, x).")


def _faults_of_fields(found: ClassText, tree: ast.Module) -> Iterator[CodeFault]:
    meanings = meanings_in(tree)
    last_default = ""
    for name, field in found.fields().items():
        if name in ("name", "parent"):
            yield CodeFault(field.lineno, f"Every Module has a {name} of its own. Give the field another name.")
        if field.value is None:
            if last_default:
                yield CodeFault(field.lineno, f"{name} has no default, but {last_default} before it has one. Put {name} first.")
            if attribute_of(name, field.annotation, None, meanings) is None:
                kind = ast.unparse(field.annotation)
                yield CodeFault(field.lineno, f"{name} must have a default: a {kind} cannot be set on a node.")
        else:
            last_default = name
        if isinstance(field.value, ast.List | ast.Dict | ast.Set):
            yield CodeFault(field.lineno, f"The default of {name} can be changed by mistake. Write a tuple, such as (3, 3).")


def _faults_of_calls(found: ClassText) -> Iterator[CodeFault]:
    call = found.method("__call__")
    if call is None:
        return
    arguments = call.args
    if not [*arguments.posonlyargs, *arguments.args]:
        yield CodeFault(call.lineno, "The first argument of __call__ must be self.")
    if not any(isinstance(part, ast.Return) and part.value is not None for part in own_parts(call)):
        yield CodeFault(call.lineno, "__call__ returns nothing. End it with return and the layer's output.")
    is_compact = any("compact" in ast.unparse(mark) for mark in call.decorator_list)
    for part in own_parts(call):
        if isinstance(part, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            yield from (CodeFault(part.lineno, _about_setting(name)) for t in targets if (name := _attribute_of_self(t)))
        elif not is_compact and isinstance(part, ast.Call) and (name := _attribute_of_self(part.func)) in _ONLY_COMPACT:
            yield CodeFault(part.lineno, f"self.{name} is used outside setup. Write @nn.compact above __call__.")


def _about_setting(name: str) -> str:
    return f"self.{name} is set outside setup, where a Module cannot change. Use a plain variable, or self.variable."


def _attribute_of_self(tree: ast.expr) -> str:
    match tree:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return name
        case _:
            return ""


def _faults_of_names(tree: ast.Module) -> Iterator[CodeFault]:
    for name, line in unbound_names(tree).items():
        if name not in USUAL_IMPORTS:
            yield CodeFault(line, f"{name} is neither defined nor imported.")


def _line_of(error: SyntaxError, text: str) -> int:
    return max(1, min(error.lineno or 1, text.count("\n") + 1))
