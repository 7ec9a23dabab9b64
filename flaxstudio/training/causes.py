"""Why a number is not finite, in words: from the operation where it began, the batch, and how the run went before."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from flaxstudio.training.tracing import Origin

Kind = Literal["data", "rate", "exp", "log", "division", "root", "power", "index", "domain", "overflow", "unknown"]
Array = npt.NDArray[Any]

_EXPONENTIALS = ("exp", "exp2", "expm1", "cosh", "sinh")
_LOGARITHMS = ("log", "log1p")
_DOMAINS = {"asin": "arcsine", "acos": "arccosine", "atanh": "inverse hyperbolic tangent", "acosh": "inverse hyperbolic cosine"}
_LOOKUPS = ("gather", "dynamic_slice", "scatter", "scatter-add")


@dataclass(frozen=True, slots=True)
class Cause:
    """What happened, as the end of a sentence, and what to do about it. `rows` are samples of the batch."""

    kind: Kind
    what: str
    remedy: str
    rows: tuple[int, ...] = ()


def cause_of(origin: Origin, count: int) -> Cause:
    """Return what an operation tells by itself about a batch of so many samples."""
    kind, what, remedy = _told(origin)
    return Cause(kind, what, remedy, origin.rows(count))


def _told(origin: Origin) -> tuple[Kind, str, str]:
    name, first = origin.operation, _wide(origin.inputs[0]) if origin.inputs else np.zeros(1)
    if origin.phase == "update":
        return _in_update(origin)
    if name in _EXPONENTIALS:
        what = f"the exponential of {first.max():.4g} is beyond the largest {_type(origin)}"
        return "exp", what, "Bring its input down: normalise before it, or take softplus or a clip instead."
    if name in _LOGARITHMS:
        least = first.min() + (name == "log1p")
        what = "the logarithm of 0" if least == 0 else f"the logarithm of a negative number, {least:.4g}"
        return "log", what, "Keep its input above 0: clip it from 1e-7, or add a small constant before it."
    if name in ("div", "rem") and len(origin.inputs) > 1 and (_wide(origin.inputs[1]) == 0).any():
        is_slope = "a slope that is infinite at 0, as of a root," if _is_of_root(origin) else ""
        what = f"a division by 0{f': {is_slope} is taken there' if is_slope else ''}"
        return "division", what, "Keep the divisor away from 0: add a small constant such as 1e-6 before it."
    if name == "rsqrt" and (first == 0).any():
        return "division", "a division by the square root of 0", "Add a small constant such as 1e-6 before it."
    if name in ("sqrt", "rsqrt") and (first < 0).any():
        what = f"the square root of a negative number, {first.min():.4g}"
        return "root", what, "Keep its input at 0 or above: clip it, or square it first."
    if name in ("pow", "integer_pow"):
        return _of_power(origin, first)
    if name in _DOMAINS:
        return "domain", f"the {_DOMAINS[name]} of a number that it does not have", "Clip its input to the range it takes."
    if name in _LOOKUPS:
        return (
            "index",
            "a look-up beyond the last entry",
            "Give the layer more entries, or correct the whole numbers in the data.",
        )
    return _overflow(origin)


def _of_power(origin: Origin, base: Array) -> tuple[Kind, str, str]:
    exponent = _wide(origin.inputs[1]) if len(origin.inputs) > 1 else np.asarray(origin.exponent or 0.0)
    if ((base == 0) & (exponent < 0)).any():
        return "division", "a division by 0: 0 to a negative power", "Add a small constant such as 1e-6 before it."
    if ((base < 0) & (exponent != np.round(exponent))).any():
        return "power", "a negative number to a power that is no whole number", "Take the absolute value before it."
    return _overflow(origin)


def _in_update(origin: Origin) -> tuple[Kind, str, str]:
    if origin.operation == "div" and len(origin.inputs) > 1 and (_wide(origin.inputs[1]) == 0).any():
        return "division", "a division by 0 in the optimizer", "Set its eps above 0."
    what = f"an update is beyond the largest {_type(origin)}"
    return "rate", what, "Lower the learning rate, or clip the gradients."


def _overflow(origin: Origin) -> tuple[Kind, str, str]:
    largest = max((float(np.abs(_wide(value)).max()) for value in origin.inputs if value.size), default=0.0)
    what = f"a result is beyond the largest {_type(origin)}, from numbers as large as {largest:.3g}"
    if origin.output.dtype.itemsize == 2:
        return "overflow", what, "Compute it in float32, or scale its input down."
    return "overflow", what, "Scale the features, normalise between the layers, or lower the learning rate."


def _is_of_root(origin: Origin) -> bool:
    """Return whether a division is that of a root's slope: 0.5 over the root."""
    return bool(np.all(_wide(origin.inputs[0]) == 0.5))


def _type(origin: Origin) -> str:
    return str(origin.output.dtype)


def _wide(value: Array) -> Array:
    wide: Array = (
        np.asarray(value).astype(np.float64) if value.dtype.kind in "fiub" or value.dtype.itemsize == 2 else np.zeros(1)
    )
    return wide if wide.size else np.zeros(1)
