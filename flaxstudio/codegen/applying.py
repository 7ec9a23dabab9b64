"""Applies a Module outside training, where what it keeps must stay as it is, and gives it what it takes."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jax


def apply_in_use(apply: Callable[..., Any], variables: Mapping[str, Any], *inputs: Any, rngs: Iterable[str] = ()) -> Any:
    """Return what a Module's `apply` gives. A layer that changes its state at every call may do so; the change is thrown away.

    `rngs` are the random keys that the source may draw from; they are the same at every call.
    """
    mutable = [name for name in variables if name != "params"]
    outputs, _ = apply(variables, *inputs, rngs=keys_by_name(jax.random.PRNGKey(0), rngs), mutable=mutable)
    return outputs


def arguments_of(samples: Any) -> tuple[Any, ...]:
    """Return the call's arguments for samples: one array, or a tuple with one for each Input."""
    return samples if isinstance(samples, tuple) else (samples,)


def keys_by_name(key: jax.Array, names: Iterable[str]) -> dict[str, jax.Array]:
    """Return a key for each name, of its own and always the same; that of dropout is the key itself."""
    return {name: key if name == "dropout" else jax.random.fold_in(key, number_of_key(name)) for name in names}


def number_of_key(name: str) -> int:
    """Return the number that is folded into a key to make the one of that name."""
    return zlib.crc32(name.encode()) % 2**31
