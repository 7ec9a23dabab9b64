"""A layer under examination: built from its text, with arrays to feed it and the calls that the checks make."""

import linecache
import re
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.graph.graph import Value
from flaxstudio.graph.library import Code
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import LayerSpec
from flaxstudio.layers.code_layer import spec_of_code, with_imports

BATCH = 4
_FILE = "<layer>"
_NAMESPACE = "flaxstudio_layer"
_LONGEST = 240
_URL = re.compile(r"\s*\(?https?://\S+\)?")
Arrays = tuple[Any, ...]

_KNOWN: tuple[tuple[type[Exception], str], ...] = (
    (jax.errors.TracerBoolConversionError, "decides by an array's value, which jit cannot. Use jnp.where or jax.lax.cond"),
    (jax.errors.TracerArrayConversionError, "hands an array to NumPy, which jit cannot. Use jnp"),
    (jax.errors.TracerIntegerConversionError, "uses an array's value as a number, which jit cannot. Take it from the shape"),
    (jax.errors.NonConcreteBooleanIndexError, "picks by a mask, whose size jit cannot know. Use jnp.where"),
    (jax.errors.ConcretizationTypeError, "needs an array's value, which jit does not have. Use jnp"),
    (jax.errors.UnexpectedTracerError, "keeps an array from one call to the next. Use self.variable"),
)


@dataclass(frozen=True)
class Subject:
    """A built layer; `variables` are its values after init."""

    module: nn.Module
    spec: LayerSpec
    arguments: Mapping[str, Any]
    variables: Mapping[str, Any]
    arrays: Arrays

    @property
    def states(self) -> list[str]:
        """The collections that are not trained."""
        return [name for name in self.variables if name != "params"]

    def call(
        self, variables: Any, arrays: Arrays, train: bool, seed: int = 1, mutable: Any = None
    ) -> tuple[Any, Mapping[str, Any]]:
        """Return the layer's output and its new state."""
        keys = _keys(self.spec, jax.random.key(seed))
        positional, keywords = _given(self.spec, arrays)
        states = self.states if mutable is None else mutable
        output: Any = self.module.apply(
            variables, *positional, **keywords, **self.arguments, **_flags(self.spec, train), rngs=keys, mutable=states
        )
        return (output, {}) if states is False else output

    def use(self, arrays: Arrays) -> Any:
        """Return the output after training; what it would change is thrown away."""
        return self.call(self.variables, arrays, train=False)[0]


@contextmanager
def building(text: str) -> Iterator[types.ModuleType]:
    """Run a text as a module of its own; it can be found by its classes while the block lasts."""
    module = types.ModuleType(_NAMESPACE)
    linecache.cache[_FILE] = (len(text), None, text.splitlines(keepends=True), _FILE)
    sys.modules[_NAMESPACE] = module
    try:
        exec(compile(text, _FILE, "exec"), module.__dict__)
        yield module
    finally:
        sys.modules.pop(_NAMESPACE, None)
        linecache.cache.pop(_FILE, None)


def construct(namespace: types.ModuleType, text: str, name: str, attributes: Mapping[str, Value]) -> nn.Module:
    """Return an instance of the class with attributes set as they would be in source."""
    spec = spec_of_code(Code(name, text), True)
    given = {a.name: attributes.get(a.name, a.default) for a in spec.attributes if a.is_required or a.name in attributes}
    arguments = {key: _evaluated(spec, key, value) for key, value in given.items() if not spec.attribute(key).is_call}
    module = getattr(namespace, name)(**arguments)
    if not isinstance(module, nn.Module):
        raise TypeError(f"{name} is no linen Module")
    return module


def begin(module: nn.Module, text: str, name: str, attributes: Mapping[str, Value], inputs: tuple[ArrayShape, ...]) -> Subject:
    """Return the layer with its first variables; raises whatever its own code raises."""
    spec = spec_of_code(Code(name, text), True)
    called = {key: _evaluated(spec, key, value) for key, value in attributes.items() if spec.attribute(key).is_call}
    arrays = tuple(_array(shape, BATCH, seed) for seed, shape in enumerate(inputs))
    positional, keywords = _given(spec, arrays)
    keys = {"params": jax.random.key(0), **_keys(spec, jax.random.key(1))}
    variables = module.init(keys, *positional, **keywords, **called, **_flags(spec, False))
    return Subject(module, spec, called, variables, arrays)


def default_inputs(spec: LayerSpec, shape: ArrayShape) -> tuple[ArrayShape, ...]:
    """Return one shape for every input that must be given, two for one that takes any number."""
    return tuple(shape for port in spec.inputs if not port.is_optional for _ in range(2 if port.is_variadic else 1))


def told(error: BaseException, shift: int = 0) -> str:
    """Return what went wrong in one sentence, with the line of the layer's text where it did.

    `shift` is the number of lines that were put before the text.
    """
    line = error.lineno if isinstance(error, SyntaxError) else _line_of(error)
    words = next((text for kind, text in _KNOWN if isinstance(error, kind)), "")
    words = words or f"fails: {_first_sentence(error)}"
    where = f"Line {line - shift}" if line is not None and line > shift else "It"
    return f"{where} {words.rstrip('.')}."


def shift_of(text: str) -> int:
    """Return how many lines are put before a text so that it stands on its own."""
    return with_imports(text).count("\n") - text.count("\n")


def _evaluated(spec: LayerSpec, name: str, value: Value) -> Any:
    attribute = spec.attribute(name)
    if fault := attribute.fault(value):
        raise ValueError(f"{name} {fault}")
    return eval(attribute.source(value), {"nn": nn, "jnp": jnp, "jax": jax})


def _flags(spec: LayerSpec, train: bool) -> dict[str, Any]:
    flags: dict[str, Any] = eval(f"dict({spec.call})", {"train": train})
    return flags


def _keys(spec: LayerSpec, key: jax.Array) -> dict[str, jax.Array]:
    return {name: jax.random.fold_in(key, number) for number, name in enumerate(spec.rngs)}


def _given(spec: LayerSpec, arrays: Arrays) -> tuple[Arrays, dict[str, Any]]:
    """Return the arrays as the call takes them: by place, or by keyword."""
    named = [port.keyword for port in spec.inputs if port.keyword and not port.is_optional]
    count = max(0, len(arrays) - len(named))
    return arrays[:count], dict(zip(named, arrays[count:], strict=False))


def _array(shape: ArrayShape, batch: int, seed: int) -> jax.Array:
    random = np.random.default_rng(seed)
    sizes = (batch, *shape.sizes)
    if np.issubdtype(np.dtype(shape.dtype), np.floating):
        return jnp.asarray(random.normal(size=sizes), dtype=shape.dtype)
    return jnp.asarray(random.integers(0, 2, size=sizes), dtype=shape.dtype)


def _line_of(error: BaseException) -> int | None:
    traceback, line = error.__traceback__, None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == _FILE:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _first_sentence(error: BaseException) -> str:
    lines = _URL.sub("", error.msg if isinstance(error, SyntaxError) else str(error)).strip().splitlines()
    text = lines[0].strip() if lines else ""
    kind = type(error).__name__
    if not text:
        return kind
    named = f"{kind}: {text}" if isinstance(error, KeyError | AttributeError | NameError | SystemExit) else text
    return named if len(named) <= _LONGEST else f"{named[:_LONGEST]}…"
