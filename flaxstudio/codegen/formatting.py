"""Source text wrapped as Black (and so `ruff format`) would: only statements that are too long are given to it, once each."""

import textwrap
from functools import lru_cache

LINE_LENGTH = 88
_STEP = 4


@lru_cache(maxsize=20_000)
def formatted(statement: str, depth: int) -> tuple[str, ...]:
    """Return a statement's lines at an indentation of `depth` steps, wrapped where they are too long."""
    lines = textwrap.indent(statement, " " * _STEP * depth).split("\n")
    if all(len(line) <= LINE_LENGTH for line in lines):
        return tuple(lines)
    return _wrapped(lines, depth)


def _wrapped(lines: list[str], depth: int) -> tuple[str, ...]:
    import black  # 0.2 s, and most models have no line that needs it
    from black.parsing import InvalidInput

    heads = [" " * _STEP * level + "if True:" for level in range(depth)]
    try:
        text = black.format_str("\n".join([*heads, *lines]), mode=black.Mode(line_length=LINE_LENGTH))
    except InvalidInput:  # a draft that is not Python yet
        return tuple(lines)
    return tuple(text.rstrip("\n").split("\n")[depth:])
