"""Source text wrapped as Black (and so `ruff format`) would: only statements that are too long are looked at, once each."""

import re
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
    return _wrapped_call(lines[0]) if len(lines) == 1 and _is_plain_call(lines[0]) else wrapped_by_black(lines, depth)


def wrapped_by_black(lines: list[str], depth: int) -> tuple[str, ...]:
    """Return the lines of a statement as Black wraps them."""
    import black  # 0.2 s, and most models have no line that needs it
    from black.parsing import InvalidInput

    heads = [" " * _STEP * level + "if True:" for level in range(depth)]
    try:
        text = black.format_str("\n".join([*heads, *lines]), mode=black.Mode(line_length=LINE_LENGTH))
    except InvalidInput:  # a draft that is not Python yet
        return tuple(lines)
    return tuple(text.rstrip("\n").split("\n")[depth:])


def _is_plain_call(line: str) -> bool:
    """Whether a line is what nearly all long ones are, `x = nn.Conv(...)(x)` or `self.a = nn.Conv(...)`.

    Black takes 4 ms for one, too much for a model of hundreds that is written again at every edit.
    """
    call = _CALL.match(line)
    if call is None:
        return False
    close = _closing(line, call.end())
    tail = line[close + 1 :]
    arguments = _arguments(line[call.end() : close])
    inner = _indent(line) + _STEP
    fits = all(inner + len(argument) + 1 <= LINE_LENGTH for argument in arguments)
    # a shorter beginning might be broken at the second call's bracket instead
    is_broken_here = not tail or close + 2 > LINE_LENGTH
    return fits and is_broken_here and close > 0 and bool(_TAIL.fullmatch(tail)) and len(arguments) > 1


_CALL = re.compile(r"\s*(?:[\w.]+ = )?[\w.]+\(")
_TAIL = re.compile(r"|\([\w., =]*\)")


def _wrapped_call(line: str) -> tuple[str, ...]:
    call = _CALL.match(line)
    assert call is not None
    close = _closing(line, call.end())
    arguments = _arguments(line[call.end() : close])
    outer, inner = " " * _indent(line), " " * (_indent(line) + _STEP)
    body = inner + ", ".join(arguments)
    lines = [body] if len(body) <= LINE_LENGTH else [f"{inner}{argument}," for argument in arguments]
    return (line[: call.end()], *lines, outer + line[close:])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _closing(line: str, start: int) -> int:
    """Return where the bracket that was opened before `start` closes, or -1."""
    return next((place for place, depth in _depths(line, start) if depth < 0), -1)


def _arguments(text: str) -> list[str]:
    """Return a call's arguments, split at the commas outside of brackets and quotes."""
    commas = [place for place, depth in _depths(text, 0) if depth == 0 and text[place] == ","]
    starts, ends = [0, *(place + 1 for place in commas)], [*commas, len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _depths(text: str, start: int) -> list[tuple[int, int]]:
    """Return each place outside of quotes with how deep in brackets it is, counted from `start`."""
    depth, quote, found = 0, "", []
    for place in range(start, len(text)):
        sign = text[place]
        if quote:
            quote = "" if sign == quote else quote
            continue
        if sign in "\"'":
            quote = sign
            continue
        depth += (sign in "([{") - (sign in ")]}")
        found.append((place, depth))
    return found
