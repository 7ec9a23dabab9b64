"""Initializers as values: a name of flax.linen.initializers with its arguments, such as `normal(0.02)`."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flaxstudio.graph.graph import Value


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an initializer: a number, or one of a few words.

    `is_required`: Flax has no default, the one here is shown; `is_keyword`: Flax takes other arguments before it.
    """

    name: str
    default: float | str
    choices: tuple[str, ...] = ()
    is_required: bool = False
    is_keyword: bool = False


_MODES = ("fan_in", "fan_out", "fan_avg", "fan_geo_avg")
_DISTRIBUTIONS = ("truncated_normal", "normal", "uniform")
_SCALE, _STDDEV = Argument("scale", 1.0), Argument("stddev", 0.01)

ARGUMENTS: Mapping[str, tuple[Argument, ...]] = {
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
    "variance_scaling": (
        Argument("scale", 1.0, is_required=True),
        Argument("mode", "fan_in", _MODES, is_required=True),
        Argument("distribution", "truncated_normal", _DISTRIBUTIONS, is_required=True),
    ),
    "orthogonal": (_SCALE,),
    "delta_orthogonal": (_SCALE,),
    "normal": (_STDDEV,),
    "truncated_normal": (
        _STDDEV,
        Argument("lower", -2.0, is_keyword=True),
        Argument("upper", 2.0, is_keyword=True),
    ),
    "uniform": (Argument("scale", 0.01),),
    "constant": (Argument("value", 0.0, is_required=True),),
    "zeros": (),
    "ones": (),
    "default_embed_init": (),
}
"""Initializer -> what it may be given, in order, with Flax's defaults."""

# initializers themselves, where the others are functions that return one
_PLAIN = {
    "zeros": "nn.initializers.zeros",
    "ones": "nn.initializers.ones",
    "default_embed_init": "nn.linear.default_embed_init",
}


def parse_initializer(text: str) -> tuple[str, tuple[float | str, ...]] | None:
    """Return the name and arguments of `NAME` or `NAME(ARGUMENT, ...)`, or None where the text is neither."""
    return None if _fault(text) else _parts(text)


def fault_of_initializer(value: Value) -> str | None:
    """Return what is wrong with an initializer as the end of a sentence, or None."""
    if isinstance(value, str):
        return _fault(value)
    return _must_be_one()


def initializer_text(name: str, given: Mapping[str, float | str]) -> str:
    """Return an initializer with its arguments as text, without those at the end that are left to Flax."""
    arguments = ARGUMENTS.get(name, ())
    written = (place for place, argument in enumerate(arguments, start=1) if argument.is_required or argument.name in given)
    count = max(written, default=0)
    words = [given.get(argument.name, argument.default) for argument in arguments[:count]]
    return f"{name}({', '.join(map(str, words))})" if words else name


def initializer_source(value: str) -> str:
    """Return the Python source of a checked initializer."""
    parsed = parse_initializer(value)
    assert parsed is not None
    name, given = parsed
    if name in _PLAIN:
        return _PLAIN[name]
    arguments = ARGUMENTS[name]
    left_out = (argument.default for argument in arguments[len(given) :] if argument.is_required)
    pairs = zip(arguments, (*given, *left_out), strict=False)
    return f"nn.initializers.{name}({', '.join(f'{argument.name}={word!r}' for argument, word in pairs)})"


def _parts(text: str) -> tuple[str, tuple[float | str, ...]]:
    """Return the name and what stands in brackets, numbers as numbers."""
    match = re.fullmatch(r"([a-z_]+)(?:\((.+)\))?", text)
    if match is None:
        return "", ()
    return match[1], tuple(_word(part.strip()) for part in (match[2] or "").split(",") if match[2])


def _word(text: str) -> float | str:
    try:
        return float(text) if re.fullmatch(r"[-+.0-9e]+", text) else text
    except ValueError:
        return text


def _fault(text: str) -> str | None:
    name, given = _parts(text)
    if name not in ARGUMENTS:
        return _must_be_one()
    arguments = ARGUMENTS[name]
    if len(given) > len(arguments):
        takes = ", ".join(argument.name for argument in arguments) or "nothing in brackets"
        return f"has too much in brackets: {name} takes {takes}"
    for argument, word in zip(arguments, given, strict=False):
        if argument.choices and word not in argument.choices:
            return f"must have one of {', '.join(argument.choices)} as the {argument.name} of {name}"
        if not argument.choices and not (isinstance(word, float) and math.isfinite(word)):
            return f"must have a number as the {argument.name} of {name}"
    return _fault_of_sizes(name, given)


def _fault_of_sizes(name: str, given: Sequence[float | str]) -> str | None:
    """Return what is wrong with numbers that Flax would draw nan from."""
    numbers = dict(zip((argument.name for argument in ARGUMENTS[name]), given, strict=False))
    if name == "variance_scaling" and float(numbers.get("scale", 1.0)) <= 0:
        return "must have a scale above 0 in variance_scaling"
    if name == "truncated_normal" and float(numbers.get("lower", -2.0)) >= float(numbers.get("upper", 2.0)):
        return "must have lower below upper in truncated_normal"
    return None


def _must_be_one() -> str:
    return (
        f"must be one of {', '.join(ARGUMENTS)}; some take arguments, as in normal(0.02) "
        "or variance_scaling(2.0, fan_in, uniform)"
    )
