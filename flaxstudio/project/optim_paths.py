"""Patterns of paths of params, such as `dense_1`, `*/kernel` or `!*/bias`: which params they mean."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

NOT_DECAYED = ("!*/bias", "!*/scale")
"""What weight decay is usually kept from: the biases, and the params of norms."""
MASKS = ("mask", "weight_decay_mask", "trust_ratio_mask")
"""The arguments that hold patterns."""
_PATTERN = re.compile(r"!?[\w*?\[\]\-/]+")


def fits(path: str, patterns: Sequence[str]) -> bool:
    """Return whether a param's path, such as `dense_1/kernel`, is meant: it is like one of the patterns without "!", if
    there are any, and like none with it. A node's name stands for all its params."""

    def is_like(pattern: str) -> bool:
        return fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}/*")

    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    unwanted = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return (not wanted or any(map(is_like, wanted))) and not any(map(is_like, unwanted))


def patterns_in(text: str) -> tuple[str, ...]:
    """Return the patterns that a text lists, separated by commas or spaces."""
    return tuple(part for part in re.split(r"[,\s]+", text) if part)


def fault_of_patterns(patterns: Sequence[str]) -> str | None:
    """Return what is wrong with patterns as the end of a sentence, or None."""
    wrong = next((pattern for pattern in patterns if not _PATTERN.fullmatch(pattern)), None)
    return None if wrong is None else f"must be paths such as dense_1, */kernel or !*/bias, and “{wrong[:40]}” is none"
