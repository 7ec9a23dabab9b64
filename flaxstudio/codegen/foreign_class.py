"""A class of an installed package, imported and described. Only called once the user has said yes to it."""

import ast
import dataclasses
import importlib
import inspect
from typing import Any

from flaxstudio.graph.graph import Field
from flaxstudio.graph.library import Imported
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.layers.code_attributes import attribute_of
from flaxstudio.layers.code_layer import MEANS_TRAIN, MEANS_USE

_OWN_OF_MODULES = ("name", "parent")
_BASIC = ("int", "float", "bool", "ints", "text")
_INITIALIZER = "Dense.kernel_init"  # any attribute that takes an initializer would do


def describe(module: str, name: str) -> Imported:
    """Import a class and return its fields, inputs and flag; ProblemError where it cannot be a layer.

    Fields that can be set get their default, required ones a usual value; others are left to the class.
    """
    class_ = _imported(module, name)
    signature = _signature(class_, module, name)
    fields = tuple(field for f in dataclasses.fields(class_) if (field := _field(f, name)) is not None)
    names = {field.name for field in fields}
    inputs, flag = _call(signature, name)
    return Imported(name, module, tuple(f for f in fields if f.name in names - {flag}), inputs, flag, flag not in MEANS_USE)


def _imported(module: str, name: str) -> Any:
    import flax.linen as nn

    try:
        found = getattr(importlib.import_module(module), name)
    except (Exception, SystemExit) as error:  # whatever the package raises is the user's to see
        sentence = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ProblemError(f"{name} cannot be imported from {module}: {sentence}.", "Update or mend the package.") from error
    if not (isinstance(found, type) and issubclass(found, nn.Module)):
        raise ProblemError(f"{name} of {module} is no linen Module.", "Choose another class.")
    return found


def _signature(class_: Any, module: str, name: str) -> inspect.Signature:
    try:
        return inspect.signature(class_.__call__)
    except (AttributeError, TypeError, ValueError) as error:
        raise ProblemError(f"{name} of {module} has no __call__.", "Choose another class.") from error


def _field(field: "dataclasses.Field[Any]", owner: str) -> Field | None:
    if field.name in _OWN_OF_MODULES or not field.init:
        return None
    is_required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    if not is_required and (default := _literal(field.default)) is None:
        return None
    spec = attribute_of(field.name, _annotation(field.type), None if is_required else default, {})
    like = "" if spec is None else _like(spec)
    if spec is None or not like:
        if is_required:
            kind = getattr(field.type, "__name__", str(field.type))
            raise ProblemError(
                f"{owner} needs {field.name}, a {kind}, which cannot be set on a node.",
                f"Write a layer as code that makes a {owner} with it.",
            )
        return None
    return Field(field.name, like, spec.default, spec.help)


def _like(spec: AttributeSpec) -> str:
    if spec.type == "choice" and all(isinstance(spec.source(choice), str) for choice in spec.choices):
        return "text" if not spec.expressions else ""
    return _INITIALIZER if spec.type == "initializer" else spec.type if spec.type in _BASIC else ""


def _literal(value: Any) -> ast.expr | None:
    """Return the source of a default that can be written down, or None."""
    if value is None or isinstance(value, bool | int | float | str | tuple):
        try:
            tree = ast.parse(repr(value), mode="eval").body
            ast.literal_eval(tree)
        except (SyntaxError, ValueError):
            return None
        return tree
    return None


def _annotation(annotation: Any) -> ast.expr | None:
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    if not isinstance(annotation, str | type) or hasattr(annotation, "__origin__"):
        text = repr(annotation)
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _call(signature: inspect.Signature, owner: str) -> tuple[tuple[str, ...], str]:
    """Return the call's arrays and its flag for training."""
    inputs: list[str] = []
    flags: list[tuple[bool, str]] = []
    for parameter in list(signature.parameters.values())[1:]:
        is_free = parameter.default is not inspect.Parameter.empty
        if parameter.name in (*MEANS_TRAIN, *MEANS_USE):
            flags.append((is_free, parameter.name))
        elif parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) or is_free:
            continue
        elif parameter.kind is parameter.KEYWORD_ONLY:
            raise ProblemError(f"{owner} takes {parameter.name} by its name only.", "Write a layer as code that calls it.")
        else:
            inputs.append(parameter.name)
    required = [name for is_free, name in flags if not is_free]
    if len(required) > 1:
        raise ProblemError(f"{owner} takes {' and '.join(required)}.", "Write a layer as code that calls it.")
    return tuple(inputs), (required or [name for _, name in sorted(flags)] or [""])[0]
