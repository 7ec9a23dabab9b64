"""Initializers as values: a name of flax.linen.initializers with its numbers, such as `normal(0.02)`."""

import math
import re
from collections.abc import Mapping

from flaxstudio.graph.graph import Value

ARGUMENTS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "lecun_normal": (),
    "lecun_uniform": (),
    "glorot_normal": (),
    "glorot_uniform": (),
    "xavier_normal": (),
    "xavier_uniform": (),
    "he_normal": (),
    "he_uniform": (),
    "kaiming_normal": (),
    "kaiming_uniform": (),
    "orthogonal": (("scale", 1.0),),
    "delta_orthogonal": (("scale", 1.0),),
    "normal": (("stddev", 0.01),),
    "truncated_normal": (("stddev", 0.01),),
    "uniform": (("scale", 0.01),),
    "constant": (("value", 0.0),),
    "zeros": (),
    "ones": (),
    "default_embed_init": (),
}
"""Initializer -> the numbers it may be given, with Flax's defaults (`constant` has none: 0 is shown)."""

# initializers themselves, where the others are functions that return one
_PLAIN = {
    "zeros": "nn.initializers.zeros",
    "ones": "nn.initializers.ones",
    "default_embed_init": "nn.linear.default_embed_init",
}


def parse_initializer(text: str) -> tuple[str, tuple[float, ...]] | None:
    """Return the name and numbers of `NAME` or `NAME(NUMBER)`, or None where the text is neither."""
    match = re.fullmatch(r"([a-z_]+)(?:\(([-+.0-9e]+)\))?", text)
    if match is None or match[1] not in ARGUMENTS:
        return None
    try:
        numbers = (float(match[2]),) if match[2] else ()
    except ValueError:
        return None
    if len(numbers) > len(ARGUMENTS[match[1]]) or not all(math.isfinite(number) for number in numbers):
        return None
    return match[1], numbers


def fault_of_initializer(value: Value) -> str | None:
    """Return what is wrong with an initializer as the end of a sentence, or None."""
    if isinstance(value, str) and parse_initializer(value) is not None:
        return None
    return f"must be one of {', '.join(ARGUMENTS)}; some take a number, as in normal(0.02)"


def initializer_source(value: str) -> str:
    """Return the Python source of a checked initializer."""
    parsed = parse_initializer(value)
    assert parsed is not None
    name, numbers = parsed
    if name in _PLAIN:
        return _PLAIN[name]
    if name == "constant" and not numbers:
        numbers = (0.0,)
    arguments = ", ".join(f"{key}={number!r}" for (key, _), number in zip(ARGUMENTS[name], numbers, strict=False))
    return f"nn.initializers.{name}({arguments})"
