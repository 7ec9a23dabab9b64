"""Shapes as a person types them: `28, 28, 1`, `64:int32`, several separated by semicolons."""

import re

from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape

_DTYPES = ("float32", "int32")


def shapes_in(text: str) -> tuple[ArrayShape, ...]:
    """Return the shapes that a text tells: `28,28,1`, `8;16`, `64:int32`; ProblemError where it tells none."""
    return tuple(shape_in(part) for part in text.split(";") if part.strip())


def shape_in(text: str) -> ArrayShape:
    """Return the shape that a text tells; ProblemError where it tells none."""
    sizes, _, dtype = text.strip().partition(":")
    numbers = sizes.strip().strip("()").strip().strip(",").strip()
    kind = dtype.strip() or "float32"
    is_shape = re.fullmatch(r"\d{1,9}(\s*[,x×]\s*\d{1,9})*", numbers)
    found = tuple(int(number) for number in re.findall(r"\d+", numbers))
    if not is_shape or 0 in found:
        raise ProblemError(f"“{sizes.strip()}” is no shape.", "Write the sizes of one sample without the batch: 28,28,1")
    if kind not in _DTYPES:
        raise ProblemError(f"“{kind}” is no type of an input.", "Use float32 or int32, as in 64:int32")
    return ArrayShape(found, kind)
