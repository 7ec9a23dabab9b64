"""What Flax and JAX call things: one name for each function whatever its alias, and what its arguments are called."""

import importlib
import inspect
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flaxstudio.codegen.terms import Const, Ref, Seq, Term

_SPACES = (
    "functools", "math", "operator",
    "flax.linen.initializers", "flax.linen", "jax.numpy", "jax.nn", "jax.lax", "flax.linen.linear", "jax.random", "jax",
    "numpy",
)  # fmt: skip
"""Where names are looked for; what stands in several is called by the first."""

_ROOTS = frozenset({"flax", "jax", "numpy", "math", "functools", "operator"})
_DTYPES = frozenset({"float32", "float16", "bfloat16", "float64", "int32", "int64", "int8", "uint8", "bool_", "bool"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a function of Flax or JAX."""

    name: str
    kind: str
    default: Any
    has_default: bool


def named(path: str) -> Term:
    """Return what a full name means: a constant, or the name that all its aliases have."""
    last = path.rpartition(".")[2]
    if path.startswith(("numpy.", "jax.numpy.")) and last in _DTYPES:
        return Ref(f"jax.numpy.{'bool_' if last == 'bool' else last}")
    found = _object(path)
    if found is None:
        return Const(None) if path.endswith(".newaxis") else Ref(path)
    if isinstance(found, bool | int | float | str):
        return Const(found)
    return Ref(_names().get(id(found), path))


def is_module_class(path: str) -> bool:
    """Return whether a name is that of a linen Module."""
    import flax.linen as nn

    found = _object(path)
    return isinstance(found, type) and issubclass(found, nn.Module)


@lru_cache(maxsize=4096)
def parameters(path: str, method: str = "") -> tuple[Parameter, ...] | None:
    """Return the arguments of a function, or of a class's method without self; None where they cannot be told."""
    found = _object(path)
    if found is None:
        return None
    try:
        listed = list(inspect.signature(getattr(found, method) if method else found).parameters.values())
    except (TypeError, ValueError, AttributeError):
        return None
    empty = inspect.Parameter.empty
    return tuple(Parameter(p.name, p.kind.name, p.default, p.default is not empty) for p in listed[1 if method else 0 :])


def is_default(parameter: Parameter, term: Term) -> bool:
    """Return whether a term is an argument's default, as far as that can be told."""
    if not parameter.has_default:
        return False
    default = parameter.default
    match term:
        case Const(value=value):
            return type(default) is type(value) and bool(default == value)
        case Ref(path=path):
            return default is not None and _object(path) is default
        case Seq(items=items) if isinstance(default, tuple):
            return tuple(item.value for item in items if isinstance(item, Const)) == default and len(items) == len(default)
        case _:
            return False


def default_term(parameter: Parameter) -> Term | None:
    """Return the term of an argument's default, or None where it has none that can be written."""
    default = parameter.default
    if not parameter.has_default:
        return None
    if default is None or isinstance(default, bool | int | float | str):
        return Const(default)
    if isinstance(default, tuple) and all(isinstance(item, int | float | str) for item in default):
        return Seq(tuple(Const(item) for item in default))
    name = _names().get(id(default))
    return Ref(name) if name else None


@lru_cache(maxsize=4096)
def _object(path: str) -> Any:
    """Return what a name stands for, in the packages that are known; None for all others, which are never imported."""
    root, *rest = path.split(".")
    if root not in _ROOTS:
        return None
    _names()
    found: Any = importlib.import_module(root)
    for name in rest:
        found = getattr(found, name, None)
        if found is None:
            return None
    return found


@lru_cache(maxsize=1)
def _names() -> dict[int, str]:
    table: dict[int, str] = {}
    for space in _SPACES:
        module = importlib.import_module(space)
        for name, found in vars(module).items():
            if not name.startswith("_") and callable(found):
                table.setdefault(id(found), f"{space}.{name}")
    return table
