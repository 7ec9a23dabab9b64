"""Annotated fields of a class as attributes: what can be read without running it, and only where it can be shown truly."""

import ast
import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from flaxstudio.graph.graph import Value
from flaxstudio.graph.initializer import ARGUMENTS, fault_of_initializer, initializer_text
from flaxstudio.graph.spec import AttributeSpec, AttributeType
from flaxstudio.layers.code_text import dotted

ACTIVATIONS = (
    "relu", "gelu", "silu", "swish", "elu", "celu", "tanh", "sigmoid", "leaky_relu", "selu", "softplus", "softmax",
)  # fmt: skip
_SEQUENCES = ("tuple", "Tuple", "Sequence", "list", "List", "Iterable", "Shape")
_NULLABLE_BOOL = {"none": "None", "true": "True", "false": "False"}
_REQUIRED: Mapping[str, Value] = {
    "features": 64, "num_features": 64, "hidden": 64, "width": 64, "dim": 64, "num_heads": 4, "heads": 4, "num_layers": 2,
    "depth": 2, "axis": -1, "groups": 1, "num_classes": 10, "classes": 10, "kernel_size": (3, 3), "window": (2, 2),
    "strides": (1, 1), "rate": 0.5, "dropout_rate": 0.1,
}  # fmt: skip
_DEFAULTS: Mapping[str, Value] = {"int": 64, "float": 1.0, "bool": False, "ints": (64,), "text": ""}


class _Kind(NamedTuple):
    """An attribute's type ("activation" is one more, "" none), whether it may be None, and its choices."""

    type: str
    is_optional: bool = False
    choices: tuple[str, ...] = ()


def attribute_of(
    name: str, annotation: ast.expr | None, default: ast.expr | None, meanings: Mapping[str, str], help_text: str = ""
) -> AttributeSpec | None:
    """Return the attribute for a field or an argument with what it may hold, or None where that cannot be read.

    Without a default it is required and gets a usual value.
    """
    kind = _kind_of(name, annotation, default, meanings)
    if not kind.type:
        return None
    if kind.type == "activation":
        return _activation(name, default, meanings, help_text)
    may_be_none = kind.is_optional and (default is None or _is_none(default))
    if kind.is_optional and kind.type == "bool":
        return _nullable_bool(name, help_text) if may_be_none else None
    if default is None:
        value = None if may_be_none else required_value(name, kind.type, kind.choices)
    else:
        value = initializer_of(default, meanings) if kind.type == "initializer" else _literal(default, kind.type)
    spec = AttributeSpec(
        name,
        cast(AttributeType, kind.type),
        value,
        help_text,
        choices=kind.choices,
        is_optional=kind.is_optional,
        is_required=default is None,
    )
    is_true = value is not None or may_be_none
    return spec if is_true and spec.fault(value) is None else None


def required_value(name: str, kind: str, choices: tuple[str, ...] = ()) -> Value:
    """Return the value that a required attribute begins with."""
    usual = _REQUIRED.get(name)
    if kind == "ints" and isinstance(usual, tuple):
        return usual
    if kind in ("int", "float") and isinstance(usual, int | float) and (kind == "float" or isinstance(usual, int)):
        return usual
    if kind == "initializer":
        return "zeros" if "bias" in name else "lecun_normal"
    return choices[0] if choices else _DEFAULTS[kind]


def initializer_of(tree: ast.expr, meanings: Mapping[str, str]) -> str | None:
    """Return the initializer that an expression makes, `nn.initializers.zeros_init()` -> "zeros", or None."""
    call = tree if isinstance(tree, ast.Call) else None
    owner, _, name = dotted(call.func if call else tree, meanings).rpartition(".")
    if owner.split(".")[-1] != "initializers":
        return None
    if name in ("zeros_init", "ones_init"):
        return name.removesuffix("_init") if call and not call.args and not call.keywords else None
    if name not in ARGUMENTS or (name in ("zeros", "ones")) == (call is not None):
        return None
    if call is None or not (call.args or call.keywords):
        return name
    positional = [argument.name for argument in ARGUMENTS[name] if not argument.is_keyword]
    if len(call.args) > len(positional):
        return None
    given = {**dict(zip(positional, call.args, strict=False)), **{k.arg or "": k.value for k in call.keywords}}
    found: dict[str, Any] = {key: _constant(value) for key, value in given.items()}
    if len(given) < len(call.args) + len(call.keywords) or not all(_can_be_argument(name, *pair) for pair in found.items()):
        return None
    if any(argument.is_required and argument.name not in found for argument in ARGUMENTS[name]):
        return None
    text = initializer_text(name, {key: word if isinstance(word, str) else float(word) for key, word in found.items()})
    return text if fault_of_initializer(text) is None else None


def _can_be_argument(name: str, key: str, value: Any) -> bool:
    is_known = any(argument.name == key for argument in ARGUMENTS[name])
    return is_known and isinstance(value, int | float | str) and not isinstance(value, bool)


def _kind_of(name: str, annotation: ast.expr | None, default: ast.expr | None, meanings: Mapping[str, str]) -> _Kind:
    if default is not None and initializer_of(default, meanings) is not None:
        return _Kind("initializer")
    if default is not None and _activation_name(default, meanings):
        return _Kind("activation")
    if annotation is None:
        return _Kind(_kind_of_value(_constant(default)) if default is not None else "")
    inner, is_optional = _without_none(_unquoted(annotation))
    word = dotted(inner, {}).split(".")[-1]
    if word == "Callable" or word.endswith(("Initializer", "InitFn")):
        is_required = default is None
        return _Kind(
            "initializer" if is_required and name.endswith("_init") else "activation" if is_required and "act" in name else ""
        )
    if word in ("int", "float", "bool"):
        return _Kind(word, is_optional)
    if word == "str":
        return _Kind("text", is_optional)
    if word == "Literal" and isinstance(inner, ast.Subscript):
        found = _constant(inner.slice)
        choices = tuple(str(item) for item in (found if isinstance(found, tuple) else (found,)) if isinstance(item, str))
        return _Kind("choice" if choices else "", is_optional, choices)
    return _Kind("ints" if word in _SEQUENCES and _holds_ints(inner) else "", is_optional)


def _activation(name: str, default: ast.expr | None, meanings: Mapping[str, str], help_text: str) -> AttributeSpec:
    value = _activation_name(default, meanings) if default is not None else "relu"
    choices = tuple(dict.fromkeys((*ACTIVATIONS, value)))
    sources = {choice: f"nn.{choice}" for choice in choices}
    return AttributeSpec(name, "choice", value, help_text, choices=choices, expressions=sources, is_required=default is None)


def _activation_name(tree: ast.expr, meanings: Mapping[str, str]) -> str:
    owner, _, name = dotted(tree, meanings).rpartition(".")
    return name if owner in ("flax.linen", "jax.nn") and name in ACTIVATIONS else ""


def _nullable_bool(name: str, help_text: str) -> AttributeSpec:
    return AttributeSpec(name, "choice", "none", help_text, choices=tuple(_NULLABLE_BOOL), expressions=_NULLABLE_BOOL)


def _literal(tree: ast.expr, kind: str) -> Value:
    """Return a default's value where it has its attribute's type, else None."""
    value = _constant(tree)
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value if _kind_of_value(value) == kind or (kind == "choice" and isinstance(value, str)) else None


def _kind_of_value(value: Value) -> str:
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float" if math.isfinite(value) else ""
        case str():
            return "text" if re.fullmatch(".{0,200}", value) else ""
        case tuple() if value and all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            return "ints"
        case _:
            return ""


def _constant(tree: ast.expr) -> Value:
    try:
        value: Value = ast.literal_eval(tree)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return value


def _is_none(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and tree.value is None


def _unquoted(annotation: ast.expr) -> ast.expr:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError):
            return annotation
    return annotation


def _without_none(annotation: ast.expr) -> tuple[ast.expr, bool]:
    """Return an annotation without its None, and whether it had one: `int | None`, `Optional[int]`, `Union[int, None]`."""
    parts = _alternatives(annotation)
    others = [part for part in parts if not _is_none(part)]
    is_optional = len(others) < len(parts)
    # of several types the first stands: Union[int, Sequence[int]] is set as an int
    return (others[0] if others else annotation), is_optional


def _alternatives(annotation: ast.expr) -> list[ast.expr]:
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_alternatives(left), *_alternatives(right)]
        case ast.Subscript(value=owner, slice=inner) if dotted(owner, {}).split(".")[-1] == "Optional":
            return [*_alternatives(inner), ast.Constant(None)]
        case ast.Subscript(value=owner, slice=ast.Tuple(elts=items)) if dotted(owner, {}).split(".")[-1] == "Union":
            return [part for item in items for part in _alternatives(item)]
        case _:
            return [annotation]


def _holds_ints(annotation: ast.expr) -> bool:
    if not isinstance(annotation, ast.Subscript):
        return False
    items = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    kinds = {dotted(item, {}) for item in items if not (isinstance(item, ast.Constant) and item.value is ...)}
    return kinds == {"int"}
